"""What the commands write on: text for people (colors on a terminal only), or one JSON object for machines."""

from __future__ import annotations

import io
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

# Where `problem` goes, label and message, in a command that keeps a log for programs; None: to people.
LOG: ContextVar[Callable[[str, str], None] | None] = ContextVar("LOG", default=None)
# Whether the JSON object of a command has been written, or begun.
EMITTED: ContextVar[bool] = ContextVar("EMITTED", default=False)
PIPE_WIDTH = 100  # columns of a table when nobody's terminal sets the width
# Marks that reorder text on a terminal (Unicode TR 9): a headline could hide behind them what it really says.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Screen(Console):
    """A rich console that prints archived text as it is: no markup, no emoji codes, no guessed colors."""

    def __init__(self, *, stderr: bool = False, paper: TextIO | None = None) -> None:
        terminal = None if paper is None else False  # whatever FORCE_COLOR says
        super().__init__(stderr=stderr, file=paper, force_terminal=terminal, highlight=False, markup=False, emoji=False)
        if not self.is_terminal and "COLUMNS" not in os.environ:
            self.width = PIPE_WIDTH

    def say(self, text: str | Text = "", style: str = "", indent: int = 0, lead: str = "") -> None:
        """Print a paragraph behind its `lead`: wrapped and aligned on a terminal, one line in a pipe or a file."""
        line = Text(safe(text), style) if isinstance(text, str) else text
        left = indent + len(lead)
        parts = line.wrap(self, max(self.width - left, 20)) if self.is_terminal else line.split("\n")
        for number, part in enumerate(parts):
            self.print(Text(" " * left if number else " " * indent + lead) + part, soft_wrap=True)

    def say_url(self, url: str, indent: int = 0, lead: str = "") -> None:
        """Print an address in one piece, whatever the width, so that it can be clicked and copied."""
        self.print(Text(" " * indent + lead) + Text(safe(url), "blue"), soft_wrap=True)

    def show(self, table: Table) -> None:
        """Print a table without the blanks that fill its last column."""
        for segments in self.render_lines(table, pad=False):
            line = Text.assemble(*((segment.text, segment.style or "") for segment in segments))
            line.rstrip()
            self.print(line, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Who reads us (`| head`) has seen enough: end quietly."""
        self.quiet = True
        if not self.stderr:
            quiet_end()

    def print(self, *objects: Any, **options: Any) -> None:
        """Print; what standard error cannot take (a log on a full disk, say) is lost, and the work goes on."""
        with suppress(OSError) if self.stderr else nullcontext():
            super().print(*objects, **options)


def on_paper(show: Callable[[Screen], None]) -> str:
    """What would be shown on a screen, as plain text for a letter."""
    paper = io.StringIO()
    show(Screen(paper=paper))
    return paper.getvalue()


def out() -> Screen:
    """Standard output, for what was asked for."""
    return Screen()


def err() -> Screen:
    """Standard error, for progress and for what went wrong."""
    return Screen(stderr=True)


def quiet_end() -> NoReturn:
    """Leave with exit code 0 and nothing more to write."""
    silence_output()
    raise SystemExit(0)


def silence_output() -> None:
    """Let what is still on its way to standard output go nowhere, as Python would fail on it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def safe(text: str) -> str:
    """The text without what could drive or mislead a terminal: control characters and reordering marks."""
    return "".join(char for char in text if char == "\n" or not _is_unsafe(char))


def _is_unsafe(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or char in _REORDERING


def problem(message: str, *, label: str = "error", style: str = "bold red") -> None:
    """Tell on standard error what went wrong, one line each: in words, or as `LOG` has it."""
    screen, log = err(), LOG.get()
    for line in message.splitlines():
        if log:
            log(label, line)
        else:
            screen.print(Text.assemble((f"{label}:", style), " ", safe(line)), soft_wrap=True)


def emit(value: Mapping[str, object]) -> None:
    """Write one JSON object to standard output: indented for people, on one line for programs and logs."""
    try:
        _emit(value)
    except BrokenPipeError:
        quiet_end()


def emit_error(sentence: str, exit_code: int) -> None:
    """The same for a command that came to no good end, unless it has written its object; what cannot be is lost."""
    if EMITTED.get():
        return
    try:
        _emit({"error": sentence, "exit_code": exit_code})
    except OSError:
        silence_output()


def _emit(value: Mapping[str, object]) -> None:
    EMITTED.set(True)
    sys.stdout.write(as_json(value, sys.stdout, indent=2 if sys.stdout.isatty() else None) + "\n")
    sys.stdout.flush()


def as_json(value: Mapping[str, object], stream: TextIO, indent: int | None = None) -> str:
    """A JSON object, with our records in it, in letters that the stream can write."""
    ascii_only = "utf" not in (stream.encoding or "").lower()
    return json.dumps(_plain(value), ensure_ascii=ascii_only, indent=indent)


def _plain(value: Any) -> Any:
    """Records, dates and paths as what JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 report`, `2 reports`, `1,204 reports`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def utc(moment: datetime) -> str:
    """`2026-01-31 02:15 UTC`."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def duration(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
