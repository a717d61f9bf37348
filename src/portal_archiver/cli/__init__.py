"""The command line: one small module per command, put together here."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from contextvars import copy_context
from importlib import metadata
from typing import Annotated

import typer

from portal_archiver.cli import (
    accept,
    add,
    backup,
    cite,
    crawl,
    demo,
    diff,
    digest,
    doctor,
    explain,
    exporting,
    history,
    importing,
    init,
    learn,
    merge,
    reparse,
    runs,
    search,
    serve,
    show,
    status,
    verify,
    watch,
    wayback,
)
from portal_archiver.cli.failures import DEBUG, INTERRUPTED, WRONG_USE, ending_of, is_unwritable
from portal_archiver.cli.program import NAME
from portal_archiver.cli.screen import out, problem, silence_output

_BAD_VALUE = re.compile(
    r"Invalid value for '(?P<what>[^']+)'(?P<variable> \(env var: '\w+'\))?: (Value error, )?(?P<why>.*)"
)

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help reads better at 80 columns than boxes, and can be kept in the README
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Begin with: portal-archiver demo",
)

COMMANDS: tuple[tuple[Callable[..., None], str], ...] = (
    (add.add, add.EXAMPLE),
    (init.init, init.EXAMPLE),
    (crawl.crawl, crawl.EXAMPLE),
    (search.search, search.EXAMPLE),
    (show.show, show.EXAMPLE),
    (cite.cite, cite.EXAMPLE),
    (serve.serve, serve.EXAMPLE),
    (history.history, history.EXAMPLE),
    (diff.diff, diff.EXAMPLE),
    (status.status, status.EXAMPLE),
    (runs.runs, runs.EXAMPLE),
    (accept.accept, accept.EXAMPLE),
    (reparse.reparse, reparse.EXAMPLE),
    (learn.learn, learn.EXAMPLE),
    (digest.digest, digest.EXAMPLE),
    (doctor.doctor, doctor.EXAMPLE),
    (exporting.export_file, exporting.EXAMPLE),
    (explain.explain_page, explain.EXAMPLE),
    (verify.verify, verify.EXAMPLE),
    (backup.backup, backup.EXAMPLE),
    (merge.merge, merge.EXAMPLE),
    (demo.demo, demo.EXAMPLE),
)
bringing_in = typer.Typer(help="Bring in captures that others made.")
bringing_in.command("warc", epilog=importing.EXAMPLE)(importing.import_warc)
bringing_in.command("wayback", epilog=wayback.EXAMPLE)(wayback.import_wayback)
GROUPS: tuple[tuple[str, typer.Typer], ...] = (("import", bringing_in), ("watch", watch.app))  # commands of commands
for command, example in COMMANDS:
    app.command(command.__name__.partition("_")[0], epilog=example)(command)
for group, commands in GROUPS:
    app.add_typer(commands, name=group)


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
    return copy_context().run(_run, args)  # what a command sets for itself (`screen.LOG`) ends with it


def _run(args: Sequence[str]) -> int:
    try:
        code = int(app(list(args) or ["--help"], prog_name=NAME, standalone_mode=False) or 0)
        return code if args else WRONG_USE
    except typer.TyperException as error:
        return _wrong_use(error)
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except Exception as error:
        ending = ending_of(error)
        _maybe_traceback()
        if is_unwritable(error):
            silence_output()
        problem(ending.sentence)
        return ending.exit_code


def _wrong_use(error: typer.TyperException) -> int:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else NAME
    message = " ".join(error.format_message().split()).rstrip(".")
    if bad := _BAD_VALUE.match(message):
        message = f"{bad['what']}{bad['variable'] or ''}: {bad['why']}"
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
