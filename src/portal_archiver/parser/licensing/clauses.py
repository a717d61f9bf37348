"""The clauses of a footer: how republication must credit the source, and who holds the copyright."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from portal_archiver.parser.licensing.labels import UPPER, Run, trim

_STOP = re.compile(r"[.!?]\s|\s[-–]\s(?=(?:Yêu cầu|Đề nghị|Ghi rõ|Vui lòng|Mọi|Khi|Bản quyền|Cấm|Chỉ được)\s)|(?=®)")
_ABBREVIATIONS = frozenset("tp tx tt p q h gs pgs ts ths mr co ltd no st jsc".split())


def _any(*forms: str) -> re.Pattern[str]:
    return re.compile("|".join(forms), re.I)


# The credit a reader owes
CREDIT = _any(
    r"(?:ghi|nêu)(?: rõ)?:? (?:xuất xứ|nguồn(?! gốc (?:xuất xứ|hàng)))",  # "Ghi rõ nguồn ... khi phát hành lại"
    r"(?:trích |ghi )?dẫn (?:rõ )?(?:nguồn|link|lại từ)|trích nguồn|đề nguồn",  # "Đề nghị dẫn nguồn ..."
    r"(?<!\w)dẫn (?:lại )?(?:từ )?[\"“‘']?(?:https?://)?[\w-]{1,63}\.[\w-]",  # "phải dẫn bachhai.example"
)
# What a reader may not do
PERMISSION = _any(
    r"cấm (?:mọi hành vi )?(?:sao|trích|sử dụng|phát hành|tái bản|in|copy)(?!\w)",  # "Cấm sao chép ... nếu không"
    r"chỉ được (?:phép )?(?:phát hành|sử dụng|đăng|trích|sao)",  # "Chỉ được phát hành lại ... khi"
    r"(?:đồng ý|chấp thuận|cho phép|chấp nhận)(?: trước)? (?:bằng|qua) văn bản",
    r"không (?:được )?(?:phép )?(?:sao chép|copy|trích dẫn|sử dụng lại)",  # "Vui lòng không sao chép nội dung"
    r"không được (?:phép )?(?:phát hành|sử dụng|đăng)",
    r"(?:phải|khi) (?:có|được) sự (?:đồng ý|cho phép|chấp thuận)",
)
# The name after it, by preference: "nguồn: Theo X", "nguồn tin 'X'", "nguồn (X)", "dẫn lại từ X"
_NAME = (
    r"(?: (?:tin|từ|dẫn|trích dẫn|gốc|là|rõ|trích|đầy đủ))*\s?:?\s*(?:theo\s*:?\s*)?"
    r"(?:'(?P<single>[^']{1,200})'|[\"“”‘’«]+\s*(?P<double>[^\"“”‘’«»]{1,200}?)\s*[\"“”’»]"
    r"|\(\s*(?P<inside>[^()]{2,200}?)\s*\)|(?P<bare>[^\"“”(),;]{2,200}))"
)
_NAMES = (
    re.compile(r"(?<!\w)(?:nguồn|xuất xứ)" + _NAME, re.I),
    re.compile(r"(?<!\w)dẫn(?: lại)?(?: link)?" + _NAME, re.I),
)
_BARE_END = re.compile(
    r"\s+(?:hoặc|khi|nếu|và|cùng|kèm|với|trước|trong|để|lúc|bằng|nhưng|từ|tại)(?!\w)|\.\s|\.$|\s[-–]\s", re.I
)
_PROPER = re.compile(rf"[{UPPER}]|\w\.\w")
# A claim is the sign or the word with an owner or a year; "© Giấy phép" is a bullet, "Chính sách bản quyền" a menu.
_CLAIM = _any(
    r"(?:giữ|toàn bộ) (?:mọi )?bản quyền",  # "Báo Bạch Hải giữ bản quyền nội dung này"
    r"bản quyền(?: \S{1,20} \S{1,20})? ?(?:©|\(c\)|(?:thuộc|của|bởi|và|năm)(?!\w)|[:\-–]? ?\d{4})",
    rf"bản quyền:? (?-i:[{UPPER}])",  # "Bản quyền: Sở Y tế"
    r"copy ?rights?(?! (?:policy|notice))\W{0,20}[^\W_]",  # "Copyright by Sở Y tế", "© Copyright 2016"
    r"(?:©|\(c\)) ?(?!giấy phép|chỉ |ghi |cấm |vui lòng )[^\W_]",  # "© 2006. Cổng thông tin", "2008 © BÁO ..."
)
_CLAIM_GOES_ON = re.compile(r"bản quyền|copyright|©|rights reserved", re.I)
_YEAR_ALONE = re.compile(r"\W*(?:copyright|bản quyền)?\W*\d{4}(?:\s?[-–]\s?\d{4})?\W*", re.I)


def attribution(runs: Iterable[Run]) -> tuple[str | None, str | None]:
    """The clause verbatim, and the name it says is to be credited; a credit is preferred to a prohibition."""
    found = list(_sentences(_pieces(runs)))
    for pattern in (CREDIT, PERMISSION):
        for sentence in found:
            if pattern.search(sentence):
                clause = _bare(sentence)
                return clause, (source(clause) if pattern is CREDIT else None)
    return None, None


def source(clause: str) -> str | None:
    """The first name after "nguồn" or "dẫn" in a clause; None for "Ghi rõ nguồn khi ...", which names nobody."""
    for match in (match for pattern in _NAMES for match in pattern.finditer(clause)):
        name = match["single"] or match["double"] or match["inside"]
        if name is None:
            name = _BARE_END.split(" " + match["bare"], maxsplit=1)[0]
        if (name := name.strip(" .:")) and _PROPER.search(name):
            return name
    return None


def copyright_line(runs: Iterable[Run]) -> str | None:
    """The first claim of copyright: "© 2021 Cổng thông tin điện tử tỉnh Bạch Hải. All rights reserved"."""
    for piece in _pieces(runs):
        sentences = list(_sentences([piece]))
        for index, sentence in enumerate(sentences):
            if _CLAIM.search(sentence) and not CREDIT.search(sentence):
                return trim(_claim(sentences[index:]))
    return None


def _claim(sentences: Sequence[str]) -> str:
    """A claim with the sentences that belong to it: those after a lone year, and "All rights reserved"."""
    taken = [sentences[0].lstrip(" @®-–*•")]
    for sentence in sentences[1:]:
        goes_on = _CLAIM_GOES_ON.search(sentence) or (len(taken[-1]) < 60 and _YEAR_ALONE.fullmatch(taken[-1]))
        if not goes_on or CREDIT.search(sentence) or PERMISSION.search(sentence):
            break
        taken.append(sentence)
    return " ".join(taken)


def _pieces(runs: Iterable[Run]) -> Iterator[str]:
    """The lines of a footer cut where labels begin: a clause never runs into the next field."""
    for run in runs:
        yield from (line for line in run.lines if line)


def _sentences(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        start = 0
        for stop in _STOP.finditer(piece):
            word = piece[max(0, stop.start() - 8) : stop.start()].split(" ")[-1].lower()
            following = piece[stop.end() : stop.end() + 1]
            if stop[0][:1] == "." and (word in _ABBREVIATIONS or len(word) < 2 or following.islower()):
                continue
            if sentence := piece[start : stop.end()].strip(" -–" if stop[0].strip() in "-–" else None):
                yield sentence
            start = stop.end()
        if sentence := piece[start:].strip():
            yield sentence


def _bare(sentence: str) -> str:
    """A clause without its bullet or sign and the brackets around it; its own full stop stays."""
    clause = sentence.strip().lstrip(" @®©-–*•►»·+:")
    return clause[1:-1].strip() if clause[:1] == "(" and clause[-1:] == ")" else clause
