"""Links without an `href`: what a click leads to by a line of script, where that line holds the whole address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.parser.vocabulary import NOWHERE
from portal_archiver.text import fold, plain

_SCRIPTED = '[onclick], a[href^="javascript:"], [data-href], [data-url]'
# Each form with its real example; the address stands between equal quotes, and nothing is added to it.
_FORMS = (
    # onclick="location.href='/tin-tuc?trang=2'", "window.location = '/tin-tuc?trang=2'; return false;"
    re.compile(r"""\blocation(?:\.href)?\s*=\s*(['"])(?P<url>[^'"]+)\1\s*(?:[;}]|$)"""),
    # onclick="location.assign('/tin-tuc?trang=2')"
    re.compile(r"""\blocation\.(?:assign|replace)\(\s*(['"])(?P<url>[^'"]+)\1\s*\)"""),
    # SharePoint: onclick='RefreshPageTo(event, "/Lists/Posts/AllPosts.aspx?Paged=TRUE\u0026p_ID=245")'
    re.compile(r"""\b(?:RefreshPageTo\(\s*event\s*,|SubmitFormPost\()\s*(['"])(?P<url>[^'"]+Paged=TRUE[^'"]*)\1"""),
)
_BACK = "PagedPrev=TRUE"  # the same pages once more, under other addresses
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")
# `data-url` is what a button shares, loads or votes with, unless its text turns pages.
_TURNS = re.compile(
    r"(\d{1,4}|(trang )?(sau|tiep|tiep theo|ke|ke tiep|cuoi)|next( page)?|last|\.\.\.|…)?( ?[›»>]{1,2})?"
)
LONGEST = 200  # characters: a longer text is a whole card's, not a headline


def scripted(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """The addresses that a script leads to, as written, each with its text; what leads to no page is left out."""
    for node in tree.css(_SCRIPTED):
        for href in _hrefs(node):
            if href and not href.lower().startswith(NOWHERE):
                text = plain(node.text())
                yield href, text if len(text) <= LONGEST else ""


def _hrefs(node: LexborNode) -> Iterator[str]:
    attributes = node.attributes
    onclick, href = attributes.get("onclick") or "", attributes.get("href") or ""
    for script in (onclick, href if href.startswith("javascript:") else ""):
        # One that asks first ("Bạn có chắc chắn muốn xóa?") does more than lead somewhere.
        if ("location" in script or "Paged=TRUE" in script) and "confirm(" not in script:
            yield _address_in(script)
    said = attributes.get("data-href") or attributes.get("data-url") or ""
    text = fold(plain(node.text())) if said else ""
    if text and _TURNS.fullmatch(text):
        yield said


def _address_in(script: str) -> str:
    script = _ESCAPE.sub(_unescaped, script)
    found = next((match for form in _FORMS if (match := form.search(script))), None)
    return found["url"] if found and _BACK not in found["url"] else ""


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else escape[3]
