"""The form of an ASP.NET page (WebForms, and SharePoint and DotNetNuke upon it), and what its buttons would send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from portal_archiver.model import Form, Link
from portal_archiver.parser.metadata import charset_of
from portal_archiver.parser.outline import parse
from portal_archiver.parser.pagers import STATE, Button, buttons
from portal_archiver.text import decode
from portal_archiver.urls import SCHEMES, Postback, canonicalize, postback_of, with_postback, without_fragment

EVENT = ("__EVENTTARGET", "__EVENTARGUMENT")  # which control was used, and how
UNSENT = frozenset(("submit", "button", "image", "reset", "file"))  # a button is sent only when it is pressed
MAX_CHARS = 4 * 1024 * 1024  # ASP.NET's own bound for what is posted to it (maxRequestLength)


def paging_links(tree: LexborHTMLParser, url: str) -> tuple[Link, ...]:
    """The other pages of the lists on a page that only its form leads to, in order of the page."""
    if (base := canonicalize(url)) is None or _server_form(tree) is None:
        return ()
    found = ((with_postback(base, button.postback), button.text) for button in buttons(tree, postback_of(url)))
    return tuple(Link(link, text) for link, text in found if link)


def read_form(
    html: bytes | str, url: str, postback: Postback, *, headers: Iterable[tuple[str, str]] | None = None
) -> Form | None:
    """What a browser sends to get from a page to another page of a list on it; None when no button leads there.

    `html`, `url` and `headers` as for `parse_page`. Only what `paging_links` gives is ever found: no other button of a
    page can be asked for. Never raises.
    """
    tree = parse(decode(html, charset_of(headers)) if isinstance(html, bytes) else html)
    form = _server_form(tree)
    button = next((each for each in buttons(tree, postback_of(url)) if each.postback == postback), None)
    return _pressed(form, button, without_fragment(url)) if form and button else None


def _server_form(tree: LexborHTMLParser) -> LexborNode | None:
    """The one form that `__doPostBack` submits, wherever the button stands."""
    if tree.root is None or tree.css_first(STATE) is None:
        return None
    forms = [form for form in tree.css("form") if form.css_first(STATE) is not None]
    is_posted = len(forms) == 1 and (forms[0].attributes.get("method") or "").lower() == "post"
    return forms[0] if is_posted else None


def _pressed(form: LexborNode, button: Button, url: str) -> Form | None:
    try:
        action = without_fragment(urljoin(url, (form.attributes.get("action") or "").strip()))
    except ValueError:
        return None
    rest = [field for field in _fields(form) if field[0] not in EVENT]
    event = tuple(zip(EVENT, button.event, strict=True))
    pressed = (*event, *rest, *button.sent)
    fits = sum(len(name) + len(value) for name, value in pressed) <= MAX_CHARS
    return Form(action, pressed) if fits and action.partition("://")[0] in SCHEMES else None


def _fields(form: LexborNode) -> Iterator[tuple[str, str]]:
    """The successful controls (HTML 4.01 §17.13.2) with the values they have on the page, the buttons left out."""
    for node in form.css("input[name], select[name], textarea[name]"):
        attributes = node.attributes
        name = attributes.get("name") or ""
        if not name or "disabled" in attributes:
            continue
        if node.tag == "select":
            yield from ((name, value) for value in _chosen(node))
        elif node.tag == "textarea":
            yield name, node.text().removeprefix("\n")
        elif (value := _value(attributes)) is not None:
            yield name, value


def _value(attributes: dict[str, str | None]) -> str | None:
    kind = (attributes.get("type") or "text").lower()
    if kind in ("checkbox", "radio"):
        return (attributes.get("value", "on") or "") if "checked" in attributes else None
    return None if kind in UNSENT else attributes.get("value") or ""


def _chosen(select: LexborNode) -> list[str]:
    """The values of the options that are selected; the first one's where none is and one must be."""
    options = [option for option in select.css("option") if "disabled" not in option.attributes]
    chosen = [option for option in options if "selected" in option.attributes]
    if "multiple" not in select.attributes:
        chosen = chosen[-1:] or options[:1]
    return [
        option.attributes["value"] or "" if "value" in option.attributes else option.text().strip() for option in chosen
    ]
