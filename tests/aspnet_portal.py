"""An ASP.NET portal on 127.0.0.1 whose lists have one address each: only a form's buttons turn their pages.

It checks the state that a form sends back as WebForms does, and counts every button that a crawl must never press.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from portal_archiver.model import Portal

NEWS, DOCUMENTS, CLOSED, HOME = "/danh-sach.aspx", "/van-ban.aspx", "/noi-bo/danh-sach.aspx", "/"
GRID = "ctl00$Main$GridView1"
PAGER = "ctl00$Main$DataPager1"
NEXT = f"{PAGER}$ctl00$ctl02"
PER_PAGE = 4
PLACES = "Cồn Nhạn,Sông Trầm,Bãi Cạn,Hòn Mực,Vũng Lau,Đầm Sen,Gò Quao Cũ,Mũi Tàu,Rạch Dừa,Đồi Cát".split(",")
TOPICS = ("mở lớp đan lưới", "sửa đê biển trước mùa bão", "đón đoàn tàu cá trở về", "trao quà cho học sinh nghèo")
FORBIDDEN = {
    "ctl00$Login1$LoginButton": "Đăng nhập",
    "ctl00$Poll1$btnVote": "Bình chọn",
    "ctl00$Search1$btnSearch": "Tìm kiếm",
}
MAC_FAILED = "Validation of viewstate MAC failed"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request: what was asked for, when (seconds of a monotonic clock), the button, what the form said."""

    method: str
    path: str
    at: float
    event: tuple[str, str] = ("", "")
    fields: tuple[tuple[str, str], ...] = ()
    headers: tuple[str, ...] = ()


class AspNetPortal(ThreadingHTTPServer):
    """The server. A form of an older `generation`, or of another session, is stale; `refusal` is how it says so.

    `in_session`: it keeps the page in the session and leads back to the list's address. `rows` are the reports of each
    list, newest first.
    """

    daemon_threads = True
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.arrivals: list[Arrival] = []
        self.pressed: Counter[str] = Counter()  # buttons that must never be pressed
        self.generation = 0
        self.refusal: Callable[[Handler], None] = Handler.fail
        self.in_session = False
        self.rows = {NEWS: list(range(5 * PER_PAGE)), DOCUMENTS: list(range(100, 100 + 4 * PER_PAGE)), CLOSED: [900]}
        self.expires_before: set[int] = set()  # of the posts: a new generation begins, and older forms are stale
        self.pages: dict[str, int] = {}  # of sessions
        self.lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def portal(self, delay: float = 0) -> Portal:
        return Portal((f"{self.url}/",), key="bachhai", delay=delay, allow_private=True)

    def posts(self) -> list[tuple[str, str]]:
        """The buttons that were pressed, in order."""
        return [arrival.event for arrival in self.arrivals if arrival.method == "POST"]

    def gaps(self) -> list[float]:
        """The seconds between each arrival and the next."""
        return [after.at - before.at for before, after in pairwise(self.arrivals)]


def published(number: int) -> date:
    return date(2024, 5, 31) - timedelta(days=number % 100)


def title(number: int) -> str:
    place, topic = PLACES[number % len(PLACES)], TOPICS[number // len(PLACES) % len(TOPICS)]
    return f"Xã {place} {topic} lần thứ {number + 1}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: AspNetPortal

    def log_message(self, *args: object) -> None:
        """Say nothing: arrivals are recorded."""

    def do_GET(self) -> None:
        self.arrive()
        path = urlsplit(self.path).path
        if path == "/robots.txt":
            self.answer(b"User-agent: *\nDisallow: /noi-bo/\n", kind="text/plain")
        elif path == "/bai.aspx":
            self.answer(report(int(parse_qs(urlsplit(self.path).query)["id"][0])))
        elif path in self.server.rows:
            self.answer(self.list_page(path, self.server.pages.get(self.session(), 1)))
        elif path == HOME:
            self.answer(home(self.state(HOME, 1, [])))
        else:
            self.answer(b"<h1>404</h1>", 404)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        fields = parse_qs(self.rfile.read(length).decode("ascii"), keep_blank_values=True)
        form = {name: values[0] for name, values in fields.items()}
        event = form.get("__EVENTTARGET", ""), form.get("__EVENTARGUMENT", "")
        self.arrive(event, tuple(form.items()))
        for button in FORBIDDEN:
            if button in form or event[0] == button:
                self.server.pressed[button] += 1
        page = self.checked(form, event)
        if page is None:
            self.server.refusal(self)
        elif self.server.in_session:
            self.server.pages[self.session()] = page
            self.answer(b"", 302, location=self.path)
        else:
            self.answer(self.list_page(urlsplit(self.path).path, page))

    def arrive(self, event: tuple[str, str] = ("", ""), fields: tuple[tuple[str, str], ...] = ()) -> None:
        headers = tuple(name.lower() for name in self.headers)
        with self.server.lock:
            self.server.arrivals.append(Arrival(self.command, self.path, time.monotonic(), event, fields, headers))
            self.server.generation += self.command == "POST" and len(self.server.posts()) in self.server.expires_before

    def session(self) -> str:
        return (self.headers["Cookie"] or "").partition("ASP.NET_SessionId=")[2].partition(";")[0]

    def state(self, path: str, page: int, allowed: list[tuple[str, str]]) -> str:
        """The hidden fields: what the page was, and which buttons it has, of this session and this generation."""
        said = json.dumps([path, page, self.server.generation, self.session(), allowed])
        signed = hmac.new(b"bach hai", said.encode(), hashlib.sha256).hexdigest()
        value = base64.b64encode(f"{signed}{said}".encode()).decode()
        return (
            f'<input type="hidden" name="__VIEWSTATE" value="{value}"><input type=hidden name=__EVENTTARGET value="">'
            '<input type="hidden" name="__VIEWSTATEGENERATOR" value="CA0B0334">'
        )

    def checked(self, form: dict[str, str], event: tuple[str, str]) -> int | None:
        """The page that a button leads to; None for a form that is not of now, or a button that it has not."""
        text = base64.b64decode(form["__VIEWSTATE"]).decode()
        signed, said = text[:64], text[64:]
        if signed != hmac.new(b"bach hai", said.encode(), hashlib.sha256).hexdigest():
            return None
        path, page, generation, session, allowed = json.loads(said)
        if (path, generation) != (urlsplit(self.path).path, self.server.generation) or list(event) not in allowed:
            return None
        if session != self.session() or form.get("ctl00$Main$ddlSort") != "moi":
            return None
        return page + 1 if event[0] == NEXT else int(event[1].removeprefix("Page$"))

    def list_page(self, path: str, page: int) -> bytes:
        rows = self.server.rows[path]
        last = -(-len(rows) // PER_PAGE)
        shown = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
        pager, allowed = (grid_pager if path == NEWS else next_pager)(page, last)
        return listing(path, shown, pager, self.state(path, page, allowed))

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:  # the crawl is over
            self.close_connection = True

    def fail(self) -> None:
        self.answer(f"<title>{MAC_FAILED}.</title>".encode(), 500)

    def apologize(self) -> None:
        self.answer(f"<html><title>{MAC_FAILED}.</title><h1>Lỗi</h1></html>".encode())

    def lead_away(self) -> None:
        self.answer(b"", 302, location="/loi.aspx?aspxerrorpath=" + urlsplit(self.path).path)

    def answer(self, body: bytes, status: int = 200, *, kind: str = "text/html; charset=utf-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"the-same-for-all-pages"')
        if not self.session():
            self.send_header("Set-Cookie", f"ASP.NET_SessionId=s{len(self.server.arrivals)}; path=/; HttpOnly")
        for name, value in headers.items():
            self.send_header(name.title(), value)
        self.end_headers()
        self.wfile.write(body)


def grid_pager(page: int, last: int) -> tuple[str, list[tuple[str, str]]]:
    """1 2 3 ..., two at a time and the rest behind the dots, as GridView with PageButtonCount=3 shows them."""
    first = (page - 1) // 3 * 3 + 1
    numbers = [(str(n), n) for n in range(first, min(first + 2, last) + 1)]
    numbers = [("...", first - 1)] * (first > 1) + numbers + [("...", first + 3)] * (first + 3 <= last)
    links = [f"<span>{text}</span>" if n == page else post(text, GRID, f"Page${n}") for text, n in numbers]
    cells = "".join(f"<td>{link}</td>" for link in links)
    return f"<table><tr>{cells}</tr></table>", [(GRID, f"Page${n}") for _, n in numbers if n != page]


def next_pager(page: int, last: int) -> tuple[str, list[tuple[str, str]]]:
    """A DataPager that has "Trước" and "Tiếp" alone, the same buttons on each page."""
    before = post("Trước", f"{PAGER}$ctl00$ctl00", "") if page > 1 else '<a class="aspNetDisabled">Trước</a>'
    after = post("Tiếp", NEXT, "") if page < last else '<a class="aspNetDisabled">Tiếp</a>'
    return f'<span id="Main_DataPager1">{before}&nbsp;{after}</span>', [(NEXT, "")] * (page < last)


def post(text: str, target: str, argument: str) -> str:
    return f'<a href="javascript:__doPostBack(&#39;{target}&#39;,&#39;{argument}&#39;)">{text}</a>'


def furniture() -> str:
    """What stands on every page and must be left alone."""
    buttons = "".join(
        f'<div class="box"><input name="{name}$text" type="text"><input type="submit" name="{name}" value="{text}">'
        f"{post(text, name, '')}</div>"
        for name, text in FORBIDDEN.items()
    )
    poll = "".join(post(str(n), "ctl00$Poll1$btnVote", str(n)) for n in range(1, 6))
    return f'{buttons}<div id="binh-chon">Bạn cho mấy điểm? {poll}</div>'


def home(state: str) -> bytes:
    links = f'<a href="{NEWS}">Tin tức trong tỉnh</a> <a href="{DOCUMENTS}">Thông báo của tỉnh</a>'
    return page("Cổng thông tin tỉnh Bạch Hải", form(HOME, state, f'{links} <a href="{CLOSED}">Nội bộ</a>'))


def listing(path: str, shown: list[int], pager: str, state: str) -> bytes:
    name = "Tin tức" if path == NEWS else "Thông báo"
    items = "".join(
        f'<li><a href="/bai.aspx?id={n}">{escape(title(n))}</a> <span>({published(n):%d/%m/%Y})</span></li>'
        for n in shown
    )
    sort = '<select name="ctl00$Main$ddlSort"><option value="cu">Cũ<option value="moi" selected>Mới</select>'
    head = f'<link rel="canonical" href="{path}">'  # of every page of the list: the first
    return page(name, form(path, state, f"<h1>{name}</h1>{sort}<ul>{items}</ul>{pager}"), head)


def form(path: str, state: str, content: str) -> str:
    return f'<form method="post" action=".{path}" id="aspnetForm">{state}{furniture()}{content}</form>'


def report(number: int) -> bytes:
    place = PLACES[number % len(PLACES)]
    text = "".join(
        f"<p>{start} người dân xã {place} cùng chính quyền tỉnh Bạch Hải bàn việc số {number}, và thống nhất cách làm "
        "cho cả năm, để mỗi gia đình đều có phần trong công việc chung của làng chài.</p>"
        for start in ("Sáng nay,", "Sau buổi họp,", "Trong tuần tới,", "Theo kế hoạch,")
    )
    return page(title(number), f"<div class=bai><h1>{escape(title(number))}</h1>{text}</div>")


def page(name: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><title>{escape(name)}</title>{head}</head><body>{body}</body></html>".encode()


def numbers_of(urls: Any) -> list[int]:
    """The numbers of the reports at some URLs."""
    return sorted(int(url.partition("?id=")[2]) for url in urls)
