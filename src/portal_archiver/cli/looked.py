"""What a look at a new portal brought, on the screen: what it offers, five reports as they would be stored, doubts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from portal_archiver.cli.screen import Screen, count, duration, problem, safe
from portal_archiver.cli.show import dateline_in_words
from portal_archiver.model import License, Photo
from portal_archiver.pipeline.adding import Example, Look
from portal_archiver.pipeline.sampling import Found, Index

LABEL = 12  # columns
SHOWN = 3  # sitemaps, feeds, lists, of each kind
WORDS = 8  # of a text at either end
FEW_WORDS = 2 * WORDS + 4  # a text that is shown whole


def as_plain(look: Look) -> dict[str, object]:
    """The look as JSON has it."""
    return {**asdict(look), "portal": look.portal.key, "start": look.portal.start}


def show_look(screen: Screen, look: Look) -> None:
    """Print all that whoever adds the portal should see before it is written."""
    kinds = ", ".join(f"{number} {kind}" for kind, number in sorted(look.kinds.items(), key=lambda item: -item[1]))
    screen.say_url(look.portal.start[0])
    screen.say(
        f"{count(look.run.requests, 'request')} in {duration(look.run.seconds)}; pages: {kinds or 'none'}", "dim"
    )
    screen.print()
    for label, line in _found(look.found):
        screen.say(line, lead=f"{label:{LABEL}}")
    screen.say(_learned(look), lead=f"{'learned':{LABEL}}")
    if look.examples:
        screen.print()
        of_all = f"{len(look.examples)} of {count(look.reports, 'report')}" if look.reports > 1 else "The report"
        screen.say(f"{of_all}, as {'they' if look.reports > 1 else 'it'} would be stored", "bold")
    for number, example in enumerate(look.examples, 1):
        _show_example(screen, number, example)
    if look.doubts:
        screen.print()
    for doubt in look.doubts:
        problem(doubt, label="not sure", style="yellow")


def _found(found: Found) -> Iterator[tuple[str, str]]:
    yield "robots.txt", _robots(found)
    yield "sitemaps", _some(*map(_index, found.sitemaps))
    yield "feeds", _some(*map(_index, found.feeds))
    yield "lists", _some(*found.listings)


def _robots(found: Found) -> str:
    if found.robots is None:
        return "could not be read"
    if found.robots >= 400:
        return f"none ({found.robots}): all may be read"
    asks = f"; it asks for {found.crawl_delay:g} s between two requests" if found.crawl_delay else ""
    return f"there is one, and it is obeyed{asks}"


def _index(index: Index) -> str:
    return f"{index.url} ({count(index.entries, 'address', 'addresses')})"


def _some(*things: str) -> str:
    more = [f"{len(things) - SHOWN} more"] if len(things) > SHOWN else []
    return "\n".join([*things[:SHOWN], *more]) or "none found"


def _learned(look: Look) -> str:
    if not look.portal.learned:
        return "nothing: each page is read by itself"
    fields = ", ".join(dict.fromkeys(field for template in look.portal.learned for field in template))
    return f"{count(len(look.portal.learned), 'template')}: where {fields} stand{'s' if ',' not in fields else ''}"


def _show_example(screen: Screen, number: int, example: Example) -> None:
    article = example.article
    screen.print()
    screen.say(article.title, "bold", lead=f"{number}  ")
    photos = article.photos
    lines = (
        ("date", dateline_in_words(article.published) if article.published else "none"),
        ("byline", article.author or "none"),
        ("credits", _credits(photos)),
        ("text", _ends(article.body)),
        ("license", _license(example.license)),
    )
    for label, line in lines:
        screen.say(line, "" if line != "none" else "dim", indent=3, lead=f"{label:{LABEL - 3}}")
    screen.say_url(example.url, indent=3)


def _credits(photos: tuple[Photo, ...]) -> str:
    if not photos:
        return "no photo"
    names = ", ".join(dict.fromkeys(photo.credit for photo in photos if photo.credit))
    return f"{names or 'none'} ({count(len(photos), 'photo')})"


def _ends(text: str) -> str:
    """The first and the last words of a text, and how many it has."""
    words = text.split()
    if len(words) <= FEW_WORDS:
        return " ".join(words) or "none"
    return f"{' '.join(words[:WORDS])} … {' '.join(words[-WORDS:])} ({count(len(words), 'word')})"


def _license(footer: License | None) -> str:
    if footer is None:
        return "none"
    credit = f'credit "{footer.attribution_source}"' if footer.attribution_source else ""
    named = [part for part in (footer.number, footer.managing_unit or footer.governing_body, credit) if part]
    return safe(", ".join(named)) or "a footer without a number"
