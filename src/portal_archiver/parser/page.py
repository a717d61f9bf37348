"""`parse_page`: from the bytes of a page to what it says, in stages that can be looked at one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser

from portal_archiver.model import REPORT_KINDS, Article, Kind, License, Link, Page, Portal
from portal_archiver.parser.body import NOTHING_KNOWN, Reading, read_body
from portal_archiver.parser.dateline import read_datelines
from portal_archiver.parser.dom import Outline
from portal_archiver.parser.headline.choice import Candidate, candidates
from portal_archiver.parser.kind import by_patterns, decide_kind, find
from portal_archiver.parser.learned import Fit, fitting, learned_fields, with_lines
from portal_archiver.parser.licensing.footer import footer_span, lines_of
from portal_archiver.parser.licensing.license import parse_license
from portal_archiver.parser.licensing.open_license import with_open_license
from portal_archiver.parser.links import read_links
from portal_archiver.parser.metadata import Metadata, charset_of, read_metadata
from portal_archiver.parser.outline import outline, parse
from portal_archiver.parser.photos import read_attachments, read_photos
from portal_archiver.parser.pieces import joined, joined_html
from portal_archiver.parser.profile import chosen_fields, chosen_footer, chosen_region, chosen_title
from portal_archiver.parser.region import ProseIndex, Region
from portal_archiver.parser.section import read_section
from portal_archiver.parser.version import version_for
from portal_archiver.parser.webform import paging_links
from portal_archiver.text import decode, language_of
from portal_archiver.urls import canonicalize, host_of, postback_of, without_fragment


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page beside its bytes and URL; the arguments of `parse_page`."""

    portal: Portal | None = None
    headers: Iterable[tuple[str, str]] | None = None
    fetched_at: datetime | None = None
    seen_as: Link | None = None


@dataclass(slots=True)
class Evidence:
    """A page laid open: the tree, its blocks, what it claims of itself, its footer, and what was asked about it.

    `fit` is the learned template of its portal that fits it, if one does.
    """

    url: str
    tree: LexborHTMLParser
    outline: Outline
    metadata: Metadata
    license: License | None
    footer: int
    index: ProseIndex
    base: str
    portal: Portal | None = None
    fetched_at: datetime | None = None
    seen_as: Link | None = None
    fit: Fit | None = None
    warnings: list[str] = field(default_factory=list)


def parse_page(
    html: bytes | str,
    url: str,
    *,
    portal: Portal | None = None,
    headers: Iterable[tuple[str, str]] | None = None,
    fetched_at: datetime | None = None,
    seen_as: Link | None = None,
) -> Page:
    """What a page says: its kind, the report on it if there is one, the footer's license, its links.

    `html` is the payload as fetched; `headers` may declare its charset. `portal.select` overrides the reading field by
    field, `portal.learned` mends it, `fetched_at` (aware) bounds dates and resolves "3 giờ trước", `seen_as` is what a
    listing said of the page.
    Does no I/O and keeps no state; whatever the bytes, it returns a `Page`, with `warnings` where something was odd.
    """
    evidence = gather(html, without_fragment(url), Known(portal, headers, fetched_at, seen_as))
    title, reading = choose(evidence)
    article = build_article(evidence, title, reading) if title and reading else None
    kind, why = judge(evidence, title, reading, article)
    if kind == "other":
        evidence.warnings.append(f"Not stored as an article: {why}.")
    return Page(
        url=url,
        # The second page of a list calls itself the first.
        canonical_url=(canonicalize(url) or url) if postback_of(url) else _canonical(evidence),
        kind=kind,
        article=article if kind in REPORT_KINDS else None,
        license=with_open_license(
            evidence.tree, evidence.license, evidence.metadata.license, _hrefs_inside(evidence, title)
        ),
        links=_links(evidence, url, kind),
        warnings=tuple(evidence.warnings),
        parser=version_for(portal),
    )


def gather(html: bytes | str, url: str, known: Known) -> Evidence:
    """First stage: everything the page offers, nothing decided yet."""
    tree = parse(decode(html, charset_of(known.headers)) if isinstance(html, bytes) else html)
    page = outline(tree.root) if tree.root is not None else Outline()
    evidence = Evidence(
        url=url,
        tree=tree,
        outline=page,
        metadata=read_metadata(tree),
        license=None,
        footer=len(page.blocks),
        index=ProseIndex(page),
        base=_base(tree, url),
        portal=known.portal,
        fetched_at=known.fetched_at,
        seen_as=known.seen_as,
    )
    _read_footer(evidence)
    if known.portal:
        evidence.fit = fitting(tree, evidence.index, known.portal.learned, evidence.footer)
    return evidence


def headlines(evidence: Evidence, *, thorough: bool = False) -> list[Candidate]:
    """Second stage: the blocks that may be the headline, best first, each with the report that would follow.

    Without `thorough`, those that cannot win any more are left out.
    """
    anchor = evidence.seen_as.text if evidence.seen_as else ""
    return candidates(evidence.index, evidence.metadata, evidence.url, anchor, evidence.footer, thorough=thorough)


def choose(evidence: Evidence) -> tuple[Candidate | None, Reading | None]:
    """Third stage: the headline and what its region holds.

    A portal's own selectors come before what its pages taught, and that before any guess.
    """
    fit = evidence.fit
    title = chosen_title(evidence.tree, evidence.index, evidence.portal, evidence.footer, evidence.warnings)
    if fit:
        title = replace(title, region=fit.title.region) if title else fit.title
    title = title or next(iter(headlines(evidence)), None)
    if title is None:
        return None, None
    title = chosen_region(evidence.tree, evidence.outline, evidence.portal, title, evidence.warnings)
    own = evidence.portal is not None and "body" in evidence.portal.select  # then nothing else says what is text
    hints = fit.hints if fit and not own else NOTHING_KNOWN
    reading = read_body(evidence.index, title.region, title.text, evidence.base, hints)
    if fit and not own and not reading.byline:
        longer = (
            read_body(evidence.index, region, title.text, evidence.base, hints)
            for region in with_lines(evidence.index, fit)
        )
        reading.byline = next((other.byline for other in longer if other.byline), None)
    return title, reading


def build_article(evidence: Evidence, title: Candidate, reading: Reading) -> Article:
    """Fourth stage: the record, every field from the choice made."""
    base = evidence.base
    dates = read_datelines(
        evidence.index, title, evidence.metadata, evidence.url, evidence.seen_as, evidence.fetched_at
    )
    article = Article(
        title=title.text,
        body=joined(reading.pieces),
        lead=reading.lead,
        body_html=joined_html(reading.pieces),
        published=dates.published,
        updated=dates.updated,
        author=reading.byline.name if reading.byline else None,
        section=read_section(evidence.outline, title, evidence.metadata),
        language=language_of(f"{title.text} {joined(reading.pieces)}") or evidence.metadata.language or None,
        photos=read_photos(evidence.outline, title.region, reading, base),
        attachments=read_attachments(evidence.outline, title.region, base),
    )
    if evidence.fit:
        article = learned_fields(evidence.tree, evidence.outline, evidence.fit, article, base, evidence.fetched_at)
    return chosen_fields(evidence.tree, evidence.portal, article, base, evidence.warnings)


def judge(
    evidence: Evidence, title: Candidate | None, reading: Reading | None, article: Article | None
) -> tuple[Kind, str]:
    """Last stage: what kind of page it is, and a phrase that says why."""
    files = len(article.attachments) if article else 0
    photos = bool(article and article.photos)
    kind, why = decide_kind(find(evidence.outline, title, reading, evidence.url, files=files, photos=photos))
    return by_patterns(evidence.portal, evidence.url, kind, why, readable=article is not None)


def _links(evidence: Evidence, url: str, kind: Kind) -> tuple[Link, ...]:
    """All links; the pages of a list beside a report are left out, for many reports have one list beside them."""
    links = read_links(evidence.tree, evidence.outline, evidence.metadata, evidence.base, evidence.fetched_at)
    return links if kind in ("article", "document") else links + paging_links(evidence.tree, url)


def _hrefs_inside(evidence: Evidence, title: Candidate | None) -> frozenset[str]:
    """The links of the report itself: a license among them is a photo's, not the portal's."""
    region = title.region if title else Region(0, 0, 0)
    inside = evidence.outline.blocks[region.start : region.end]
    return frozenset(anchor.href for block in inside for anchor in block.anchors)


def _base(tree: LexborHTMLParser, url: str) -> str:
    """What the page's links are relative to: its own `<base>`, else its URL."""
    node = tree.css_first("base[href]")
    declared = canonicalize(node.attributes.get("href") or "", url) if node else None
    return declared or url


def _canonical(evidence: Evidence) -> str:
    """The page's own canonical link where it stays on the host and is no front page; else the URL in canonical form."""
    own = canonicalize(evidence.url) or evidence.url
    declared = canonicalize(evidence.metadata.canonical, evidence.url) if evidence.metadata.canonical else None
    if declared and host_of(declared) == host_of(own) and declared.rstrip("/").count("/") > 2:
        return declared
    return own


def _read_footer(evidence: Evidence) -> None:
    """The license of the footer, and the block at which the footer begins: no report reaches beyond it."""
    text = chosen_footer(evidence.tree, evidence.portal, evidence.warnings)
    if span := footer_span(evidence.outline):
        evidence.footer = span[0]
        text = text or lines_of(evidence.outline, span)
    evidence.license = parse_license(text) if text else None
