"""What a web archive holds of a fictional portal, and an import of it."""

from __future__ import annotations

from typing import Any

from cdx_server import CdxServer, Held
from fictional_page import page
from portal_archiver.imports import query_of, server_of
from portal_archiver.model import Portal
from portal_archiver.pipeline import Retrieval, RetrievalOptions, import_wayback
from portal_archiver.store import Archive

HOST = "www.bachhai.example"


URL = f"https://{HOST}/tin-tuc/cau-tau-ca.html"


OTHER = f"https://{HOST}/tin-tuc/mua-ca.html"


BODY = page().encode()


EDITED = BODY.replace(b"42 t", b"24 t")


SECOND = page(title="<h1>Mùa cá mới</h1>").encode()


FIRST = Held(URL, "20190304050607", BODY)


LATER = Held(URL, "20200304050607", EDITED)


BESIDE = Held(OTHER, "20190701000000", SECOND)


KINDS = {"wayback": "", "pywb": "/tinh", "crawls": "/collinfo.json"}


def access(**settings: Any) -> Portal:
    return Portal(("http://127.0.0.1/",), **{"delay": 0, "allow_private": True, "tries": 1} | settings)


def bring(archive: Archive | None, server: CdxServer, at: str = "", host: str = HOST, **options: Any) -> Retrieval:
    days = {name: options.pop(name, None) for name in ("since", "until")}
    query = query_of(host, **days)
    assert query
    return import_wayback(server_of(server.url(at)), query, archive, RetrievalOptions(**{"access": access()} | options))


def of_page(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Without the length, which a pywb sends as the page's whether or not the page had it."""
    return tuple((name, value) for name, value in headers if name != "Content-Length")
