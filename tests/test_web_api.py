"""The JSON API as a program uses it: the real server, asked over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo_crawl import portal_at
from portal_archiver.citations import STYLES, cite
from portal_archiver.errors import PortalArchiverError
from portal_archiver.store import Archive
from portal_archiver.web.server import origin
from web_server import demo_archive, serving

V1 = "/api/v1"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_archive(tmp_path_factory.mktemp("api") / "archive.db")


@pytest.fixture(scope="module")
def archive(path: Path) -> Iterator[Archive]:
    with Archive(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def web(path: Path) -> Iterator[httpx.Client]:
    origins = ("--allow-origin", "https://doc.example")
    with serving(path, *origins) as served, httpx.Client(base_url=served.url) as client:
        yield client


def told(web: httpx.Client, address: str, **params: Any) -> Any:
    answer = web.get(f"{V1}{address}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_a_search_answers_as_the_archive_does(web: httpx.Client, archive: Archive) -> None:
    found, asked = told(web, "/search", q="nong thon moi", facets=True), archive.search("nong thon moi")
    assert (found["total"], found["relaxed"]) == (asked.total, False)
    assert [hit["article_id"] for hit in found["hits"]] == [hit.article_id for hit in asked.hits]
    start, end = found["hits"][0]["marks"][0]
    assert found["hits"][0]["snippet"][start:end].lower() == "nông"
    facets = archive.facets("nong thon moi")
    assert [(it["name"], it["reports"]) for it in found["facets"]["years"]] == list(facets.years)
    assert told(web, "/search", q="nong thon moi")["facets"] is None


def test_the_filters_are_those_of_the_archive(web: httpx.Client, archive: Archive) -> None:
    for params in (
        {"has_photo": True}, {"has_photo": False}, {"since": "2023", "until": "6/2023"}, {"photographer": "hoai nam"},
        {"has_attachment": True}, {"revised_since": "2000"}, {"q": "xa", "exact": True}, {"q": "xa", "sort": "oldest"},
    ):  # fmt: skip
        asked = {"q": "", "sort": "relevance" if "q" in params else "newest"} | params
        hits = archive.search(asked.pop("q"), limit=100, **asked).hits  # type: ignore[arg-type]
        found = told(web, "/search", limit=100, **params)
        assert [hit["article_id"] for hit in found["hits"]] == [hit.article_id for hit in hits], params


def test_the_cursor_of_words_is_taken_back_however_much_it_holds(web: httpx.Client) -> None:
    first = told(web, "/search", q="xa", limit=25)
    assert len(first["cursor"]) > 30
    second = told(web, "/search", q="xa", limit=25, cursor=first["cursor"])
    assert len({hit["article_id"] for hit in first["hits"] + second["hits"]}) == len(first["hits"]) + len(
        second["hits"]
    )


def test_the_cursor_leads_through_all_without_gap_or_overlap(web: httpx.Client, archive: Archive) -> None:
    seen, params = [], {"limit": 25}
    while True:
        found = told(web, "/search", **params)
        seen += [hit["article_id"] for hit in found["hits"]]
        if not found["cursor"]:
            break
        params["cursor"] = found["cursor"]
    assert seen == [hit.article_id for hit in archive.search("", limit=1000, sort="newest").hits]


def test_a_report_its_versions_and_captures(web: httpx.Client, archive: Archive) -> None:
    number = archive.search("", revised_since="2000").hits[0].article_id
    archived, (first, last) = archive.article(number), archive.revisions(number)
    whole = told(web, f"/articles/{number}")
    assert (whole["url"], whole["article"]["body"]) == (archived.url, archived.article.body)
    assert (whole["revision"], whole["revisions"], whole["sha256"]) == (2, 2, last.sha256)
    assert archived.license
    assert whole["license"]["attribution"] == archived.license.attribution
    versions = told(web, f"/articles/{number}/revisions")["revisions"]
    assert [one["article"]["title"] for one in versions] == [first.article.title, last.article.title]
    assert told(web, f"/articles/{number}/revisions/1") == versions[0]
    captures = told(web, f"/articles/{number}/captures")["captures"]
    assert [one["id"] for one in captures] == [one.id for one in archive.captures(number)]
    one = told(web, f"/captures/{first.capture_id}")
    assert (one["article_id"], one["capture"]["sha256"]) == (number, first.sha256)
    payload = web.get(f"{V1}/captures/{first.capture_id}/payload")
    assert hashlib.sha256(payload.content).hexdigest() == first.sha256
    assert payload.headers["etag"] == f'"{first.sha256}"'
    again = {"If-None-Match": payload.headers["etag"]}
    assert web.get(f"{V1}/captures/{first.capture_id}/payload", headers=again).status_code == 304


@pytest.mark.parametrize("style", STYLES)
def test_a_citation_in_every_style(web: httpx.Client, archive: Archive, style: str) -> None:
    said = told(web, "/articles/1/citation", style=style, revision=1)
    assert said["citation"] == cite(archive.citable(1, 1), style)


def test_portals_runs_and_figures(web: httpx.Client, archive: Archive) -> None:
    (status,) = archive.portals()
    (portal,) = told(web, "/portals")["portals"]
    assert (portal["key"], portal["articles"]) == (status.key, status.articles)
    assert told(web, "/portals/bachhai") == portal
    runs = told(web, "/runs", portal="bachhai", limit=1)["runs"]
    assert [run["id"] for run in runs] == [archive.runs()[0].id]
    run = told(web, "/runs/1")
    assert (run["run"]["new"], run["complete"]) == (archive.run(1).new, True)
    assert len(run["events"]) == archive.run(1).failed
    stats = told(web, "/stats")
    assert stats["reports"] == status.articles == sum(month["reports"] for month in stats["months"]) + undated(archive)


def undated(archive: Archive) -> int:
    return sum(archive.article(n).article.published is None for n in archive.matching(""))


def test_nothing_is_sent_twice_until_somebody_writes(web: httpx.Client, archive: Archive) -> None:
    for address in ("/search?q=xa", "/articles/1", "/stats", "/runs"):
        first = web.get(f"{V1}{address}")
        again = web.get(f"{V1}{address}", headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert "content-type" not in again.headers
    other = web.get(f"{V1}/portals", headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200  # the tag is another address's
    archive.begin_run(portal_at("https://www.bachhai.example/"), archive.run(1).started_at)
    after = web.get(f"{V1}{address}", headers={"If-None-Match": first.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != first.headers["etag"]
    assert len(after.json()["runs"]) == len(first.json()["runs"]) + 1


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("/articles/4711", 404, "the archive has no article 4711"),
        ("/articles/0", 422, "path.article_id: Input should be greater than or equal to 1"),
        ("/articles/1/revisions/9", 404, "none is 9"),
        ("/articles/1/citation?style=apx", 400, 'did you mean "apa"?'),
        ("/captures/4711", 404, "a report's /captures list its own"),
        ("/portals/nope", 404, "/api/v1/portals lists them"),
        ("/runs/4711", 404, "the archive has no run 4711"),
        ("/search?since=xyz", 400, "'xyz' is not a date"),
        ("/search?cursor=7", 400, "is no cursor"),
        ("/search?limit=1000", 422, "query.limit: Input should be less than or equal to 100"),
        ("/search?sort=best", 422, "'relevance', 'newest' or 'oldest'"),
        ("/export/docx", 422, "'csv', 'jsonl'"),
        ("/export/csv?q=qzqzqz", 404, "there is nothing to export"),
        ("/nope", 404, "/api/v1/openapi.json"),
        (f"/search?q={'a' * 4001}", 414, "4,000 characters"),
    ],
)
def test_an_error_is_a_problem_document_that_says_what_to_do(
    web: httpx.Client, address: str, status: int, says: str
) -> None:
    answer = web.get(f"{V1}{address}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert says in problem["detail"]


def test_what_is_not_a_question_is_not_answered(web: httpx.Client) -> None:
    answer = web.post(f"{V1}/search")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_other_sites_read_it_only_where_they_are_named(web: httpx.Client, path: Path) -> None:
    named = web.get(f"{V1}/stats", headers={"Origin": "https://doc.example"})
    assert named.headers["access-control-allow-origin"] == "https://doc.example"
    assert "access-control-allow-credentials" not in named.headers
    other = web.get(f"{V1}/stats", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers
    assert origin("https://Doc.example/") == "https://doc.example"
    with pytest.raises(PortalArchiverError, match="is no site"):
        origin("doc.example")


def test_its_page_tells_of_all_that_can_be_asked_and_loads_nothing_from_elsewhere(web: httpx.Client) -> None:
    described = web.get(f"{V1}/openapi.json").json()
    page = web.get("/api").text
    assert len(described["paths"]) == 14
    for address, methods in described["paths"].items():
        assert list(methods) == ["get"]
        assert f"<code>GET {address}</code>" in page
        assert methods["get"]["description"]
    assert 'src="http' not in page
    assert 'href="http' not in page


def test_a_run_that_is_killed_is_told_although_it_wrote_nothing_of_it(web: httpx.Client, archive: Archive) -> None:
    with archive.exclusive():
        run = archive.begin_run(portal_at("https://www.bachhai.example/"), archive.run(1).started_at)
        during = web.get(f"{V1}/runs/{run}")
        assert during.json()["run"]["stopped"] == "running"
    after = web.get(f"{V1}/runs/{run}", headers={"If-None-Match": during.headers["etag"]})
    assert after.json()["run"]["stopped"] == "killed"
