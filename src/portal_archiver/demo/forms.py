"""How the portal writes what it knows: dates, paragraphs, pictures and bylines, in the forms that real portals use."""

from __future__ import annotations

import re
from datetime import date, datetime
from html import escape

from portal_archiver.demo.content import Block, Item, Paragraph, Picture, Table
from portal_archiver.model import Origin

ZERO_WIDTH_SPACE = "\u200b"
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")

# Where a report shows its date, by the name of the form in articles/*.toml.
DATES = {
    "header": "{weekday}, {at:%d/%m/%Y, %H:%M} (GMT+7)",  # Thứ ba, 26/12/2023, 14:35 (GMT+7)
    "bar": "{at:%d-%m-%Y | %H:%M}",  # 26-12-2023 | 14:35
    "spelled": "Cập nhật lúc {at.hour} giờ {at:%M} phút, ngày {at.day} tháng {at.month} năm {at.year}",
    "dots": "({at:%d.%m.%Y %H:%M})",  # (05.08.2023 16:32)
    "posted": "Đăng lúc: {at:%H:%M} - {at:%d/%m/%Y}",  # Đăng lúc: 09:15 - 02/11/2022
    "time": "{at:%d/%m/%Y %H:%M}",  # <time datetime="2023-12-26T14:35:00+07:00">26/12/2023 14:35</time>
    "metadata": "",  # in JSON-LD alone
    "listing": "",  # beside the link of a listing, not on the page
    "prose": "",  # "Sáng 2/6/2023, chuyến tàu ...", nowhere else
}
ORIGINS: dict[str, Origin] = {"metadata": "metadata", "listing": "listing", "prose": "body"}
_CLOCK = "{weekday}, {at:%d/%m/%Y} | {at:%H:%M:%S}"  # Thứ Hai, 23/11/2026 | 21:48:58

# How an editor's tool marks up a paragraph.
PARAGRAPHS = {
    "p": '<p style="text-align: justify;">{}</p>',
    "div": "<div>{}</div>\n<div>&nbsp;</div>",
    "br": "{}<br /><br />",
    "word": '<p class="MsoNormal" style="text-align:justify;text-indent:.5in;line-height:150%">'
    '<span lang="VI" style="font-size:14.0pt;font-family:&quot;Times New Roman&quot;,serif">'
    '&nbsp;&nbsp;&nbsp;&nbsp; {}<o:p></o:p></span></p>\n<p class="MsoNormal"><o:p>&nbsp;</o:p></p>',
}
HEADINGS = {"p": "<h3>{}</h3>", "div": "<div><b>{}</b></div>", "br": "<b>{}</b><br /><br />", "word": "<h3>{}</h3>"}

# Where the caption of a picture stands.
PICTURES = {
    "figcaption": '<figure><img src="{src}" alt="" width="640" loading="lazy">'
    "<figcaption>{caption}</figcaption></figure>",
    "paragraph": '<p style="text-align: center;"><img src="{src}" alt="" width="560" /></p>\n'
    '<p class="centre" style="text-align: center;"><em>{caption}</em></p>',
    "cell": '<table align="center" border="0" cellpadding="3"><tbody><tr><td><img src="{src}" width="560"></td></tr>'
    '<tr><td align="center"><i>{caption}</i></td></tr></tbody></table>',
}

# The last line of a report, by how it begins; the first row that fits.
BYLINES = (
    ("Tác giả:", '<div class="author">{}</div>'),  # Tác giả: Trúc Lam
    ("Tin, ảnh:", '<p align="right"><em>{}</em></p>'),  # Tin, ảnh: Võ Thanh Tú
    ("", '<p style="text-align: right;"><strong>{}</strong></p>'),  # HOÀI NAM
)


def written_date(item: Item) -> str:
    """The date line of a report's own page, "" where its section shows none there."""
    return _written(DATES[item.date], item.published) if isinstance(item.published, datetime) else ""


def clock(now: datetime) -> str:
    """The clock in the page's header."""
    return _written(_CLOCK, now).replace("Thứ h", "Thứ H")


def listed_date(item: Item, *, in_listing: bool = False) -> str:
    """The day shown beside a link, "" where the report's date is to be found on its own page or in its prose alone."""
    shown = item.date not in ORIGINS or (item.date == "listing" and in_listing)
    return f"{item.published:%d/%m/%Y}" if shown else ""


def body(item: Item) -> str:
    """The report's text with its pictures and tables, in the markup of whoever wrote it."""
    return "\n".join(_block(block, item) for block in item.blocks)


def byline(item: Item) -> str:
    """The signature and the source line, each in its own paragraph, or nothing."""
    line = item.byline or item.author or ""
    form = next(form for start, form in BYLINES if line.startswith(start))
    source = f"<p><em>{escape(item.source)}</em></p>" if item.source else ""
    return (form.format(escape(line)) if line else "") + source


def _written(form: str, at: date) -> str:
    return form.format(at=at, weekday=WEEKDAYS[at.weekday()])


def _block(block: Block, item: Item) -> str:
    if isinstance(block, Picture):
        return PICTURES[item.section.caption].format(src=block.path, caption=escape(block.caption, quote=False))
    if isinstance(block, Table):
        return _table(block)
    return _paragraph(block, item.markup)


def _paragraph(paragraph: Paragraph, markup: str) -> str:
    form = (HEADINGS if paragraph.heading else PARAGRAPHS)[markup]
    text = escape(paragraph.text, quote=False)
    return form.format(_as_word_pastes_it(text) if markup == "word" else text)


def _as_word_pastes_it(text: str) -> str:
    """An invisible space inside the first long word, and a non-breaking one after the first full stop."""
    text = re.sub(r"(\w{2})(\w{3})", rf"\1{ZERO_WIDTH_SPACE}\2", text, count=1)
    return re.sub(r"(?<=[a-zà-ỹ])\. (?=\w)", ".&nbsp; ", text, count=1)


def _table(table: Table) -> str:
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in table.rows)
    return '<table border="1" cellspacing="0">' + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"
