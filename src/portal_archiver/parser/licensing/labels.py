"""The labels of a license footer, as data, and the one pass that finds them and the text each of them rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from portal_archiver.text import fold, plain

Place = Literal["anywhere", "part", "line", "colon", "value"]
# Where a label counts as one, so that the same words in a sentence or in a person's post do not:
#   anywhere  wherever it stands                          "..., giấy phép số 12/GP-STTTT"
#   part      at the start of a line or after a separator "UBND tỉnh - Địa chỉ 1 Lê Lợi"
#   line      at the start of a line, or before a colon   "Tổng biên tập" (elsewhere it is somebody's post)
#   colon     before a colon only                         "Hà Nội: 1 Lê Lợi"
#   value     before a colon, a number or an address      "Fax (0299) 3820000"


@dataclass(frozen=True, slots=True)
class Label:
    """One row of the table: the field, the forms as a pattern (case and diacritics do not matter), where it counts."""

    field: str
    forms: str
    place: Place


@dataclass(frozen=True, slots=True)
class Run:
    """A label and what it rules: `lines[0]` is the rest of its line (may be ""), then the lines up to the next one.

    `before` is what stands before the label in its line. The run of `field` "" is the text before the first label.
    """

    field: str
    label: str
    lines: tuple[str, ...]
    before: str = ""
    colon: bool = False


# The first row that fits wins, so a longer label stands above the shorter one it begins with.
LABELS = (
    # "Cơ quan quản lý nhà nước và thường trực kỹ thuật: Sở Khoa học và Công nghệ"
    Label("managing_unit", "cơ quan quản lý nhà nước và thường trực kỹ thuật", "part"),
    # "Quản lý nội dung: Ban biên tập" names neither body
    Label("other", "(?:(?:cơ quan|đơn vị) )?(?:quản lý|chỉ đạo) (?:về )?nội dung", "part"),
    # "Cơ quan chủ quản: UBND tỉnh Bạch Hải", "Đơn vị chủ quản", "Cơ quan quản lý: Sở Tài chính"
    Label("governing_body", "(?:(?:cơ quan|đơn vị) )?chủ quản|cơ quan quản lý(?: nhà nước)?", "part"),
    # "Đơn vị quản lý: Sở Thông tin và Truyền thông", "Cơ quan thường trực: Văn phòng UBND tỉnh"
    Label("managing_unit", "đơn vị quản lý(?:(?:,| và) vận hành)?|(?:cơ quan|đơn vị) thường trực", "part"),
    # "Quản lý và vận hành bởi: Trung tâm Công nghệ thông tin"
    Label("managing_unit", "(?:được )?quản lý(?:(?:,| và) vận hành)? bởi|đơn vị vận hành", "part"),
    # "Số giấy phép: 12/GP-BTTTT", "Giấy phép hoạt động báo điện tử số ...", "GP: 5/GP-TTĐT", "GPXB số 303/GP"
    Label("license", r"số giấy phép|giấ[yp] phép|(?:số )?gp[a-z]{0,5}(?= ?:| số)", "anywhere"),
    # "P. Tổng biên tập phụ trách: ...", "Phó Tổng biên tập phụ trách"
    Label("responsible", r"(?:p\. ?|phó )tổng biên tập phụ trách", "line"),
    # "Phó Tổng biên tập: ...", "Phụ trách nội dung: ...": asked only when no head is named
    Label(
        "deputy",
        r"(?:p\. ?|phó )tổng biên tập(?: thường trực)?|phó tbt|phụ trách(?: (?:nội dung|điện tử|biên tập))?",
        "line",
    ),
    # posts that end the value before them: "Tổng thư ký tòa soạn: ...", "Phó Trưởng Ban biên tập: ...", "Ban biên tập:"
    Label("other", "phó (?:tổng giám đốc|trưởng ban biên tập)|(?:tổng |phó )*thư ký(?: tòa soạn)?", "line"),
    # "Người chịu trách nhiệm quản lý nội dung", "Chịu trách nhiệm về nội dung", "Chịu trách nhiệm chính"
    Label(
        "responsible",
        "(?:người )?chịu trách nhiệm(?: chính| chung)?(?:(?: về| quản lý| xuất bản)* nội dung"
        "(?: thông tin)?| xuất bản)?",
        "line",
    ),
    # "Trưởng ban Ban biên tập", "Trưởng Ban Biên tập", "Tổng Biên tập", "Quyền Tổng biên tập", "Tổng Giám đốc"
    Label("responsible", r"trưởng (?:ban )?(?:ban )?biên tập|(?:quyền |q\. ?)?tổng biên tập|tbt|tổng giám đốc", "line"),
    # "Chức vụ: Giám đốc Trung tâm"
    Label("role", "chức (?:vụ|danh)", "colon"),
    # no phones: "Giấy CNĐKDN số 0101234567", "MST: 0312345678", "ISSN 1859-2945", "Số tài khoản: 001100220033"
    Label("number", "giấy (?:cn|chứng nhận|đk)[a-z]*(?: đăng ký)?(?: kinh doanh| doanh nghiệp)?|đkkd", "part"),
    Label("number", "mst|mã số thuế|mã số doanh nghiệp|issn|isbn|(?:số )?tài khoản|stk", "part"),
    Label("number", "(?:tổng )?(?:số )?(?:lượt )?truy cập|đang (?:online|trực tuyến|truy cập)|hôm nay", "line"),
    # "Điện thoại/Fax: 0299 3820000", "ĐT - Fax:", "Tel & Fax"
    Label("phones+faxes", r"(?:số )?(?:điện thoại|đ\.?t|tel) ?(?:[/&,+\-–]|và) ?fax", "value"),
    # "Fax: ...", "Số fax"
    Label("faxes", r"(?:số )?(?:tele)?fax|f(?= ?:)", "value"),
    # "Điện thoại: ...", "ĐT", "Tel.", "Đường dây nóng", "Hotline nội dung", "T: ..."
    Label("phones", r"(?:số )?điện thoại|s?đ[./]?t|(?:tele)?phone|tel|mobile|di động|t(?= ?:)", "value"),
    Label("phones", "hot ?line|(?:số )?đường dây nóng|tổng đài|cskh", "value"),
    # "Email: ...", "Emai: ..." (sic), "Thư điện tử", "E: ..."
    Label("emails", "e-?mail?|thư điện tử|(?:hộp|hòm) thư|e(?= ?:)", "value"),
    # "Địa chỉ liên hệ: ...", "Trụ sở chính", "Trụ sở Tòa soạn", "Tòa soạn và trị sự", "Address: ..."
    Label("address", "địa chỉ(?: (?:liên hệ|giao dịch|trụ sở|tòa soạn|cơ quan))?|address", "part"),
    Label("address", "trụ sở(?: chính)?(?: (?:tòa soạn|cơ quan))?|tòa soạn(?: và trị sự)?", "part"),
    # "Đc: 2 Bến Cảng", "Đ/c: số 5 Lê Lợi"
    Label("address", "đ[/.]?c", "colon"),
    # "VPĐD: ...", "Văn phòng phía Nam: ...", "TP. Hồ Chí Minh: ..."
    Label("address", r"vp ?(?:đd|gd|hcm|hn)|văn phòng[^:,;|]{0,40}(?= ?:(?! ?[(+]?\d[\d .()-]{6}))", "colon"),
    Label(
        "address", r"(?:tại )?(?:hà nội|(?:tp\.? ?)?(?:hồ chí minh|đà nẵng|cần thơ|hải phòng|huế)|tp\.? ?hcm)", "colon"
    ),
    # "Website: ...", "Facebook", "Thiết kế bởi ...", "Powered by ..."
    Label("other", "web ?site|web|facebook|fanpage|zalo|youtube|skype|twitter|tiktok", "value"),
    Label(
        "other",
        r"(?:thiết kế|xây dựng|phát triển)(?: (?:và|&) [a-z]+ ?[a-z]*)? bởi|(?:powered|developed|designed) by",
        "part",
    ),
)

_ROWS = "|".join(f"(?P<r{row}>{fold(label.forms)})" for row, label in enumerate(LABELS))
_ANY = re.compile(rf"(?<!\w)(?:{_ROWS})(?![^\W_])")
PERSONS = ("responsible", "deputy")
COMRADE = ("c", "/c", ".c")  # behind the label of a person "Đ/c" is "đồng chí", not "địa chỉ"
_VIETNAMESE = [chr(code) for code in (*range(0x41, 0x250), *range(0x1EA0, 0x1EFA))]
UPPER = "".join(filter(str.isupper, _VIETNAMESE))  # for classes in patterns: [{UPPER}][{LOWER}]+ is a word of a name
LOWER = "".join(filter(str.islower, _VIETNAMESE))
BULLETS = " -–—•*+®©@►»·"
_SEPARATOR = re.compile(r"[-–—.;,/(:•*®©@][ ]?$")
_QUALIFIED = re.compile(r"[^:\d;,.()|]{0,40}:")
_VALUE_NEXT = re.compile(r" ?[(+\d]| ?[\w.+-]{1,64}@")
EMAIL = re.compile(r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
URL = re.compile(r"(?:https?://|www\.)\S{1,300}")
# A label we have no row for, as it begins a line or follows a separator: "Liên hệ quảng cáo:", "Bộ phận một cửa:"
OTHER_LABEL = re.compile(r"(?:^|(?<=[-–.;,/] ))[^\W\d_][^:\d,.;@()]{1,44}:(?!//)")
BLANK = re.compile(r"[\s.…_:;,\-–/]*")
# A line ending so goes on in the next one: "do Sở / Thông tin", "thị xã / Gia Nghĩa", "Giám đốc / Sở Tài chính"
HANGING = re.compile(
    r"(?:,|(?<!\w)(?:và|của|do|tại|hoặc|với|bởi|về|cho|khi|từ|theo|thuộc|trên|số|sở|bộ|cục|tỉnh|huyện|xã|phường|quận|"
    r"thị trấn|thành phố|đường|phố|ủy ban|ông|bà|giám đốc|chủ tịch|trưởng|phó))$",
    re.I,
)
_ADDRESS_START = re.compile(r"(?:https?://|www\.|[\w.+-]{1,64}@|[a-z0-9-]{1,63}\.(?:vn|com|net|org)\b)")
_CUT_NUMBER = re.compile(r"\d{3,4}[ .]\d{3,4}$")
_NUMBER_END = re.compile(r"\d{3,4}(?=\s*(?:$|[-–,;(]))")


@cache
def _flat_char(char: str) -> str:
    folded = fold(char)
    return folded if len(folded) == 1 else char


def flat(text: str) -> str:
    """A text folded letter by letter, so that positions in it are positions in the text."""
    return "".join(map(_flat_char, text))


def lines_of(text: str) -> list[str]:
    """The plain lines of a footer: a bar ends a line, and a line that was only wrapped is whole again."""
    lines: list[list[str]] = []
    for raw in text.replace("|", "\n").splitlines():
        line = plain(raw)
        if lines and line and _continues(lines[-1][-1], line):
            lines[-1].append(line)
        elif line:
            lines.append([line])
    return [" ".join(pieces) for pieces in lines]


def _continues(above: str, line: str) -> bool:
    if _CUT_NUMBER.search(above[-12:]) and _NUMBER_END.match(line):
        return True
    if starts_with_label(line) or _ADDRESS_START.match(line):
        return HANGING.search(above[-12:]) is not None and not starts_with_label(line)
    return (line[0].islower() and above[-1] not in ".:;!?") or HANGING.search(above[-12:]) is not None


def starts_with_label(line: str) -> bool:
    """True when a line opens with a label, one of the table's or any other ("Liên hệ quảng cáo: ...")."""
    body = line.lstrip(BULLETS)[:80]
    match = _ANY.match(flat(body))
    if match and _counts(body, match, LABELS[int(match.lastgroup[1:])].place if match.lastgroup else "colon"):
        return True
    return bool(body) and body[0].isupper() and OTHER_LABEL.match(body) is not None


def runs_of(lines: list[str]) -> list[Run]:
    """The labels of a footer in order, each with the text it rules."""
    runs: list[Run] = []
    field, label, before, colon = "", "", "", False
    held: list[str] = []
    for line in lines:
        end = 0
        for match in _ANY.finditer(_label_text(line)):
            row = LABELS[int((match.lastgroup or "r0")[1:])]
            opens = end and not line[end : match.start()].strip(" :-")
            if (opens and _part_of_value(field, row, match)) or not _counts(line, match, row.place):
                continue
            held.append(line[end : match.start()].strip())
            runs.append(Run(field, label, tuple(held), before, colon))
            end, held = match.end(), []
            field, label, before = row.field, match[0], line[max(0, match.start() - 60) : match.start()]
            colon = line[end : end + 2].lstrip().startswith(":")
        held.append(line[end:].strip())
    return [*runs, Run(field, label, tuple(held), before, colon)]


def _part_of_value(field: str, row: Label, match: re.Match[str]) -> bool:
    """True for a label that only opens the value of another: "nội dung Đ/c: ...", "Địa chỉ: Trụ sở UBND, số 5 ..."."""
    if field in PERSONS:
        return match[0][1:] in COMRADE
    return field == row.field == "address" and not match.string[match.end() : match.end() + 2].strip().startswith(":")


def _label_text(line: str) -> str:
    """The folded line with addresses of mail and web struck out: "web" in one of them is no label."""
    for pattern in (EMAIL, URL):
        line = pattern.sub(lambda match: "@" * len(match[0]), line)
    return flat(line)


def _counts(line: str, match: re.Match[str], place: Place) -> bool:
    start, end = match.span()
    rest = line[end : end + 80]
    if place == "anywhere" or rest.lstrip()[:1] == ":":
        return True
    first = not line[:start].strip(BULLETS) if start < 8 else False
    apart = first or _SEPARATOR.search(line[max(0, start - 2) : start]) is not None
    if place == "value":
        return _VALUE_NEXT.match(rest) is not None or (
            apart and (not rest.strip(" .") or _QUALIFIED.match(rest) is not None)
        )
    return (place == "line" and first) or (place == "part" and apart)


def value_of(run: Run) -> tuple[str, tuple[str, ...]]:
    """The value of a label and the lines after it; where the label's own line holds none, it is the next line."""
    value = run.lines[0].lstrip(" :") if run.lines else ""
    if not run.colon and (qualifier := _QUALIFIED.match(value)) and " - " not in qualifier[0]:
        value = value[qualifier.end() :].strip()
    if BLANK.fullmatch(value):
        following = [line for line in run.lines[1:] if line]
        return (following[0].lstrip(BULLETS) if following else ""), tuple(following[1:])
    return value, run.lines[1:]


def cut_other(value: str) -> str:
    """A value without the label of another kind, unknown to the table, that begins inside it."""
    match = OTHER_LABEL.search(value, 1)
    return value[: match.start()] if match else value


def trim(value: str) -> str | None:
    """A value without the punctuation around it; None when nothing is left of it."""
    value = value.strip(" .…_,;:-–—").rstrip("( .,;:-–")
    if value.endswith(")") and "(" not in value:
        value = value[:-1].rstrip(" .,;:-–")
    return value or None
