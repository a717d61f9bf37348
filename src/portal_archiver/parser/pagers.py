"""Which buttons of an ASP.NET form turn the pages of a list, told from all that the crawl must never press.

A wrong guess would post a form to a public server: log somebody in, cast a vote, search. So a button that is not known
to turn pages is none, and a page of a list may be missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.text import fold, plain
from portal_archiver.urls import Postback

Role = Literal["numbered", "number", "more", "next"]

STATE = 'input[name="__VIEWSTATE"]'  # the form of an ASP.NET page has it, be it empty
CANDIDATES = (
    'a[href*="oPostBack"], a[onclick*="oPostBack"], input[onclick*="oPostBack"], button[onclick*="oPostBack"],'
    ' input[type="submit"][name][value]'
)
# __doPostBack('ctl00$Main$Grid','Page$2'), new WebForm_PostBackOptions("ctl00$Main$next", "", true, "", "", false, ...
_CALL = re.compile(
    r"""(?P<how>__doPostBack|WebForm_PostBackOptions)\(\s*(['"])(?P<target>[^'"\\]{1,200})\2\s*,"""
    r"""\s*(['"])(?P<argument>[^'"\\]{0,50})\4(?P<rest>[^)]*)\)"""
)
_TO_THIS_PAGE = re.compile(r""",\s*\w+\s*,\s*(['"])[^'"]*\1\s*,\s*(['"])\2\s*,""")  # the page to post to: none other
_ARGUMENT = re.compile(r"Page\$(\d{1,4}|Next)")  # of GridView, DetailsView and FormView
# What must never be sent, by the name of its control or of what it stands in.
PRIVATE = re.compile(
    r"login|logout|signin|dangnhap|dangky|register|poll|vote|voting|binhchon|thamdo|survey|khaosat|wizard|stepnav"
    r"|rating|danhgia|comment|binhluan|gopy|feedback|contact|lienhe|captcha|subscribe|calendar|lichcongtac|lichlamviec"
)
SEARCH = re.compile(r"search|timkiem|tracuu")
# By the last two parts of its name: `datapager1`, `rptpages$lnk`, `pnl$lnkpage2`; `homepage$lnk3` is none.
PAGER = re.compile(r"pag(er|ing|ination)|phantrang|(^|\$)(rp|dl|lv|rep)\w*(page|trang)|(page|trang(?!thai))[^$]*$")
NEXT = re.compile(r"next[^$]*$|(sau|tiep|tieptheo)$")
ELSEWHERE = re.compile(r"prev|first|last|truoc|dau$|cuoi|back")
PHRASES = frozenset(("trang sau", "trang tiep", "trang tiep theo", "trang ke", "trang ke tiep", "next page"))
WORDS = frozenset(("tiep", "tiep theo", "ke tiep", "sau", "next", "xem tiep trang sau"))
SIGNS = (">", "›", "→", "»", ">>")  # the last two may lead to the end where the first three stand beside them
MORE = frozenset(("...", "…", ".."))
LETTERS = 40  # beside the numbers of a row: "Trang", "Trước", "Tiếp theo", "trên 20 trang"
LEVELS = 12  # of elements around a button that may say what part of the page it is in
# The last parts of a name: `$ctl03$lnkPage` of a repeater's item, `$ctl01$ctl02` of a DataPager's button.
_ITEM = re.compile(r"(?<=.)(\$ctl\d+)+(\$[A-Za-z_]\w*)?$")
_NAMELESS = re.compile(r"^_?ctl\d+$|placeholder")
_BUTTON = re.compile(r"(?<=.)(\$ctl\d+)+$")


@dataclass(frozen=True, slots=True)
class Button:
    """What leads to another page of a list: `event` is its target and argument, `sent` what it adds as a submit."""

    postback: Postback
    text: str
    event: tuple[str, str]
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Press:
    """A button that may be one: `number` is that of the page it names, `rank` how sure a relative one is."""

    role: Role
    target: str
    argument: str
    text: str
    is_submit: bool
    number: int = 0
    rank: int = 0
    is_among_its_like: bool = False

    @property
    def pager(self) -> str:
        """The control that the button belongs to, the same on each page of the list."""
        if self.argument:
            return self.target
        if self.role == "next":
            return _BUTTON.sub("", self.target)
        item = _ITEM.sub("", self.target)
        return item if item != self.target else self.target.rstrip("0123456789")  # lnkPage2, lnkPage3

    @property
    def name(self) -> str:
        """What the control is called, its numbers and the containers of the page around it left out."""
        parts = [part for part in re.split(r"[$:]", self.target.lower()) if not _NAMELESS.search(part)]
        return "$".join(parts[-2:])


def buttons(tree: LexborHTMLParser, here: Postback | None) -> tuple[Button, ...]:
    """The buttons that lead from a page to others of its lists, one for each, in order of the page.

    `here` is what the page itself was reached by. The first page of a list is not among them: it has an address.
    """
    presses = [press for node in tree.css(CANDIDATES) if (press := _press(node))]
    numbers = [press for press in presses if press.role in ("numbered", "number") and _is_page(press, presses, here)]
    found: dict[Postback, tuple[_Press, int]] = {}
    for press in numbers:
        found.setdefault(Postback(press.pager, press.number), (press, presses.index(press)))
    for press in sorted((each for each in presses if each.role in ("more", "next")), key=lambda each: each.rank):
        if postback := _relative(press, presses, numbers, here):
            found.setdefault(postback, (press, presses.index(press)))
    wanted = [(at, _button(postback, press)) for postback, (press, at) in found.items() if 1 < postback.number <= 9999]
    return tuple(button for _, button in sorted(wanted, key=lambda each: each[0]) if button.postback != here)


def _button(postback: Postback, press: _Press) -> Button:
    if press.is_submit:
        return Button(postback, press.text, ("", ""), ((press.target, press.text),))
    return Button(postback, press.text, (press.target, press.argument))


def _is_page(press: _Press, presses: Iterable[_Press], here: Postback | None) -> bool:
    """Whether a number is that of a page: its control says so, or it stands in a row that leaves out this very page.

    A number may also say how often a file was downloaded, or how many points to give.
    """
    if press.role == "numbered" or PAGER.search(press.name):
        return True
    others = (each for each in presses if each.role == "number" and each.pager == press.pager)
    row = list(dict.fromkeys(each.number for each in others if each.is_among_its_like))
    now = _now(press.pager, here)
    is_row = len(row) > 1 and row == sorted(row) and row[-1] < 1000
    return is_row and press.number in row and now not in row and not {now - 1, now + 1}.isdisjoint(row)


def _relative(press: _Press, presses: list[_Press], numbers: list[_Press], here: Postback | None) -> Postback | None:
    """The page that "Trang sau" or "..." leads to, counted from the present one."""
    beside = [each for each in numbers if _container(each.pager) == _container(press.pager)]
    if press.role == "more":
        row = [each for each in beside if each.pager == press.pager]
        is_last = bool(row) and presses.index(press) > max(map(presses.index, row))
        now = _now(press.pager, here)
        return Postback(press.pager, max(now, *(each.number for each in row)) + 1) if is_last else None
    if not _says_next(press, beside):
        return None
    pager = next((each.pager for each in beside), press.pager)
    number = _now(pager, here) + 1
    # The button of that number comes first, whatever it is called.
    return None if any(each.number == number for each in beside) else Postback(pager, number)


def _says_next(press: _Press, beside: list[_Press]) -> bool:
    """Whether a button says plainly enough that it turns the page: "Tiếp" may lead to the next question."""
    is_phrase, is_next = press.rank == 0, bool(NEXT.search(press.name))
    if PAGER.search(press.name) or any(each.pager == press.pager for each in beside):
        return True
    if press.is_submit:
        return is_phrase and is_next
    is_word = press.rank == 1
    return is_phrase or (is_next and (not is_word or bool(beside)))


def _now(pager: str, here: Postback | None) -> int:
    return here.number if here and here.pager == pager else 1


def _container(pager: str) -> str:
    return pager.rpartition("$")[0]


def _press(node: LexborNode) -> _Press | None:
    """What a button does, if it may turn a page."""
    called = _called(node)
    if called is None:
        return None
    target, argument, is_submit = called
    attributes = node.attributes
    text = plain(attributes.get("value") or "" if node.tag == "input" else node.text())
    text = text or plain(attributes.get("title") or "")
    if named := _ARGUMENT.fullmatch(argument):
        role: Role = "next" if named[1] == "Next" else "numbered"
        press: _Press | None = _Press(role, target, argument, text, is_submit, 0 if role == "next" else int(named[1]))
    else:
        press = _by_text(target, argument, text, is_submit=is_submit)
        if press and press.role == "number":
            press = replace(press, is_among_its_like=_is_among_its_like(node, text))
    return press if press and not _is_private(node, target, named=bool(named)) else None


def _called(node: LexborNode) -> tuple[str, str, bool] | None:
    """Target, argument, and whether it is an `<input type=submit>`, which has no script."""
    attributes = node.attributes
    onclick, href = attributes.get("onclick") or "", attributes.get("href") or ""
    if "disabled" in attributes or "confirm(" in onclick + href:
        return None
    if call := _CALL.search(unquote(href)) or _CALL.search(onclick):
        here = call["how"] == "__doPostBack" or _TO_THIS_PAGE.match(call["rest"])
        return (call["target"], call["argument"], False) if here else None
    name = attributes.get("name") or ""
    return (name, "", True) if name and not onclick and not attributes.get("formaction") else None


def _is_among_its_like(node: LexborNode, text: str) -> bool:
    """Whether a number stands in a row of links that are numbers, with few words beside, be it in a cell of its own."""
    row = node.parent
    for _ in range(3):
        if row is None or plain(row.text()) != text:
            break
        row = row.parent
    if row is None or sum(map(str.isalpha, row.text())) > LETTERS:
        return False
    return sum(plain(link.text()).isdecimal() for link in row.css("a")) > 1


def _by_text(target: str, argument: str, text: str, *, is_submit: bool) -> _Press | None:
    """A button whose argument says nothing, or a number: GridView has others, and the days of a calendar are such."""
    shown = " ".join(fold(text).split())
    if shown.isdecimal() and shown.isascii() and len(shown) <= 4:
        number = int(shown)
        if argument in ("", shown, str(number - 1)):
            return _Press("number", target, argument, text, is_submit, number)
        return None
    if (argument and not argument.isdecimal()) or ELSEWHERE.search(target.rpartition("$")[2].lower()):
        return None
    if shown in MORE:
        return _Press("more", target, argument, text, is_submit)
    rank = _rank(shown)
    return None if rank is None else _Press("next", target, argument, text, is_submit, rank=rank)


def _rank(shown: str) -> int | None:
    """How sure a text is to lead to the next page: 0 for a phrase, 1 for a word, 2 and more for a sign."""
    if shown in SIGNS:
        return 2 + SIGNS.index(shown)
    word = shown.rstrip(" ".join(SIGNS))
    return 0 if word in PHRASES else 1 if word in WORDS else None


def _is_private(node: LexborNode, target: str, *, named: bool) -> bool:
    """Whether a button belongs to a part that must be left alone; `Page$2` turns pages in a search's results too."""
    for name in (target, *_around(node)):
        squeezed = re.sub(r"[\W_]+", "", fold(name))
        if PRIVATE.search(squeezed) or (not named and SEARCH.search(squeezed)):
            return True
    return False


def _around(node: LexborNode) -> Iterator[str]:
    """What the elements around a button are called, up to the form."""
    above = node.parent
    for _ in range(LEVELS):
        if above is None or above.tag == "body" or (above.tag == "form" and above.css_first(STATE) is not None):
            return
        yield f"{above.attributes.get('id') or ''} {above.attributes.get('class') or ''}"
        above = above.parent
