"""Why a page is read the way it is: for each field the winner, the runners-up, and what spoke for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice

from portal_archiver.model import Article, Dateline, License
from portal_archiver.parser.body import Reading
from portal_archiver.parser.dateline import inferred_dates
from portal_archiver.parser.headline.choice import Candidate
from portal_archiver.parser.page import Evidence, Known, build_article, choose, gather, headlines, judge
from portal_archiver.parser.shown_dates import refused_dates, shown_dates

RUNNERS_UP = 4
EXCERPT = 70  # characters


@dataclass(frozen=True, slots=True)
class Reason:
    """A value that a field has, or might have had, and what speaks for it."""

    value: str
    why: str
    won: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """One field of a page: its value first (if it has one), then the runners-up."""

    field: str
    reasons: tuple[Reason, ...]


def explain(html: bytes | str, url: str, known: Known | None = None) -> tuple[Explanation, ...]:
    """The reading of a page, stage by stage, as `parse_page` does it with the same arguments."""
    evidence = gather(html, url, known or Known())
    title, reading = choose(evidence)
    article = build_article(evidence, title, reading) if title and reading else None
    kind, why = judge(evidence, title, reading, article)
    found = [Explanation("kind", (Reason(kind, why, True),)), Explanation("title", tuple(_titles(evidence, title)))]
    if title and reading and article:
        found.append(Explanation("published", tuple(_dates(evidence, title, article))))
        found += _plain_fields(evidence, article)
        found += _body(evidence, title, reading, article)
    found.append(Explanation("license", tuple(_license(evidence.license))))
    found.append(Explanation("warnings", tuple(Reason(text, "") for text in evidence.warnings)))
    return tuple(item for item in found if item.reasons)


def _titles(evidence: Evidence, title: Candidate | None) -> Iterator[Reason]:
    if title:
        yield Reason(title.text, _weights(title.evidence), True)
    others = [other for other in headlines(evidence, thorough=True) if title is None or other.block != title.block]
    for other in others[:RUNNERS_UP]:
        yield Reason(other.text, _weights(other.evidence))


def _dates(evidence: Evidence, title: Candidate, article: Article) -> Iterator[Reason]:
    published = article.published
    if published:
        why = f"{published.origin}: {_short(published.raw)}"
        yield Reason(_value(published), ", ".join(filter(None, (why, _learned(evidence, "published")))), True)
    shown = sorted(
        shown_dates(evidence.index, title, evidence.fetched_at, evidence.metadata.language),
        key=lambda item: -item.score,
    )
    for item in shown[:RUNNERS_UP]:
        update = ("an update", 0.0) if item.is_update else None
        weights = _weights((*item.evidence, update) if update else item.evidence)
        yield Reason(str(item.found.value), f"shown: {_short(item.raw)} ({weights})")
    refused = refused_dates(evidence.index, title, evidence.fetched_at)
    for found, raw, reason in islice(refused, RUNNERS_UP):
        yield Reason(str(found.value), f"refused, {reason}: {_short(raw)}")
    inferred = inferred_dates(evidence.outline, title, evidence.metadata, evidence.url, evidence.seen_as)
    for dateline in inferred:
        if dateline == published:
            continue
        yield Reason(_value(dateline), f"{dateline.origin}: {_short(dateline.raw)}")


def _learned(evidence: Evidence, field: str) -> str:
    """That a selector decided which the portal's own pages taught, and of which template."""
    fit = evidence.fit
    if fit is None or field not in fit.decided:
        return ""
    return f"learned selector {fit.decided[field]!r} of template {fit.number}"


def _plain_fields(evidence: Evidence, article: Article) -> Iterator[Explanation]:
    for name in ("updated", "author", "section", "language"):
        value = getattr(article, name)
        if value:
            text = _value(value) if isinstance(value, Dateline) else str(value)
            yield Explanation(name, (Reason(text, _learned(evidence, name), True),))


def _body(evidence: Evidence, title: Candidate, reading: Reading, article: Article) -> Iterator[Explanation]:
    region = title.region
    extent = f"{len(reading.pieces)} pieces, {len(article.body)} characters, from blocks {region.start} to {region.end}"
    extent = "; ".join(filter(None, (extent, _learned(evidence, "body"))))
    ends = f"{_short(article.body)} ... {article.body[-EXCERPT:].strip()}" if article.body else "empty"
    left = (Reason(_short(text), f"left out as {what}") for what, text in reading.left_out if text)
    yield Explanation("body", (Reason(ends.replace("\n", " "), extent, True), *left))
    if article.photos:
        rows = (Reason(photo.caption or photo.url, f"credit: {photo.credit}", True) for photo in article.photos)
        yield Explanation("photos", tuple(rows))
    if article.attachments:
        files = (Reason(file.url, file.title, True) for file in article.attachments)
        yield Explanation("attachments", tuple(files))


def _license(found: License | None) -> Iterator[Reason]:
    for item in fields(License):
        value = getattr(found, item.name, None)
        if value and item.name != "text":
            yield Reason(", ".join(value) if isinstance(value, tuple) else str(value), item.name, True)


def _weights(evidence: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {weight:+.1f}" if weight else name for name, weight in evidence)


def _value(dateline: Dateline) -> str:
    return dateline.value.isoformat(" ", "minutes") if isinstance(dateline.value, datetime) else str(dateline.value)


def _short(text: str) -> str:
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"
