"""The command line: one small module per command, put together here."""

from __future__ import annotations

import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Annotated

import typer

from portal_archiver.cli import accept, crawl, demo, explain, exporting, init, runs, search, show, status
from portal_archiver.cli.program import NAME
from portal_archiver.cli.screen import out, problem, silence_output
from portal_archiver.errors import PortalArchiverError

BUG, WRONG_USE, INTERRUPTED = 1, 2, 130
UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
DEBUG = "PORTAL_ARCHIVER_DEBUG"
_BAD_VALUE = re.compile(r"Invalid value for '(?P<what>[^']+)': (Value error, )?(?P<why>.*)")

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help reads better at 80 columns than boxes, and can be kept in the README
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: portal-archiver demo",
)

COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (init.init, init.EXAMPLE),
    (crawl.crawl, crawl.EXAMPLE),
    (search.search, search.EXAMPLE),
    (show.show, show.EXAMPLE),
    (status.status, status.EXAMPLE),
    (runs.runs, runs.EXAMPLE),
    (accept.accept, accept.EXAMPLE),
    (exporting.export_captures, exporting.EXAMPLE),
    (explain.explain_page, explain.EXAMPLE),
    (demo.demo, demo.EXAMPLE),
)
for command, example in COMMANDS:
    app.command(command.__name__.partition("_")[0], epilog=example)(command)


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        out().say(f"{NAME} {metadata.version(NAME)}")
    except metadata.PackageNotFoundError:
        out().say(f"{NAME}, run from its source: it has no version")
    raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Archive public-sector news portals, so that what they published stays findable, citable and provable."""


def run(args: Sequence[str]) -> int:
    """Run one command line (without the program's name) and return its exit code; nothing is raised."""
    try:
        code = int(app(list(args) or ["--help"], prog_name=NAME, standalone_mode=False) or 0)
        return code if args else WRONG_USE
    except typer.TyperException as error:
        return _wrong_use(error)
    except PortalArchiverError as error:
        _maybe_traceback()
        problem(str(error))
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        _maybe_traceback()
        if isinstance(error, OSError) and error.filename is None and error.errno in UNWRITABLE:
            return _unwritable(error)
        what = " ".join(f"{type(error).__name__}: {error}".split())
        problem(f"this is a bug in {NAME}: {what} (run it with {DEBUG}=1 for the traceback, and report it)")
        return BUG


def _unwritable(error: OSError) -> int:
    """Our own files name themselves in their errors: this one is standard output, sent to a disk that is full."""
    silence_output()
    problem(f"the output could not be written: {(error.strerror or '').lower()}: send it to where there is room")
    return WRONG_USE


def _wrong_use(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else NAME
    message = " ".join(error.format_message().split()).rstrip(".")
    if bad := _BAD_VALUE.match(message):
        message = f"{bad['what']}: {bad['why']}"
    else:
        message = message[:1].lower() + message[1:]
    problem(f"{message}: see `{command} --help`")
    return WRONG_USE


def _maybe_traceback() -> None:
    if os.environ.get(DEBUG, "") not in ("", "0"):
        traceback.print_exc()


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show ế shows ? instead of a traceback
    sys.exit(run(sys.argv[1:]))
