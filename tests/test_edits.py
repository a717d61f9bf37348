"""portals.toml changed by the program: a portal is added or begins anew, and not a word of the rest is lost."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from portal_archiver.config import load
from portal_archiver.edits import begun_at, on_same_host, portals_of, with_portal, write
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal

URL = "https://www.bachhai.example/"
MOVED = "https://bachhai-moi.example/"
NEW = Portal((URL,), key="bachhai")
PROFILE = '[[portal.bachhai.learned]]  # article: 12 pages\ntitle = "h1"  # 100% of them\nbody = "div.nd"\n'
LEARNED = ({"title": "h1", "body": "div.nd"},)
# Everything that people do to such a file.
OWN = '''\
# What the province asked us to archive.

["portal"."a.b"] # a comment behind a header
start = [
    "https://a.example/tin",  # news
    "https://a.example/van-ban",
]
select = { title = "h3" }

# Ours. We talked to them on 3 May.
[portal.bachhai]
name = """
Bạch Hải"""
start = "https://www.bachhai.example/"  # the front page
# They want five seconds.
delay = 5

[portal.bachhai.select]
title = "div.cu"

[[portal.bachhai.learned]]  # article: 90 pages
title = "div.tt"  # 98% of them
# looked at by Hoa
body = "div.nd"

[[portal.bachhai.learned]]
title = "h2"
body = "div.khac"

# --- the districts ---

[portal.c]
start = "https://c.example/"
learned = [{ title = "h1", body = "div" }]
'''


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "portals.toml"


def test_a_portal_is_written_into_a_new_file_with_every_setting_explained(path: Path) -> None:
    assert portals_of(path) == {}
    write(path, with_portal(path, NEW, PROFILE))
    assert load(path) == {"bachhai": replace(NEW, learned=LEARNED)}
    text = path.read_text()
    assert "# delay = 1.0\n" in text
    assert text.endswith("\n\n" + PROFILE)


def test_a_file_of_comments_alone_keeps_them(path: Path) -> None:
    path.write_text("# to be filled\n")
    write(path, with_portal(path, NEW))
    assert path.read_text().startswith("# to be filled\n\n# The portals to archive")
    assert load(path) == {"bachhai": NEW}


def test_a_further_portal_stands_behind_the_others_which_stay_as_they_are(path: Path) -> None:
    path.write_text(OWN)
    further = Portal((MOVED,), key="xã.mới", contact="a@b.example", allow_private=True)
    profile = PROFILE.replace("portal.bachhai", 'portal."xã.mới"')
    write(path, with_portal(path, further, profile))
    assert path.read_text() == (
        f'{OWN}\n[portal."xã.mới"]\nstart = "{MOVED}"\ncontact = "a@b.example"\nallow_private = true\n\n{profile}'
    )
    assert load(path)["xã.mới"] == replace(further, learned=LEARNED)


def test_a_portal_begins_anew_and_every_other_setting_and_comment_stays(path: Path) -> None:
    path.write_text(OWN)
    before = load(path)
    known = before["bachhai"]
    write(path, with_portal(path, begun_at(known, MOVED), PROFILE, known=known))
    after = load(path)
    assert after["bachhai"] == replace(known, start=(MOVED,), hosts=("bachhai-moi.example",), learned=LEARNED)
    assert (after["a.b"], after["c"], list(after)) == (before["a.b"], before["c"], list(before))
    text = path.read_text()
    for line in OWN.splitlines():
        if line.startswith("#"):
            assert f"{line}\n" in text
    assert text.count("learned]]") == 1
    assert f'\nstart = "{MOVED}"\n# They want five seconds.\ndelay = 5\n' in text


def test_the_start_that_is_known_keeps_its_line(path: Path) -> None:
    path.write_text(OWN)
    known = load(path)["bachhai"]
    text = with_portal(path, begun_at(known, URL), PROFILE, known=known)
    assert 'start = "https://www.bachhai.example/"  # the front page\n' in text
    assert text == with_portal(path, replace(known, learned=()), PROFILE, known=known)


def test_hosts_that_hold_the_new_start_stay_and_others_go(path: Path) -> None:
    table = '[portal.bachhai]\nstart = "https://tin.bachhai.example/"\nhosts = {}\n'
    for hosts, kept in (('"*.bachhai.example"', True), ('["tin.bachhai.example", "x.example"]', False)):
        path.write_text(table.format(hosts))
        known = load(path)["bachhai"]
        text = with_portal(path, begun_at(known, URL, allow_private=True), known=known)
        assert text == f'[portal.bachhai]\nstart = "{URL}"\n' + (
            f"allow_private = true\nhosts = {hosts}\n" if kept else "allow_private = true\n"
        )


@pytest.mark.parametrize(
    "text",
    [
        f'portal.bachhai = {{ start = "{URL}", learned = {{ title = "h1" }} }}\n',
        f'[portal]\nbachhai = {{ start = "{URL}", learned = [{{ title = "h1" }}, {{ title = "h2" }}] }}\n',
    ],
)
def test_what_cannot_be_changed_line_by_line_is_left_to_its_author(path: Path, text: str) -> None:
    path.write_text(text)
    known = load(path)["bachhai"]
    with pytest.raises(ConfigError, match=r"portal.bachhai is written in a form .* edit it by hand"):
        with_portal(path, begun_at(known, MOVED), PROFILE, known=known)


def test_a_portal_that_was_edited_meanwhile_is_not_overwritten(path: Path) -> None:
    path.write_text(OWN)
    known = load(path)["bachhai"]
    path.write_text(OWN.replace("delay = 5", "delay = 9"))
    with pytest.raises(ConfigError, match="was changed meanwhile"):
        with_portal(path, begun_at(known, URL), known=known)
    with pytest.raises(ConfigError, match="was changed meanwhile"):
        with_portal(path, NEW)


def test_mode_line_ends_and_a_symbolic_link_stay(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    real.write_bytes(OWN.replace("\n", "\r\n").encode())
    real.chmod(0o640)
    path.symlink_to(real)
    write(path, with_portal(path, Portal((MOVED,), key="d")))
    assert path.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    raw = real.read_bytes()
    assert raw.startswith(OWN.replace("\n", "\r\n").encode())
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["portals.toml", "real.toml"]


def test_a_portal_is_known_by_its_host_with_www_or_without(path: Path) -> None:
    path.write_text(OWN)
    portals = load(path)
    for url in (URL, "http://bachhai.example/tin", "https://www.bachhai.example/khac"):
        assert on_same_host(portals, url) == portals["bachhai"]
    assert on_same_host(portals, "https://tin.bachhai.example/") is None
    portals["d"] = Portal(("https://c.example/xa",), key="d")
    assert on_same_host(portals, "https://c.example/xa") == portals["d"]
    assert on_same_host(portals, "https://c.example/huyen") == portals["c"]
