"""Atom (RFC 4287): a list of reports that feed readers can follow."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from portal_archiver.citations import site_of
from portal_archiver.model import Citable

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
LONGEST = 600  # characters of a summary
# What XML 1.0 cannot say, however it is escaped.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MINTED = 2026  # the year that tag URIs (RFC 4151) carry
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: its `identity` (what is asked for, whoever serves it), its own address and that of the page beside it.

    `language` is that of its title; the reports are in theirs.
    """

    title: str
    identity: str
    address: str
    page: str
    site: str
    author: str
    language: str = "vi"


def feed(of: Feed, reports: Sequence[Citable]) -> bytes:
    """The feed of some reports, in their order.

    A report is `updated` when the archive first saw the version that stands now, `published` when it first saw the
    report; the portal's own date is in the summary's place only, as it may lie years back.
    """
    root = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "vi"})
    ET.SubElement(root, "title", {"xml:lang": of.language}).text = _sayable(of.title)
    _say(root, "id", f"tag:portal-archiver,{_MINTED}:{quote(of.identity, safe='/?=&')}")
    _say(root, "updated", _moment(max((report.captured_at for report in reports), default=NEVER)))
    _link(root, "self", of.address, MEDIA_TYPE)
    _link(root, "alternate", of.page, "text/html")
    ET.SubElement(root, "generator", {"uri": "https://pypi.org/project/portal-archiver/"}).text = "portal-archiver"
    author = ET.SubElement(root, "author")
    _say(author, "name", of.author)
    for report in reports:
        root.append(_entry(of, report))
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _entry(of: Feed, report: Citable) -> ET.Element:
    archived, article = report.archived, report.archived.article
    entry = ET.Element("entry")
    _say(entry, "title", article.title)
    _say(entry, "id", tag(archived.url))
    _say(entry, "published", _moment(archived.first_seen))
    _say(entry, "updated", _moment(max(report.captured_at, archived.first_seen)))
    _link(entry, "alternate", f"{of.site}/report/{archived.id}", "text/html")
    if archived.url.startswith(("http://", "https://")):
        _link(entry, "via", quote(archived.url, safe="%/:?#[]@!$&'()*+,;=~"), "text/html")
    author = ET.SubElement(entry, "author")
    _say(author, "name", article.author or site_of(archived, report.portal_name))
    if article.section:
        ET.SubElement(entry, "category", {"term": _sayable(article.section)})
    _say(entry, "summary", _summary(report))
    if archived.license and archived.license.attribution:
        _say(entry, "rights", archived.license.attribution)
    return entry


def tag(url: str) -> str:
    """The id of a report's entry: of its address, so that it is the same in every archive and at every server."""
    parts = urlsplit(url)
    path = quote(f"{parts.path}{'?' if parts.query else ''}{parts.query}", safe="/?=&;:@!$'()*+,%~")
    return f"tag:{parts.hostname or 'unknown'},{_MINTED}:portal-archiver{path or '/'}"


def _summary(report: Citable) -> str:
    article = report.archived.article
    text = article.lead or article.body.partition("\n\n")[0]
    day = f"{article.published.day:%d/%m/%Y}: " if article.published else ""
    return day + (text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0] + " …")


def _moment(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _sayable(text)


def _link(parent: ET.Element, rel: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": _sayable(address), "type": media_type})


def _sayable(text: str) -> str:
    return _UNSAYABLE.sub("\ufffd", text)
