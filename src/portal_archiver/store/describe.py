"""Writes docs/schema.md: every table, column and view, with what the migrations say of them.

python -m portal_archiver.store.describe > docs/schema.md
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from sqlite_utils import Database

from portal_archiver.store import schema, tables, views

_CREATED = re.compile(r"^CREATE (?:TABLE|VIEW) (\w+)", re.M)
_ADDED = re.compile(r"^ALTER TABLE (\w+) ADD COLUMN (\w+)[^;]*;(?: *-- *(?P<says>.*))?", re.M)
_COLUMN = re.compile(r" {4}([a-z_0-9]+) .*?(?:-- *(?P<says>.*))?$")
_OUTPUT = re.compile(r"\bAS (\w+),? *(?:-- *(?P<says>.*))?$", re.M)
_SENTENCE = re.compile(r"^-- *(.*)\n(?=CREATE (?:TABLE|VIEW) (\w+))", re.M)
INTRODUCTION = """\
# The tables and views of an archive

Made by `make docs` from the migrations; version {version} of the schema. An archive is an ordinary SQLite file:
`sqlite3`, [sqlite-utils](https://sqlite-utils.datasette.io/) and [Datasette](https://datasette.io/) open it. Open it
for reading only (`sqlite3 -readonly archive.db`): what is written by hand no later crawl expects.

`datasette archive.db` shows all of it in a browser. Reports are searched there at
`/archive/articles_latest?_fts_table=articles_fts&_fts_pk=docid`, or wherever `articles_latest` is shown when Datasette
is started with `--metadata metadata.json`, a file of your own:

```json
{"databases": {"archive": {"tables": {"articles_latest": {"fts_table": "articles_fts", "fts_pk": "docid"}}}}}
```

Times are UTC, as `2024-11-15T01:30:00.000000+00:00`, and sort as text. Tables may change with a version: where a view
answers a question, ask it.
"""
INDEX = """\
## Full-text index

`articles_fts` (FTS5) has a row for every report (`rowid` is its `articles.docid`) with the columns `body`, `title`,
`author`, `captions`, `credits` and `section` of the latest revision; `marks` is for the program. It keeps no text of
its own; `articles_text` is the view that it is made from, in which `d` stands for `đ`. All other diacritics may be
typed or not. `articles_pairs` (FTS5) knows which common words stand side by side in which article (`rowid` is its id),
in signs that are for the program.
"""


def describe() -> str:
    """The page, in Markdown."""
    db = Database(memory=True)
    schema.upgrade(db)
    return "\n".join([INTRODUCTION.replace("{version}", str(schema.VERSION)), *_views(db), INDEX, *_tables(db)])


def _scripts() -> list[str]:
    """The SQL of all migrations."""
    texts = [text for text in vars(tables).values() if isinstance(text, str)]
    return [text for text in texts if _CREATED.search(text) or _ADDED.search(text)]


def _views(db: Database) -> Iterator[str]:
    says = {name: sentence for sentence, name in _SENTENCE.findall(views.SCRIPT)}
    yield "## Views\n"
    for name, sentence in says.items():
        body = views.SCRIPT.partition(f"CREATE VIEW {name} ")[2].partition("CREATE VIEW")[0]
        columns = dict(_OUTPUT.findall(body))
        yield f"### {name}\n\n{sentence}\n"
        yield _table(("column", "meaning"), [(f"`{row[1]}`", columns.get(row[1], "")) for row in _info(db, name)])
        for question, view, select in views.EXAMPLES:
            if view == name:
                yield f"{question}:\n\n```sql\n{select};\n```\n"


def _tables(db: Database) -> Iterator[str]:
    says = {name: sentence for script in _scripts() for sentence, name in _SENTENCE.findall(script)}
    comments = _comments()
    yield "## Tables\n"
    for table in db.tables:
        if table.name.startswith(("articles_fts", "articles_pairs", "_sqlite", "sqlite_")):
            continue
        yield f"### {table.name}\n\n{says[table.name]}\n"
        parents = {key.column: f" → {key.other_table}" for key in table.foreign_keys}
        rows = [
            (f"`{name}`", f"{kind}{'' if optional else ' NOT NULL'}{parents.get(name, '')}", comments[table.name, name])
            for _, name, kind, required, _, key in _info(db, table.name)
            for optional in [not required and not key]
        ]
        yield _table(("column", "type", "meaning"), rows)


def _comments() -> dict[tuple[str, str], str]:
    """What stands beside every column."""
    found: dict[tuple[str, str], str] = {}
    for script in _scripts():
        for statement in re.split(r"^(?=CREATE|ALTER)", script, flags=re.M):
            if created := re.match(r"CREATE TABLE (\w+)", statement):
                for line in statement.splitlines():
                    if column := _COLUMN.match(line):
                        found[created[1], column[1]] = column["says"] or ""
            elif added := _ADDED.match(statement):
                found[added[1], added[2]] = added["says"] or ""
    return found


def _info(db: Database, name: str) -> list[tuple[Any, ...]]:
    return db.execute(f"PRAGMA table_info({name})").fetchall()


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(describe())
