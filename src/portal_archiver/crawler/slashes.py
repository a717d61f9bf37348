"""The slash at the end: where a host redirects `/tin-tuc` to `/tin-tuc/`, both need not be asked for."""

from __future__ import annotations

from collections import Counter
from urllib.parse import urlsplit

from portal_archiver.urls import host_of

WITNESSES = 2  # redirects by a slash alone, of one host and one direction, that make a habit
Habit = tuple[str, bool]  # the host, and whether it adds the slash


class Slashes:
    """Which hosts were seen in this run to redirect to the same address with a slash at the end, or without.

    Only a server's own redirects are evidence: on some portals the two spellings are two pages.
    """

    def __init__(self) -> None:
        self._seen: Counter[Habit] = Counter()

    def note(self, asked: str, answered: str) -> None:
        """Remember where an address led."""
        if asked != answered and toggled(asked) == answered:
            self._seen[_habit(answered)] += 1

    def twin(self, url: str) -> str | None:
        """The spelling that the host would redirect a URL to, as far as its habit is known; else None."""
        other = toggled(url)
        return other if other and self._seen[_habit(other)] >= WITNESSES else None


def _habit(url: str) -> Habit:
    return host_of(url), urlsplit(url).path.endswith("/")


def toggled(url: str) -> str | None:
    """The same canonical URL with the slash at the end of its path added or taken away; None for a host's root."""
    parts = urlsplit(url)
    if parts.path in ("", "/"):
        return None
    path = parts.path[:-1] if parts.path.endswith("/") else parts.path + "/"
    return parts._replace(path=path).geturl()
