"""Telephone and fax numbers and email addresses of a footer, told apart by the label they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from portal_archiver.parser.licensing.labels import EMAIL, URL, Run, value_of

# Not part of the number: "máy lẻ 412", "(ext. 12)", "nhánh 3", "- máy lẻ: 149", and a bare "(412)" behind a number
_EXTENSION = re.compile(
    r"\(?\s?[-–,]?\s?(?:số )?(?:máy lẻ|nhánh|bấm(?: phím)?|(?<!\w)ext(?:ension)?\.?)\s?:?\s?\d{1,5}\)?"
    r"|(?<=\d)\s?\(\d{1,5}\)(?!\s?[\d.])",
    re.I,
)
_DATE = re.compile(r"(?<![\d.])\d{1,2}([/.-])\d{1,2}\1\d{4}(?![\d.-])")
_REMARK = re.compile(r"\([^()]{0,80}[^\W\d_][^()]{0,80}\)")  # "(8h-17h)", "(trong giờ hành chính)"
# Between two numbers: "a - b", "a – b", "a, b", "a / b", "a; b", "a hoặc b"
_BETWEEN = re.compile(r"\s[-–—]\s?|[-–—]\s|[,;/|&]|(?:\s(?:hoặc|và|or)\s)")
_QUALIFIER = re.compile(r"^[^:\d]{0,40}:")  # "Điện thoại: Văn phòng: 080 43000"
_DIGITS = re.compile(r"\(?\+?\d[\d\s.()\-–+]*")
_AREA_CODE = re.compile(r"\(?(?:0\d{1,3}|\+?84)\)?")  # stands apart in "(0299) - 3820000"
# A number that is plainly a telephone's without any label: "0903 405 146", "(024) 3822 2157", "+84 ...", "1900 1530"
_PLAIN = re.compile(r"(?<![\w/.\-])(?:\(\+?\d{1,3}\.?\d{0,3}\)|\+\d|0\d|1[89]00)[\d\s.()\-]{4,22}(?<=\d)(?![\w/])")
_LONGEST = 12  # digits; more are two numbers with a blank between them


def contacts(runs: Iterable[Run]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Phones, faxes and emails, each in the order of the text and once: digits with a leading +, emails as printed."""
    found: dict[str, dict[str, None]] = {"phones": {}, "faxes": {}, "emails": {}}
    for run in runs:
        for line in run.lines:
            found["emails"].update(dict.fromkeys(match[0].rstrip("._-") for match in EMAIL.finditer(line)))
        fields = run.field.split("+") if run.field in ("phones", "faxes", "phones+faxes") else []
        for number in _labeled(run) if fields else ():
            for field in fields:
                found[field][number] = None
        found["phones"].update(dict.fromkeys(_unlabeled(run, bool(fields))))
    return tuple(found["phones"]), tuple(found["faxes"]), tuple(found["emails"])


def _labeled(run: Run) -> Iterator[str]:
    """Numbers right behind the label: any length counts for the first; a short one only next to another number."""
    near = True
    for piece in _pieces(_QUALIFIER.sub("", _clear(value_of(run)[0]))):
        match = _DIGITS.match(piece) or _PLAIN.search(piece)
        if not match:
            near = near and not piece
            continue
        digits = [number for number in _numbers(match[0]) if len(number.lstrip("+")) >= (3 if near else 8)]
        yield from digits
        near = bool(digits) and not piece[match.end() :].strip(" .)(")


def _unlabeled(run: Run, labeled: bool) -> Iterator[str]:
    """Numbers that need no label; the value of a license label or a tax number's holds none."""
    value, following = value_of(run)
    lines = following if labeled or run.field in ("license", "number", "emails") else run.lines
    for line in ([value] if run.field == "emails" else []) + list(lines):
        found = (match[0] for piece in _pieces(_clear(line)) for match in _PLAIN.finditer(piece))
        yield from (number for digits in found for number in _numbers(digits) if len(number) >= 8)


def _clear(line: str) -> str:
    for pattern in (URL, EMAIL, _DATE, _REMARK, _EXTENSION):
        line = pattern.sub(" ; " if pattern is not _REMARK else " ", line)
    return line


def _pieces(text: str) -> Iterator[str]:
    """The text cut between numbers; an area code that stands apart is joined to what follows it."""
    held = ""
    for part in _BETWEEN.split(text):
        piece = part.strip(" .:")
        if _AREA_CODE.fullmatch(piece):
            held = piece
            continue
        yield held + piece if held and piece[:1].isdigit() and piece[:1] != "0" else piece
        held = ""
    if held:
        yield held


def _numbers(piece: str) -> list[str]:
    digits = re.sub(r"\D", "", piece)
    if len(digits) > _LONGEST:
        parts = re.split(r"[\s.\-–]+(?=\(?[0+])", piece)
        if len(parts) > 1 and all(len(re.sub(r"\D", "", part)) >= 8 for part in parts):
            return [number for part in parts for number in _numbers(part)]
    plus = "+" if piece.lstrip("( ").startswith("+") else ""
    return [plus + digits] if len(digits) <= 15 else []
