"""The tables of the archive, as migrations: each is one step from an older file to the present one."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from portal_archiver.store import checksums, index, stories, tables, views

# "PArc" in the header of the file (PRAGMA application_id): how a foreign SQLite file is told from one of ours.
APPLICATION_ID = 0x50417263

# The number of migrations below. The archive has its own in PRAGMA user_version, so that opening costs no look-around.
VERSION = 16

migrations = Migrations("portal-archiver")


@migrations()
def m001_first_tables(db: Database) -> None:
    """All that one nightly run needs."""
    for script in (
        tables.PORTALS,
        tables.URLS,
        tables.LICENSES,
        tables.CAPTURES,
        tables.ARTICLES,
        tables.RUNS,
        tables.SEARCH,
    ):
        run_script(db, script)


@migrations()
def m002_looks(db: Database) -> None:
    """What keeps a crawl out of mirrors."""
    run_script(db, tables.LOOKS)


@migrations()
def m003_network(db: Database) -> None:
    """Evidence of the connection, and a robots.txt that outlives the run."""
    run_script(db, tables.NETWORK)


@migrations()
def m004_drift(db: Database) -> None:
    """What tells that a template has changed."""
    run_script(db, tables.DRIFT)


@migrations()
def m005_dictionaries(db: Database) -> None:
    """What makes the pages of a portal small."""
    run_script(db, tables.DICTIONARIES)


@migrations()
def m006_stories(db: Database) -> None:
    """What links a press release to those who took it over."""
    run_script(db, tables.STORIES)
    stories.rebuild(db.conn)


@migrations()
def m007_parsers(db: Database) -> None:
    """What tells a change of the portal from one of the parser."""
    run_script(db, tables.PARSERS)


@migrations()
def m008_provenance(db: Database) -> None:
    """What imports need."""
    run_script(db, tables.PROVENANCE)


@migrations()
def m009_views(db: Database) -> None:
    """What answers the common questions in one SELECT."""
    run_script(db, views.SCRIPT)


@migrations()
def m010_days_in_index(db: Database) -> None:
    """What makes a search by date cheap; m014 indexes all reports anew."""
    run_script(db, tables.DAYS_IN_INDEX)


@migrations()
def m011_watches(db: Database) -> None:
    """What tells of new reports that somebody waits for."""
    run_script(db, tables.WATCHES)


@migrations()
def m012_profiles(db: Database) -> None:
    """What a portal's own pages taught of its templates."""
    run_script(db, tables.PROFILES)


@migrations()
def m013_latest_by_docid(db: Database) -> None:
    """What lets Datasette search the reports as they stand: the number by which the index knows each."""
    for name in views.NAMES:
        db.execute(f"DROP VIEW IF EXISTS {name}")
    run_script(db, views.SCRIPT)


@migrations()
def m014_pairs(db: Database) -> None:
    """What makes words side by side cheap; all reports are indexed anew."""
    run_script(db, tables.PAIRS)
    index.rebuild(db.conn)


@migrations()
def m015_learning(db: Database) -> None:
    """What runs learned by themselves."""
    run_script(db, tables.LEARNING)


@migrations()
def m016_checksums(db: Database) -> None:
    """What tells that a capture or a footer is no longer what was written; of what there is, as it is now."""
    run_script(db, tables.CHECKSUMS)
    checksums.write_all(db.conn)


def run_script(db: Database, script: str) -> None:
    """Run several statements inside the present transaction, which `executescript` would commit."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            db.execute(statement)
            statement = ""


def upgrade(db: Database) -> None:
    """Bring a file, empty or older, to the present schema; all or nothing, inside the caller's transaction."""
    migrations.apply(db)
    db.execute(f"PRAGMA user_version = {VERSION}")
