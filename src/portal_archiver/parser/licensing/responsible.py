"""The person answerable for a portal, and the post the footer gives that person."""

from __future__ import annotations

import re
from collections.abc import Sequence

from portal_archiver.parser.licensing.labels import (
    BULLETS,
    EMAIL,
    LOWER,
    UPPER,
    Run,
    cut_other,
    flat,
    starts_with_label,
    trim,
    value_of,
)
from portal_archiver.text import fold

_WORD = rf"(?:[{UPPER}][{LOWER}]+|[{UPPER}]+(?!\w))"
_NAME = re.compile(rf"{_WORD}(?:[ ]{_WORD}){{1,5}}")
# Before a name and no part of it: "Ông", "Đ/c:", "PGS.TS", "Đại tá", "Nhà báo", "Luật sư"
_TITLE = (
    r"(?:(?:ông|bà)(?:/(?:ông|bà))?|đ/?c|đồng chí|gs|pgs|ts|ths|cn|ks|bs|ck ?(?:i|ii|1|2)|gs\.?ts|pgs\.?ts|tskh|"
    r"tiến sĩ|tiến sỹ|thạc sĩ|thạc sỹ|bác sĩ|kỹ sư|cử nhân|giáo sư|phó giáo sư|nhà báo|luật sư|mr|mrs|ms|"
    r"(?:đại|thượng|trung|thiếu) (?:tá|tướng|úy))(?!\w)[\s.:,/]*"
)
_TITLES = re.compile(rf"\W*(?:{_TITLE})+", re.I)
# How a post begins: "Phó Chủ tịch UBND huyện", "Trưởng Ban biên tập", "Chánh Văn phòng", "Q. Giám đốc"
_POSTS = (
    "giám đốc|chủ tịch|bí thư|chủ nhiệm|hiệu trưởng|viện trưởng|cục trưởng|vụ trưởng|tổng biên tập|thư ký|bộ trưởng|"
    "thứ trưởng|ủy viên|uỷ viên|thủ trưởng|chỉ huy trưởng|"
    "trưởng (?:ban|phòng|bộ phận|đại diện|cơ quan|công an|khoa|đài)|"
    "chánh (?:văn phòng|vp|thanh tra|án)|phó (?:ban|phòng|trưởng|cục|vụ|viện|hiệu|chánh|đài|tổng)|tỉnh ủy viên|"
    "thường vụ|phụ trách|người phát ngôn|đại diện|lãnh đạo|pct|gđ|pgđ|tbt"
)
# Looked for in folded text: "Phó Chủ tich" (sic)
_POST = re.compile(rf"(?<!\w)(?:(?:pho|quyen|q\.|p\.|tong) ?)*(?:{fold(_POSTS)})(?!\w)")
# What follows a name and a dash or comma is a post even if we do not know the word: "Lê Văn An - CT UBND xã"
_UNKNOWN_POST = re.compile(rf"\s*[-–,(]\s*[{UPPER}][^\W\d_]*(?!(?: {_WORD})*\W*$) [^\W\d_]")
_BODY = re.compile(
    r"\W*(?:sở|bộ|cục|chi cục|ủy ban|uỷ ban|ubnd|hđnd|văn phòng|phòng|ban|trung tâm|công ty|tổng công ty|tập đoàn|ctcp|"
    r"báo|tạp chí|đài|hội|liên hiệp|liên minh|viện|trường|công an|thanh tra|tòa án|cổng|trang|huyện|tỉnh|thành phố|"
    r"đảng|mặt trận|đoàn (?:thanh niên|thể)|bộ phận|nhà xuất bản|quỹ|hiệp hội)(?!\w)",
    re.I,
)
_SURNAMES = (
    "nguyễn|trần|lê|phạm|huỳnh|hoàng|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|đinh|đoàn|lương|lưu|trịnh|mai|đào|vương|hà|"
    "tạ|tô|cao|chu|châu|thái|thạch|triệu|quách|kim|lâm|la|hứa|giang|phùng|tăng|đàm|nông|vi|hầu|giàng|sơn|danh|điểu|y|h"
)
_TAIL_NAME = re.compile(rf"(?:^|[\s:,–-])(?P<name>(?i:{_SURNAMES})(?: {_WORD}){{1,5}})$")
_NAMED = re.compile(rf"(?:^|(?<=[\s:,–-]))(?i:{_TITLE})(?P<name>{_NAME.pattern})")
_SENTENCE_END = re.compile(r"(?<!\b[A-ZĐ])(?<!\b[Tt][PpPX])\.\s|[;|]")


def responsible(runs: Sequence[Run]) -> tuple[str | None, str | None]:
    """The name and the post of the first label that gives either; a deputy is asked only when no head is named."""
    for wanted in ("responsible", "deputy"):
        for index, run in enumerate(runs):
            if run.field == wanted and any(found := _read(run, runs[index + 1 : index + 2])):
                return found
    return None, None


def _read(run: Run, after: Sequence[Run]) -> tuple[str | None, str | None]:
    value, following = value_of(run)
    titles = _TITLES.match(value)
    start = titles.end() if titles else 0
    sentence = _SENTENCE_END.split(value[start:] + " ", maxsplit=1)[0]
    value = value[:start] + EMAIL.split(cut_other(sentence))[0].strip()
    person, role = person_and_post(value)
    if person and not role:
        role = trim(value_of(after[0])[0]) if after and after[0].field == "role" else _post_below(following)
    return person, role


def _post_below(following: Sequence[str]) -> str | None:
    """A post on the line after the name: "Trưởng Ban biên tập, Giám đốc Sở", which also looks like the next label."""
    line = next((line.strip(BULLETS) for line in following if line), None)
    if line and _POST.match(flat(line)) and not starts_with_label(line):
        return trim(line)
    return None


def person_and_post(value: str) -> tuple[str | None, str | None]:
    """Name and post of a value such as "Ông Trần Văn Bình - Phó Chủ tịch UBND huyện"; an organization gives neither."""
    titles = _TITLES.match(value)
    text = value[titles.end() :] if titles else value.lstrip(BULLETS + ":(")
    post = _POST.search(flat(text))
    if post and not text[: post.start()].strip(" -–,.:("):
        return _name_behind_post(text)
    if _BODY.match(text) and not titles:
        return None, None
    name = _NAME.match(text, 0, post.start() if post else len(text))
    role = post or (name and _UNKNOWN_POST.match(text, name.end()))
    return (name[0].strip() if name else None), (trim(text[role.start() :]) if role else None)


def _name_behind_post(text: str) -> tuple[str | None, str | None]:
    """ "Giám đốc Sở Tài chính: Bà Lê Thị Hoa", "Chánh Văn phòng - Lê Văn An"; a post alone is still the post."""
    match = _NAMED.search(text) or _TAIL_NAME.search(text.rstrip(" ."))
    if not match:
        return None, trim(text)
    return match["name"], trim(text[: match.start()])
