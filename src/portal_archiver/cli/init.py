"""`portal-archiver init`: write a commented portals.toml."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from portal_archiver.cli.options import DEFAULT_CONFIG, ConfigPath
from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import out
from portal_archiver.config import template
from portal_archiver.errors import ConfigError
from portal_archiver.replacing import check_replaceable

EXAMPLE = "Example: portal-archiver init https://www.bachhai.example/"


def init(
    url: Annotated[str, typer.Argument(metavar="URL", help="The front page of the portal.")],
    config: ConfigPath = DEFAULT_CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write a configuration file for a portal, every setting explained."""
    text = template(url)
    check_replaceable(config)
    try:
        with config.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(f"{config} exists already: edit it, or replace it with --force") from None
    except OSError as error:
        raise ConfigError(f"{config} cannot be written: {error.strerror}") from error
    option = "" if config == DEFAULT_CONFIG else f" --config {shlex.quote(str(config))}"
    out().say(f"Wrote {config}. Look it over, then run: {typed('crawl' + option)}")
