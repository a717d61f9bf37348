"""Hostile markup costs a time that grows with its size; a page that a person made is read as it came."""

from __future__ import annotations

import pytest

from portal_archiver.demo import serve, truth
from portal_archiver.parser.outline import parse, text_lines
from portal_archiver.parser.taming import DEEPEST, LONG_TAG, tame


def depth(html: str) -> int:
    deepest, waiting = 0, [(parse(html).root, 0)]
    while waiting:
        node, level = waiting.pop()
        if node is not None:
            deepest = max(deepest, level)
            waiting += [(node.next, level), (node.child, level + 1)]
    return deepest


def test_pages_of_people_are_read_as_they_came() -> None:
    from urllib.request import urlopen

    with serve() as base:
        for url in list(truth(base))[:12]:
            with urlopen(url) as answer:
                html = answer.read().decode("utf-8", "replace")
            assert tame(html) == html


@pytest.mark.parametrize("tag", ["div", "section", "ul", "h2", "blockquote"])
def test_the_deepest_markup_is_flattened_and_its_text_kept(tag: str) -> None:
    html = f"<{tag}>" * 20_000 + "tàu cá" + f"</{tag}>" * 20_000 + "<p>về bến</p>"
    assert depth(html) < DEEPEST + 10
    root = parse(html).root
    assert root is not None and text_lines(root) == ["tàu cá", "về bến"]


def test_many_siblings_are_no_depth() -> None:
    html = "<div>tàu</div>" * 20_000 + "<p>cá" * 20_000
    assert tame(html) == html


def test_a_tag_of_endless_attributes_is_cut_and_a_picture_in_a_page_is_not() -> None:
    endless = "<p " + " ".join(f"a{n}=1" for n in range(50_000)) + ">tàu cá</p>"
    assert len(tame(endless)) < LONG_TAG + 100
    picture = f'<img src="data:image/png;base64,{"A" * 200_000}" alt="tàu cá">'
    assert tame(picture) == picture
