"""Where each key of a TOML document stands: tomllib reads values but does not say from which line."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

Path = tuple[str | int, ...]
Lines = dict[Path, int]
Token = tuple[str, int]  # its text and its line

# The tokens of TOML 1.0 that matter here, the longest strings first; dots and white space only stand between them.
_TOKEN = re.compile(
    r'''"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*\''''
    r"""|\#[^\n]*|[\[\]{}=,\n]|[^\s\[\]{}=,.\#"']+""",
    re.S,
)


def key_lines(text: str) -> Lines:
    """The line (from 1) on which each key, table and array element of a valid TOML document begins.

    Keys are paths: `("portal", "bachhai", "start", 1)` is the second element of that array. Only a document that
    tomllib has read may be asked about.
    """
    lines: Lines = {}
    tokens = _tokens(text)
    table: Path = ()
    numbers: Counter[Path] = Counter()
    for word, line in tokens:
        if word == "[":
            table = _header(tokens, numbers)
            _mark(lines, table, line)
        elif word not in ("]", "\n"):
            _pair(word, line, tokens, table, "\n", lines)
    return lines


def _tokens(text: str) -> Iterator[Token]:
    line, position = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        if not match[0].startswith("#"):
            yield match[0], line


def _header(tokens: Iterator[Token], numbers: Counter[Path]) -> Path:
    """The path of a [table] or of the next of its [[tables]], up to the first sign that ends it."""
    first, _ = next(tokens, ("]", 0))
    if first != "[":
        return () if first == "]" else _key(tokens, "]", first)
    table = _key(tokens, "]")
    numbers[table] += 1
    return (*table, numbers[table] - 1)


def _mark(lines: Lines, path: Path, line: int) -> None:
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], line)


def _key(tokens: Iterator[Token], end: str, first: str = "") -> Path:
    """The parts of a dotted key, up to and with the sign that ends it."""
    parts = [_unquoted(first)] if first else []
    for word, _ in tokens:
        if word == end:
            break
        if word != "[":
            parts.append(_unquoted(word))
    return tuple(parts)


def _unquoted(word: str) -> str:
    if word.startswith("'"):
        return word[1:-1]
    if not word.startswith('"'):
        return word
    without_long_escapes = re.sub(r"\\U([0-9a-fA-F]{8})", lambda match: chr(int(match[1], 16)), word)
    try:
        return str(json.loads(without_long_escapes, strict=False))
    except ValueError:  # an escape of a later TOML than 1.0
        return word[1:-1]


def _pair(first: str, line: int, tokens: Iterator[Token], table: Path, ends: str, lines: Lines) -> str:
    path = (*table, *_key(tokens, "=", first))
    _mark(lines, path, line)
    return _value(tokens, path, ends, lines)


def _value(tokens: Iterator[Token], path: Path, ends: str, lines: Lines) -> str:
    """Pass over one value, noting the keys and elements inside it; returns the sign that ended it."""
    for word, line in tokens:
        if word in ends:
            return word
        if word == "\n":
            continue
        _mark(lines, path, line)
        if word == "[":
            _array(tokens, path, lines)
        elif word == "{":
            _inline_table(tokens, path, lines)
    return ""


def _array(tokens: Iterator[Token], path: Path, lines: Lines) -> None:
    index = 0
    while _value(tokens, (*path, index), ",]", lines) == ",":
        index += 1


def _inline_table(tokens: Iterator[Token], path: Path, lines: Lines) -> None:
    for word, line in tokens:
        if word == "}" or _pair(word, line, tokens, path, ",}", lines) == "}":
            return
