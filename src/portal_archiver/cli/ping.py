"""Tells a monitor that a run began and how it ended, in the protocol of healthchecks.io that many others speak.

    POST URL/start         when the run begins
    POST URL               when it ended well, with the report as text
    POST URL/<exit code>   when it did not, with the report or the error

A monitor that hears nothing in time raises the alarm: that covers `kill -9`, a machine that is off, a broken crontab.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import typer

from portal_archiver.cli.failures import ending_of
from portal_archiver.cli.program import NAME
from portal_archiver.cli.screen import problem

VARIABLE = "PORTAL_ARCHIVER_PING"
# Exit codes: all well, and some pages failed. The second is usual on many a night, and the report says which pages: the
# alarm is kept for what somebody must look at.
SUCCESS = frozenset({0, 3})
PATIENCE = 10.0  # seconds that pings may hold up the end of a run; its beginning they never do
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.I)


def address(text: str) -> str:
    """The address of a monitor as typed; who knows it can ping, so no error message repeats it."""
    try:
        if _URL.fullmatch(text) and urlsplit(text).hostname and (urlsplit(text).port or 1):
            return text
    except ValueError:  # no port, no IPv6 address
        pass
    raise typer.BadParameter("expected the address of a monitor, such as https://hc-ping.com/your-uuid")


def extended(url: str, segment: str) -> str:
    """The address with one more segment in its path; its query stays behind the path."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/{segment}", fragment="").geturl()


@dataclass(slots=True)
class Outcome:
    """What the last ping is to tell: the exit code, and a report in plain text."""

    exit_code: int = 0
    report: str = ""


@contextmanager
def pinging(url: str | None) -> Iterator[Outcome]:
    """Ping when the block begins and when it ends, with what it wrote into its `Outcome`, or the error it ended on.

    Without a URL nothing is sent. A ping that fails is a warning on standard error, and nothing else.
    """
    outcome = Outcome()
    if url is None:
        yield outcome
        return
    start = _Message(extended(url, "start"), "")
    try:
        yield outcome
    except (Exception, KeyboardInterrupt) as error:
        outcome.exit_code, outcome.report = ending_of(error)
        raise
    finally:
        _tell_end(url, start, outcome)


def _tell_end(url: str, start: _Message, outcome: Outcome) -> None:
    """The beginning must have arrived before the end is told: the other way round, the run would seem to go on."""
    began = time.monotonic()
    start.wait_until(began + PATIENCE / 2)
    where = url if outcome.exit_code in SUCCESS else extended(url, str(outcome.exit_code))
    end = _Message(where, f"{NAME} crawl ended with exit code {outcome.exit_code}\n\n{outcome.report}")
    end.wait_until(began + PATIENCE)
    for message, what in ((start, "began"), (end, "ended")):
        if message.trouble:
            problem(f"the ping that the run {what} failed: {message.trouble}", label="warning", style="yellow")


class _Message:
    """One ping on its way, in a thread that dies with the program; `trouble` says why it has not arrived."""

    def __init__(self, url: str, text: str) -> None:
        self._host = urlsplit(url).hostname
        self.trouble = f"no answer from {self._host} within {PATIENCE:.0f} s"
        self._thread = threading.Thread(target=self._send, args=(url, text), daemon=True)
        self._thread.start()

    def wait_until(self, deadline: float) -> None:
        """Wait for the answer, up to a moment of the monotonic clock."""
        self._thread.join(max(0.0, deadline - time.monotonic()))

    def _send(self, url: str, text: str) -> None:
        import httpx  # takes a while to load, which no command without a ping should pay

        headers = {"User-Agent": NAME, "Content-Type": "text/plain; charset=utf-8"}
        body = text.encode("utf-8", "replace")  # the name of a file may be no text
        try:
            with httpx.stream("POST", url, content=body, headers=headers, timeout=PATIENCE) as answer:
                said = f"{answer.status_code} {answer.reason_phrase}".strip()
                self.trouble = "" if answer.is_success else f"{self._host} answers {said}"
        except Exception as error:  # whatever it is, it must not cost more than a warning
            self.trouble = f"{self._host}: {type(error).__name__}: {error}"
