"""The pages of the demo portal as HTML, in the three templates its sections use."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from string import Template

from portal_archiver.demo.content import HERE, LOCAL, Item, Section, Site
from portal_archiver.demo.forms import body, byline, clock, listed_date, written_date

RELATED, SIDE, HOME = 4, 5, 3  # links in each box
VISITS_BEFORE = 1_254_307


@dataclass(frozen=True, slots=True)
class View:
    """One request for a page, as far as the page shows it: the portal's address, the clock, the visitor's number."""

    base: str
    now: datetime
    number: int


# The view that validators are computed from: what is left of a page when clock and counter stand still.
STILL = View("", datetime(2000, 1, 1, tzinfo=LOCAL), 0)


@dataclass(frozen=True, slots=True)
class Style:
    """How one template writes what all of them have: footer lines, boxes of links, rows of a listing."""

    footer: str
    box: str
    row: str
    when: str
    listed: str
    listing: str


STYLES = {
    "soup": Style(
        footer="<div>{}</div>",
        box='<div class="box"><div class="box-title">{title}</div><ul>{rows}</ul></div>',
        row='<li><a href="{href}">{text}</a>{when}</li>',
        when=' <span class="when">({})</span>',
        listed='<div class="news">{image}<a class="title" href="{href}">{text}</a>{when}<p>{lead}</p></div>',
        listing='<div class="crumbs"><b>{title}</b></div>\n'
        '<div class="list">{rows}</div>\n<div class="pager">{pages}</div>',
    ),
    "tables": Style(
        footer="{}<br>",
        box='<table width="100%"><tr><td bgcolor="#e4ecf3"><b>{title}</b></td></tr>{rows}</table>',
        row='<tr><td>- <a href="{href}">{text}</a>{when}</td></tr>',
        when=" <i>({})</i>",
        listed='<tr><td>{image}</td><td><a href="{href}"><b>{text}</b></a>{when}<br>{lead}</td></tr>',
        listing='<font size="4"><b>{title}</b></font><table width="100%">{rows}</table><p align="center">{pages}</p>',
    ),
    "semantic": Style(
        footer="<p>{}</p>",
        box='<section class="box"><h2 class="box-title">{title}</h2><ul>{rows}</ul></section>',
        row='<li><a href="{href}">{text}</a>{when}</li>',
        when=" <time>{}</time>",
        listed='<article class="news">{image}<h3><a href="{href}">{text}</a></h3>{when}<p>{lead}</p></article>',
        listing="<section><h1>{title}</h1>{rows}<nav>{pages}</nav></section>",
    ),
}


def article(site: Site, item: Item, view: View, *, canonical: str = "") -> str:
    """A report's own page; `canonical` is the path it names as the one to be cited, if it names any."""
    section = item.section
    main = _fill(
        f"{section.template}-article",
        **_parts(item),
        section=section.name,
        section_path=section.path,
        views=str(item.id % 700 + view.number),
        share=item.path,
        record=_record(item),
        files=_files(item),
        tools=f'<p><a href="{site.again.print}">Bản in</a></p>\n' if item == site.again.item else "",
        related=_related(site, item),
    )
    head = f'<link rel="canonical" href="{view.base}{canonical}">\n' if canonical else ""
    if section.template == "semantic":
        head += _linked_data(site, item)
    return frame(site, section.template, view, main=main, title=item.title, head=head, seen=item)


def print_view(site: Site, item: Item, _view: View) -> str:
    """The same report bare, naming no canonical address."""
    footer = _footer(site, "tables")
    return _fill("print", **_parts(item), site=site.name, charset="utf-8", footer=footer)


def listing(site: Site, section: Section, view: View, page: int = 1) -> str:
    """One page of a section's list, newest first."""
    style = STYLES[section.template]
    items = site.of(section)
    shown = items[(page - 1) * site.per_page : page * site.per_page]
    rows = "\n".join(_listed(style, item) for item in shown)
    paths = listing_paths(site, section)
    pages = " ".join(f'<a href="{path}">{number}</a>' for number, path in enumerate(paths, 1))
    main = style.listing.format(title=section.name, rows=rows, pages=pages)
    return frame(site, section.template, view, main=main, title=section.name)


def listing_paths(site: Site, section: Section) -> tuple[str, ...]:
    """The addresses of a section's list, page by page."""
    pages = -(-len(site.of(section)) // site.per_page)
    more = (section.path + Template(section.paging).substitute(page=page) for page in range(2, pages + 1))
    return (section.path, *more)


def home(site: Site, view: View) -> str:
    """The front page: the focus, the newest of each section, and links that outlived what they led to."""
    style, again = STYLES["soup"], site.again
    focus = (
        (f"{again.item.path}?utm_source=zalo&amp;utm_medium=social", again.item.title),
        (again.section, again.item.title),
        (again.short, "Bài đọc nhiều trong tháng"),
    )
    boxes = [_box("soup", "Tiêu điểm", (style.row.format(href=href, text=text, when="") for href, text in focus))]
    for section in site.sections:
        rows = (_row(style, item, in_listing=True) for item in site.of(section)[:HOME])
        boxes.append(_box("soup", section.name, rows))
    old = (style.row.format(href=path, text=text, when="") for path, text in site.removed)
    return frame(site, "soup", view, main="\n".join([*boxes, _box("soup", "Tin cũ", old)]))


def search_page(site: Site, query: str, view: View) -> str:
    """The portal's own search: titles that contain the query, diacritics and all, as such boxes usually do."""
    found = [item for item in site.items if query and query.lower() in item.title.lower()]
    rows = "\n".join(_listed(STYLES["soup"], item) for item in found)
    said = f"Tìm thấy {len(found)} kết quả cho “{escape(query)}”"
    main = f'<div class="crumbs"><b>Tìm kiếm</b></div><p>{said}</p>\n<div class="list">{rows}</div>'
    return frame(site, "soup", view, main=main)


def login(site: Site, view: View) -> str:
    """The editors' door."""
    fields = '<p>Tên đăng nhập <input name="user" /></p><p>Mật khẩu <input type="password" name="pass" /></p>'
    form = f'<form method="post" action="/dang-nhap">{fields}<input type="submit" value="Đăng nhập" /></form>'
    return frame(site, "soup", view, main=f'<div class="headline">Đăng nhập hệ thống</div>{form}')


def missing(site: Site, view: View) -> str:
    """The apology for what is not there, sent with 404 by some modules and with 200 by others."""
    text = "<p>Không tìm thấy nội dung. Bài viết đã bị gỡ hoặc đường dẫn không còn tồn tại.</p>"
    return frame(site, "soup", view, main=f'<div class="headline">Không tìm thấy nội dung</div>{text}')


def frame(
    site: Site, template: str, view: View, *, main: str, title: str = "", head: str = "", seen: Item | None = None
) -> str:
    """What surrounds every page: banner, clock, menu, side boxes, counter and footer."""
    return _fill(
        template,
        site=site.name,
        charset=seen.encoding if seen else "utf-8",
        title=escape(title, quote=False),
        head=head,
        main=main,
        clock=clock(view.now),
        nav=" ".join(f'<a href="{section.path}">{section.name}</a>' for section in site.sections),
        side=_side(site, template, seen),
        footer=_footer(site, template),
        online=str(3 + view.number % 17),
        today=str(412 + view.number),
        visits=f"{VISITS_BEFORE + view.number:,}".replace(",", "."),
    )


@lru_cache
def _template(name: str) -> Template:
    return Template((HERE / "templates" / f"{name}.html").read_text("utf-8"))


def _fill(name: str, **values: str) -> str:
    return _template(name).substitute(values)


def _parts(item: Item) -> dict[str, str]:
    """Title, date line, lead, body and byline: what a print view keeps."""
    return {
        "title": escape(item.title, quote=False),
        "date": _date_line(item),
        "lead": f'<p class="sapo"><strong>{escape(item.lead, quote=False)}</strong></p>\n' if item.lead else "",
        "body": body(item),
        "byline": byline(item),
    }


def _date_line(item: Item) -> str:
    line = written_date(item)
    return f'<time datetime="{item.published.isoformat()}">{line}</time>' if item.date == "time" else line


def _linked_data(site: Site, item: Item) -> str:
    """JSON-LD and OpenGraph, half filled in as they usually are: a date where the page's form is `time` or none."""
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.title,
        "articleSection": item.section.name,
        "publisher": {"@type": "Organization", "name": site.name},
    }
    if item.date in ("time", "metadata"):
        data["datePublished"] = item.published.isoformat()
    title = escape(item.title)
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return (
        f'<meta property="og:type" content="article">\n<meta property="og:title" content="{title}">\n'
        f'<script type="application/ld+json">\n{text}\n</script>\n'
    )


def _record(item: Item) -> str:
    rows = "".join(f"<tr><td>{escape(label)}</td><td>{escape(value)}</td></tr>" for label, value in item.record)
    return f'<table border="1" cellspacing="0" cellpadding="4">{rows}</table>\n' if rows else ""


def _files(item: Item) -> str:
    links = "<br />".join(f'<a href="{file.path}">{escape(file.title)}</a>' for file in item.files)
    return f"<div><b>Tài liệu đính kèm:</b><br />{links}</div>\n" if links else ""


def _related(site: Site, item: Item) -> str:
    """Links to the reports before this one, or, for the oldest, to those after it; with their dates."""
    others = site.of(item.section)
    older = others[others.index(item) + 1 :]
    near = [*older, *(other for other in others if other != item)][:RELATED]
    rows = (_row(STYLES[item.section.template], other) for other in dict.fromkeys(near))
    return _box(item.section.template, "Tin liên quan", rows)


def _side(site: Site, template: str, seen: Item | None) -> str:
    style = STYLES[template]
    fresh = [item for item in site.items if item != seen and item.kind == "article" and item.date != "prose"]
    notices = [item for item in site.items if item != seen and item.date == "listing"]
    searches = (
        style.row.format(href=f"/tim-kiem?q={word.replace(' ', '+')}", text=word, when="") for word in site.keywords
    )
    return "\n".join(
        (
            _box(template, "Tin mới", (_row(style, item) for item in fresh[:SIDE])),
            _box(template, "Thông báo mới", (_row(style, item) for item in notices[:SIDE])),
            _box(template, "Từ khóa", searches),
        )
    )


def _box(template: str, title: str, rows: Iterable[str]) -> str:
    return STYLES[template].box.format(title=title, rows="\n".join(rows))


def _row(style: Style, item: Item, *, in_listing: bool = False) -> str:
    when = listed_date(item, in_listing=in_listing)
    text = escape(item.title, quote=False)
    return style.row.format(href=item.path, text=text, when=style.when.format(when) if when else "")


def _listed(style: Style, item: Item) -> str:
    when = listed_date(item, in_listing=True)
    return style.listed.format(
        href=item.path,
        text=escape(item.title, quote=False),
        when=style.when.format(when) if when else "",
        lead=escape(item.lead, quote=False),
        image=f'<img src="{item.pictures[0].path}" alt="" width="130" />' if item.pictures else "",
    )


def _footer(site: Site, template: str) -> str:
    return "\n".join(STYLES[template].footer.format(escape(line, quote=False)) for line in site.footer)
