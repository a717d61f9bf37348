"""portals.toml as the program changes it: a portal is added or begins anew, and all else stays as it was written."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from portal_archiver.config import key_in_toml, parse, same_start, template, text_of
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.replacing import check_replaceable
from portal_archiver.urls import host_of, on_hosts, twin_of

Key = tuple[str, ...]
ALLOW_PRIVATE = "allow_private = true"


class _Statement(NamedTuple):
    """The lines of a text, from `first` to before `end`, that say one thing: a header, or a key and its value."""

    key: Key
    first: int
    end: int


def portals_of(path: Path) -> dict[str, Portal]:
    """The portals of a file by key: none where there is no such file, or nothing in it but comments."""
    if not path.exists():
        return {}
    text = text_of(path)
    says_something = any(line.strip() and not line.lstrip().startswith("#") for line in text.split("\n"))
    return parse(text, path) if says_something else {}


def on_same_host(portals: Mapping[str, Portal], url: str) -> Portal | None:
    """The portal that has the host of an address among its own, with or without `www.`."""
    urls = (url, f"https://{twin_of(host_of(url))}/")
    there = [each for each in portals.values() if any(on_hosts(one, each.hosts) for one in urls)]
    return next((each for each in there if url in each.start), there[0] if there else None)


def begun_at(portal: Portal, url: str, *, allow_private: bool = False) -> Portal:
    """A portal that begins at this address, with nothing learned and all else as it is; `hosts` of others it loses."""
    start = portal.start if url in portal.start else (url,)
    stays = start == portal.start or (_has_hosts_of_its_own(portal) and on_hosts(url, portal.hosts))
    private = portal.allow_private or allow_private
    return replace(portal, start=start, hosts=portal.hosts if stays else (), learned=(), allow_private=private)


def append(path: Path, tables: str) -> None:
    """Add tables to the end of a file; ConfigError, and the file is as it was, where that makes no configuration."""
    text = _joined(text_of(path), tables)
    parse(text, path)
    write(path, text)


def with_portal(path: Path, portal: Portal, tables: str = "", *, known: Portal | None = None) -> str:
    """The text of a file (which need not exist) with a portal in it, and the `tables` of what was learned of it.

    `known` is the portal that the file has had of that key: what it says beside its start stays. ConfigError where the
    file says something else by now, or says it in a way that cannot be changed line by line.
    """
    before = portals_of(path)
    if before.get(portal.key) != known:
        raise ConfigError(f"{path}: portal.{portal.key} was changed meanwhile: run this command again")
    for other in before.values():
        if other.key != portal.key and (url := same_start(other, portal)):
            raise ConfigError(f"{path}: portal.{other.key} begins at {url} already: let that one begin anew")
    text = text_of(path) if path.exists() else ""
    if known:
        text = _begun_anew(text, known, portal)
    elif before:
        text = _joined(text, table_of(portal))
    else:
        text = _joined(text, template(portal.start[0], portal.key, allow_private=portal.allow_private))
    text = _joined(text, tables)
    learned = tomllib.loads(tables)["portal"][portal.key]["learned"] if tables else ()
    if not _means(text, path, before | {portal.key: replace(portal, learned=tuple(learned))}):
        what = "is written in a form that cannot be changed line by line: edit it by hand"
        raise ConfigError(f"{path}: portal.{portal.key} {what}")
    return text


def table_of(portal: Portal) -> str:
    """A new portal's table; what is not in it is found out, or has a default."""
    lines = [f"[portal.{key_in_toml(portal.key)}]", _start(portal)]
    if portal.contact:
        lines.append(f"contact = {_string(portal.contact)}")
    return "\n".join([*lines, ALLOW_PRIVATE] if portal.allow_private else lines) + "\n"


def must_be_writable(path: Path) -> None:
    """ConfigError where a file could not be put into its place, OutputError where it would take an archive's."""
    check_replaceable(path)
    folder = path.resolve().parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise ConfigError(f"{path} cannot be written: its folder must exist, and be writable")


def write(path: Path, text: str) -> None:
    """Put a text into the place of a file, whole or not at all; its mode, and how its lines end, stay as they were."""
    place = path.resolve()  # a symbolic link stays one
    new = place.with_name(place.name + ".new")
    try:
        before = place.read_bytes() if place.exists() else b""
        new.write_text(text, encoding="utf-8", newline="\r\n" if b"\r\n" in before else "\n")
        if place.exists():
            shutil.copymode(place, new)
        new.replace(place)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)


def _means(text: str, path: Path, portals: Mapping[str, Portal]) -> bool:
    try:
        return parse(text, path) == portals
    except ConfigError:  # of what the change made: before, it was a configuration
        return False


def _joined(text: str, more: str) -> str:
    return "\n\n".join(filter(None, (text.rstrip(), more.rstrip()))) + "\n"


def _start(portal: Portal) -> str:
    urls = ", ".join(map(_string, portal.start))
    return f"start = {urls}" if len(portal.start) == 1 else f"start = [{urls}]"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _has_hosts_of_its_own(portal: Portal) -> bool:
    return portal.hosts != Portal(portal.start).hosts


def _begun_anew(text: str, known: Portal, portal: Portal) -> str:
    """The text without what is said anew of a portal; each comment on a line of its own stays where it is."""
    table = ("portal", portal.key)
    gone = {"learned"}
    if portal.start != known.start:
        gone |= {"start"} if _has_hosts_of_its_own(portal) else {"start", "hosts"}
    lines = text.split("\n")
    for said in reversed(list(_statements(lines))):
        name = said.key[2] if said.key[:2] == table and len(said.key) > 2 else ""
        if name == "start" and portal.allow_private and not known.allow_private:
            lines.insert(said.end, ALLOW_PRIVATE)
        if name in gone:
            is_header = said.first > 0 and not lines[said.first - 1] and lines[said.first].startswith("[")
            lines[said.first - is_header : said.end] = [_start(portal)] if name == "start" else []
    return "\n".join(lines)


def _statements(lines: Sequence[str]) -> Iterator[_Statement]:
    """What the lines of a valid TOML document say, in order; a header's key is its table, a value's begins with it."""
    table: Key = ()
    first = 0
    while first < len(lines):
        if not lines[first].strip() or lines[first].lstrip().startswith("#"):
            first += 1
            continue
        end, key = _one(lines, first)
        if lines[first].lstrip().startswith("["):
            table = key
            yield _Statement(table, first, end)
        else:
            yield _Statement(table + key, first, end)
        first = end


def _one(lines: Sequence[str], first: int) -> tuple[int, Key]:
    """Where the statement that begins on a line ends, and the key it names: as soon as what was read is TOML."""
    for end in range(first + 1, len(lines) + 1):
        try:
            return end, _key(tomllib.loads("\n".join(lines[first:end])))
        except tomllib.TOMLDecodeError:
            continue
    return len(lines), ()


def _key(said: Mapping[str, Any]) -> Key:
    """The key of the one thing that is said; an inline table's only key is taken for a part of it."""
    name, value = next(iter(said.items()))
    return (name, *_key(value)) if isinstance(value, dict) and len(value) == 1 else (name,)
