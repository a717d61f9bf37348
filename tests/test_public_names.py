"""What other tools hold on to: the public names, the shape of the records, the signatures, and who imports whom."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import portal_archiver
from portal_archiver import model
from portal_archiver.model import Article, Capture, Hit, Link, Page, Portal, Results, Saved

SOURCE = Path(portal_archiver.__file__).parent
NAMES = set(
    "parse_page parse_license Archive crawl cite Capture Page Article Photo Attachment License Dateline Link Portal"
    " RunReport".split()
)
ROOMS = {"crawler", "parser", "store"}
GROUND = {"model", "text", "urls", "errors", "config", "replacing"}  # what a room may stand on
RECORDS = [record for record in vars(model).values() if dataclasses.is_dataclass(record)]

# The fields without which a record means nothing; every other one has a default.
REQUIRED = {
    "Capture": ["url"],
    "Page": ["url", "canonical_url", "kind"],
    "Article": ["title", "body"],
    "Photo": [],
    "Attachment": ["url"],
    "License": [],
    "Dateline": ["value"],
    "Link": ["url"],
    "Portal": ["start"],
    "RunReport": ["portal", "started_at", "finished_at"],
}
# The fields that the design names; a record may have more.
FIELDS = {
    "Capture": "url final_url fetched_at status headers body sha256",
    "Page": "url canonical_url kind article license links warnings",
    "Link": "url text published",
    "Article": "title lead body body_html published updated author section language photos attachments",
    "Photo": "url caption credit position",
    "Attachment": "url title media_type",
    "Dateline": "value precision origin raw",
    "License": "governing_body managing_unit number issuer issued_on responsible_person responsible_role address phones"
    " faxes emails attribution attribution_source copyright text",
    "Saved": "article_id outcome",
    "Results": "total hits",
    "Hit": "article_id title url snippet published",
    "Portal": "name start hosts articles listings select delay budget allow_private contact",
}


def loaded_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running some code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    return set(done.stdout.split())


def rooms_loaded(modules: set[str]) -> set[str]:
    """The rooms of ours that some modules are of."""
    return {name.split(".")[1] for name in modules if name.startswith("portal_archiver.")}


# --- names ------------------------------------------------------------------------------------------------------------


def test_the_public_names_are_these_and_no_others() -> None:
    assert len(portal_archiver.__all__) == len(NAMES)
    assert set(portal_archiver.__all__) == NAMES
    assert set(dir(portal_archiver)) >= NAMES
    for name in NAMES:
        assert getattr(portal_archiver, name).__name__ == name


def test_a_star_import_brings_all_of_them() -> None:
    brought: dict[str, Any] = {}
    exec("from portal_archiver import *", brought)
    assert set(brought) - {"__builtins__"} == NAMES


def test_a_name_that_is_not_public_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'portal_archiver' has no attribute 'Crawler'"):
        _ = portal_archiver.Crawler


def test_importing_the_package_loads_no_room_and_no_library_of_one() -> None:
    loaded = loaded_after("import portal_archiver")
    assert not loaded & {"httpx", "aiohttp", "sqlite_utils", "bs4", "selectolax", "typer"}
    assert rooms_loaded(loaded) <= {"model"}


def test_the_records_load_the_model_alone() -> None:
    loaded = loaded_after(
        "from portal_archiver import Article, Attachment, Capture, Dateline, License, Link, Page, Portal"
    )
    assert rooms_loaded(loaded) == {"model"}


def test_a_parser_needs_neither_network_nor_database_and_a_search_no_network() -> None:
    assert not loaded_after("from portal_archiver import parse_page") & {"httpx", "aiohttp", "sqlite_utils"}
    assert not loaded_after("from portal_archiver import Archive") & {"httpx", "aiohttp", "bs4", "selectolax"}


# --- records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_record_is_frozen_and_slotted_and_says_what_it_is(record: Any) -> None:
    assert record.__dataclass_params__.frozen
    assert "__slots__" in vars(record)
    assert "__dict__" not in dir(record)
    assert record.__doc__
    assert not record.__doc__.startswith(f"{record.__name__}(")  # that is what dataclass writes where nobody did


def test_nothing_can_be_changed_in_a_record() -> None:
    article = Article("Tiêu đề", "Nội dung")
    with pytest.raises(dataclasses.FrozenInstanceError):
        article.title = "Khác"  # type: ignore[misc]
    with pytest.raises((AttributeError, TypeError)):
        article.views = 7  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", REQUIRED)
def test_only_what_is_essential_is_required(name: str) -> None:
    missing = (dataclasses.MISSING, dataclasses.MISSING)
    fields = dataclasses.fields(getattr(portal_archiver, name))
    assert [field.name for field in fields if (field.default, field.default_factory) == missing] == REQUIRED[name]


@pytest.mark.parametrize("name", FIELDS)
def test_a_record_has_the_fields_of_the_design(name: str) -> None:
    fields = {field.name for field in dataclasses.fields(getattr(model, name))}
    assert set(FIELDS[name].split()) <= fields


def test_what_is_left_out_is_empty_and_never_shared() -> None:
    article = Article("Tiêu đề", "")  # a document may have no text of its own
    assert (article.photos, article.attachments, article.published, article.author) == ((), (), None, None)
    page = Page("https://bachhai.example/a?x", "https://bachhai.example/a", "other")
    assert (page.article, page.license, page.links, page.warnings) == (None, None, (), ())
    assert Portal(("https://bachhai.example/",)).hosts == ("bachhai.example",)
    assert Capture("https://bachhai.example/").fetched_at.tzinfo is UTC
    assert (Saved(1, "new").outcome, Results(0, ()).relaxed) == ("new", False)
    assert Hit(1, "Tiêu đề", "https://bachhai.example/a", "", None).marks == ()


def test_a_capture_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Capture("https://bachhai.example/", fetched_at=datetime(2024, 5, 1))


def test_a_bare_date_beside_a_link_becomes_a_dateline_of_the_listing() -> None:
    dateline = Link("https://bachhai.example/a", "A", date(2024, 5, 1)).published  # type: ignore[arg-type]
    assert dateline
    assert (dateline.day, dateline.origin, dateline.precision) == (date(2024, 5, 1), "listing", "day")


# --- signatures -------------------------------------------------------------------------------------------------------


def shape(function: Callable[..., Any]) -> tuple[list[str], dict[str, Any]]:
    """The names given by position, and those given by keyword with their defaults."""
    parameters = [one for one in inspect.signature(function).parameters.values() if one.name != "self"]
    by_keyword = {one.name: one.default for one in parameters if one.kind is one.KEYWORD_ONLY}
    return [one.name for one in parameters if one.name not in by_keyword], by_keyword


def test_parse_page_is_called_as_the_design_says() -> None:
    keywords = {"portal": None, "headers": None, "fetched_at": None, "seen_as": None}
    assert shape(portal_archiver.parse_page) == (["html", "url"], keywords)


def test_an_archive_is_called_as_the_design_says() -> None:
    archive = portal_archiver.Archive
    assert shape(archive)[0] == ["path"]
    assert inspect.signature(archive).parameters["path"].default == "archive.db"
    positional, keywords = shape(archive.save)
    assert positional == ["capture", "page"]
    assert inspect.Parameter.empty not in keywords.values()
    filters = dict.fromkeys(("portal", "section", "author", "photographer", "since", "until"))
    positional, keywords = shape(archive.search)
    assert positional == ["query"]
    assert keywords.items() >= {"limit": 20, "offset": 0, **filters, "sort": "relevance"}.items()
    assert inspect.Parameter.empty not in keywords.values()
    for method in (archive.article, archive.revisions, archive.captures):
        assert shape(method) == (["article_id"], {})


def test_a_crawl_needs_a_portal_and_an_archive() -> None:
    positional, keywords = shape(portal_archiver.crawl)
    assert positional == ["portal", "archive"]
    assert inspect.Parameter.empty not in keywords.values()
    assert shape(portal_archiver.parse_license) == (["text"], {})


# --- who imports whom -------------------------------------------------------------------------------------------------


def modules() -> dict[str, Path]:
    """Every module by its dotted name below the package: `store.archive`, `store` for its __init__, "" for ours."""
    return {
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix("__init__").removesuffix("."): path
        for path in SOURCE.rglob("*.py")
    }


def imported(module: str, path: Path) -> Iterator[str]:
    """The modules of ours that one names in its imports, wherever they stand in it (dotted, below the package)."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level:
            above = [part for part in package[: len(package) - node.level + 1] if part]
            base = ".".join(["portal_archiver", *above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.removeprefix("portal_archiver.") for name in names if name.startswith("portal_archiver"))


def rooms_of(names: Iterator[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


IMPORTS = {module: rooms_of(imported(module, path)) for module, path in modules().items()}


def test_the_imports_are_read_in_all_their_forms() -> None:
    assert len(IMPORTS) > 40
    assert IMPORTS["pipeline.run"] == {"crawler", "model", "pipeline", "store"}  # from portal_archiver.x import y
    assert {"errors", "model"} <= IMPORTS["demo.content"] | IMPORTS["demo.server"]  # from ..x import y
    assert "store" in IMPORTS["store"]  # from portal_archiver.store.x import y


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_never_imports_another(room: str) -> None:
    for module, names in IMPORTS.items():
        if module.split(".")[0] == room:
            assert names <= {room} | GROUND, module


def test_the_model_imports_nothing_of_ours_but_itself() -> None:
    inside = {module: names for module, names in IMPORTS.items() if module.split(".")[0] == "model"}
    assert len(inside) > 5
    assert {module for module, names in inside.items() if not names <= {"model"}} == set()


def test_only_the_pipeline_knows_all_three_rooms() -> None:
    known: defaultdict[str, set[str]] = defaultdict(set)
    for module, names in IMPORTS.items():
        known[module.split(".")[0]] |= names
    above = {"cli", "checkup"}  # a command, or a check, for each
    assert [room for room, names in known.items() if names >= ROOMS and room not in above] == ["pipeline"]
    assert [module for module, names in IMPORTS.items() if names >= ROOMS] == []


@pytest.mark.parametrize(
    ("room", "neighbors"),
    [
        ("exports", {"store", "citations"}),
        ("imports", {"crawler"}),
        ("citations", set()),
    ],
)
def test_what_stands_beside_the_rooms_knows_few_of_them(room: str, neighbors: set[str]) -> None:
    inside = {module: names for module, names in IMPORTS.items() if module.split(".")[0] == room}
    assert inside
    assert {module for module, names in inside.items() if not names <= {room} | neighbors | GROUND} == set()


def test_a_citation_needs_neither_network_nor_database() -> None:
    assert not loaded_after("from portal_archiver import cite") & {"httpx", "sqlite_utils", "bs4", "citeproc"}


def test_nothing_imports_the_command_line_but_itself() -> None:
    outside = {module: names for module, names in IMPORTS.items() if module.split(".")[0] not in ("cli", "__main__")}
    assert [module for module, names in outside.items() if "cli" in names] == []


def test_the_web_knows_the_store_and_what_is_made_of_it_and_only_the_command_line_knows_the_web() -> None:
    inside = {module: names for module, names in IMPORTS.items() if module.split(".")[0] == "web"}
    assert len(inside) > 10
    allowed = {"web", "store", "citations", "differences", "exports"} | GROUND
    assert inside.pop("web.markup") <= allowed | {"parser"}  # which knows how markup is tamed
    assert {module: names - allowed for module, names in inside.items() if names - allowed} == {}
    outside = [name for name, names in IMPORTS.items() if "web" in names and name.split(".")[0] != "web"]
    assert outside == ["cli.serve"]


def test_no_module_takes_a_detour_through_the_public_names() -> None:
    assert {module: names & NAMES for module, names in IMPORTS.items() if names & NAMES} == {}
