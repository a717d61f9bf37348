"""The command line: one small module per command, put together here."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from importlib import import_module, metadata
from typing import Annotated, Any

import typer

from portal_archiver.cli.failures import DEBUG, INTERRUPTED, WRONG_USE, Ending, ending_of, is_unwritable
from portal_archiver.cli.program import NAME
from portal_archiver.cli.screen import emit_error, out, problem, silence_output

_BAD_VALUE = re.compile(
    r"Invalid value for '(?P<what>[^']+)'(?P<variable> \(env var: '\w+'\))?: (Value error, )?(?P<why>.*)"
)
# The option with which a command says all in one JSON object, also what went wrong; and that, where there are no words.
JSON, STOPPED = "--json", "stopped before its end"
# What is added where an option is unknown to a command that takes a query, in which -word leaves reports out.
HYPHENS = "; a query of several words stands in quotation marks, and one that begins with a hyphen behind --"

# Where the function of a command is, and the commands of a group. A module is loaded when it is asked for: all of them
# take longer than most commands do.
COMMANDS = {
    "add": "add.add",
    "init": "init.init",
    "crawl": "crawl.crawl",
    "search": "search.search",
    "show": "show.show",
    "cite": "cite.cite",
    "serve": "serve.serve",
    "history": "history.history",
    "diff": "diff.diff",
    "status": "status.status",
    "runs": "runs.runs",
    "accept": "accept.accept",
    "reparse": "reparse.reparse",
    "learn": "learn.learn",
    "digest": "digest.digest",
    "doctor": "doctor.doctor",
    "export": "exporting.export_file",
    "explain": "explain.explain_page",
    "verify": "verify.verify",
    "backup": "backup.backup",
    "merge": "merge.merge",
    "demo": "demo.demo",
}
GROUPS = {"import": "bringing_in.app", "watch": "watch.app"}


def command_of(name: str) -> tuple[Callable[..., None], str]:
    """The function of a command, and its example."""
    module, function = _loaded(COMMANDS[name])
    return function, module.EXAMPLE


def group_of(name: str) -> typer.Typer:
    """The commands of a group."""
    app: typer.Typer = _loaded(GROUPS[name])[1]
    return app


def _loaded(path: str) -> tuple[Any, Any]:
    name, _, attribute = path.partition(".")
    module = import_module(f"{__name__}.{name}")
    return module, getattr(module, attribute)


def app_of(names: Iterable[str]) -> typer.Typer:
    """The program with these commands and groups."""
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help reads better at 80 columns than boxes, and can be kept in the README
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        epilog="Begin with: portal-archiver demo",
    )
    app.callback()(_root)
    for name in names:
        if name in GROUPS:
            app.add_typer(group_of(name), name=name)
        else:
            function, example = command_of(name)
            app.command(name, epilog=example)(function)
    return app


def _needed(args: Sequence[str]) -> tuple[str, ...]:
    """What a command line begins with; all there is for the help, and to find what a misspelled name is close to."""
    everything = (*COMMANDS, *GROUPS)
    return (args[0],) if args and args[0] in everything else everything


def _print_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        out().say(f"{NAME} {metadata.version(NAME)}")
    except metadata.PackageNotFoundError:
        out().say(f"{NAME}, run from its source: it has no version")
    raise typer.Exit


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
        code = int(app_of(_needed(args))(list(args) or ["--help"], prog_name=NAME, standalone_mode=False) or 0)
        return code if args else WRONG_USE
    except typer.TyperException as error:
        ending = Ending(WRONG_USE, _wrong_use(error))
    except (typer.Abort, KeyboardInterrupt):
        ending = Ending(INTERRUPTED)
    except Exception as error:
        ending = ending_of(error)
        _maybe_traceback()
        if is_unwritable(error):
            silence_output()
    problem(ending.sentence)
    if JSON in args[: args.index("--") if "--" in args else None]:
        emit_error(ending.sentence or STOPPED, ending.exit_code)
    return ending.exit_code


def _wrong_use(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else NAME
    message = " ".join(error.format_message().split()).rstrip(".")
    if bad := _BAD_VALUE.match(message):
        message = f"{bad['what']}{bad['variable'] or ''}: {bad['why']}"
    else:
        message = message.removeprefix("Invalid value: ")
        message = message[:1].lower() + message[1:]
    if context and hasattr(error, "possibilities") and any(each.name == "query" for each in context.command.params):
        message += HYPHENS
    return f"{message}: see `{command} --help`"


def _maybe_traceback() -> None:
    if os.environ.get(DEBUG, "") not in ("", "0"):
        traceback.print_exc()


def main() -> None:
    """The console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show ế shows ? instead of a traceback
    sys.exit(run(sys.argv[1:]))
