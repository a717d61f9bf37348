"""portals.toml: what it may say, and that a mistake is told by file, line and key."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from portal_archiver.config import load, template
from portal_archiver.crawler import Scope
from portal_archiver.errors import ConfigError
from portal_archiver.model import Portal
from portal_archiver.settings import FIELDS, SETTINGS
from portal_archiver.toml_lines import key_lines

START = 'start = "https://bachhai.example/"'


def loaded(tmp_path: Path, text: str) -> dict[str, Portal]:
    file = tmp_path / "portals.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def mistakes(tmp_path: Path, text: str) -> list[str]:
    """What is told about a text, one line each, without the folder."""
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()


def test_a_portal_needs_only_where_to_start(tmp_path: Path) -> None:
    portals = loaded(tmp_path, f"[portal.bachhai]\n{START}\n")
    assert portals == {"bachhai": Portal(start=("https://bachhai.example/",), key="bachhai")}


def test_every_setting_arrives_at_the_portal(tmp_path: Path) -> None:
    text = """
        [portal.bachhai]
        name = "Cổng thông tin điện tử tỉnh Bạch Hải"
        start = ["https://bachhai.example/", "https://en.bachhai.example/news"]
        hosts = ["bachhai.example", "EN.bachhai.example"]
        articles = ["*/tin-tuc/*.html"]
        listings = "*/chuyen-muc/*"
        select = { title = "div.news > h1", photos = "figure img[src]" }
        delay = 2
        budget = 50
        budgets = { "*/lich-cong-tac/*" = 5 }
        max_depth = 7
        recheck = [2, 10]
        save = ["images", "attachments"]
        allow_private = true
        contact = "archive@bachhai.example"
        max_bytes = "25 MB"
        max_seconds = 90
        max_redirects = 3
        tries = 5
        verify = false
        """
    assert loaded(tmp_path, text)["bachhai"] == Portal(
        start=("https://bachhai.example/", "https://en.bachhai.example/news"),
        key="bachhai",
        name="Cổng thông tin điện tử tỉnh Bạch Hải",
        hosts=("bachhai.example", "en.bachhai.example"),
        articles=("*/tin-tuc/*.html",),
        listings=("*/chuyen-muc/*",),
        select={"title": "div.news > h1", "photos": "figure img[src]"},
        delay=2.0,
        budget=50,
        budgets={"*/lich-cong-tac/*": 5},
        max_depth=7,
        recheck=(2, 10),
        save=("images", "attachments"),
        allow_private=True,
        contact="archive@bachhai.example",
        max_bytes=25_000_000,
        max_seconds=90.0,
        max_redirects=3,
        tries=5,
        verify=False,
    )


def test_portals_keep_the_order_of_the_file(tmp_path: Path) -> None:
    keys = ("dong", "bac", '"xã.tân-lộc"')
    text = "".join(f'[portal.{key}]\nstart = "https://{n}.example/"\n' for n, key in enumerate(keys))
    assert list(loaded(tmp_path, text)) == ["dong", "bac", "xã.tân-lộc"]


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"\xef\xbb\xbf[portal.a]\r\n" + START.encode() + b"\r\ndelay = 2\r\n")
    assert load(tmp_path / "p.toml")["a"].delay == 2


SIZE = 'expected a size between "10 kB" and "1 GB", as a number of bytes or such as "25 MB"'
RECHECK = "expected whole days in ascending order such as [1, 3, 7, 30, 90], at most five, or false"
# What is written after `[portal.a]` and a good `start` (so: from line 3 on), and what is told about it.
WRONG_VALUES = {
    'delay = "fast"': 'portal.a.delay: expected a number of seconds between 0 and 3600, got "fast"',
    "delay = -1": "portal.a.delay: expected a number of seconds between 0 and 3600, got -1",
    "delay = 3601": "portal.a.delay: expected a number of seconds between 0 and 3600, got 3601",
    "delay = nan": "portal.a.delay: expected a number of seconds between 0 and 3600, got nan",
    "delay = true": "portal.a.delay: expected a number of seconds between 0 and 3600, got true",
    "budget = 0": "portal.a.budget: expected a whole number of pages, 1 or more, got 0",
    "budget = 1.5": "portal.a.budget: expected a whole number of pages, 1 or more, got 1.5",
    "max_bytes = 25": f"portal.a.max_bytes: {SIZE}, got 25",
    'max_bytes = "25"': f'portal.a.max_bytes: {SIZE}, got "25"',
    'max_bytes = "25 MBit"': f'portal.a.max_bytes: {SIZE}, got "25 MBit"',
    'max_bytes = "2 GB"': f'portal.a.max_bytes: {SIZE}, got "2 GB"',
    "max_bytes = 25e6": f"portal.a.max_bytes: {SIZE}, got 25000000.0",
    "max_seconds = 0": "portal.a.max_seconds: expected a number of seconds between 1 and 3600, got 0",
    "max_redirects = -1": "portal.a.max_redirects: expected a whole number between 0 and 50, got -1",
    "tries = 0": "portal.a.tries: expected a whole number between 1 and 10, got 0",
    "tries = 1.5": "portal.a.tries: expected a whole number between 1 and 10, got 1.5",
    'verify = "no"': 'portal.a.verify: expected true or false, got "no"',
    "ca = true": 'portal.a.ca: expected the path of a file of PEM certificates, such as "chain.pem", got true',
    "budgets = 5": 'portal.a.budgets: expected budgets by pattern, such as { "*/lich-cong-tac/*" = 50 }, got 5',
    'budgets = { "*/lich/*" = 0 }': "portal.a.budgets.*/lich/*: expected a whole number of pages, 1 or more, got 0",
    'save = ["images", "films"]': 'portal.a.save[2]: expected "images" or "attachments", got "films"',
    "max_depth = 0": "portal.a.max_depth: expected a whole number of links, 1 or more, got 0",
    "recheck = true": f"portal.a.recheck: {RECHECK}, got true",
    "recheck = 0": f"portal.a.recheck: {RECHECK}, got 0",
    "recheck = []": f"portal.a.recheck: {RECHECK}, got an empty list (for never, write false)",
    "recheck = [7, 3]": f"portal.a.recheck: {RECHECK}, got a list (not in ascending order)",
    "recheck = [1, 1.5]": f"portal.a.recheck: {RECHECK}, got a list",
    "recheck = [1, 2, 3, 4, 5, 6]": f"portal.a.recheck: {RECHECK}, got a list (more than five)",
    "allow_private = 1": "portal.a.allow_private: expected true or false, got 1",
    'name = ""': 'portal.a.name: expected a name such as "Cổng thông tin điện tử tỉnh Bạch Hải", got ""',
    "contact = []": "portal.a.contact: expected an e-mail address, or the address of a page about you, "
    "got an empty list",
    'hosts = "https://x.example"': 'portal.a.hosts: expected a host name such as "www.bachhai.example" or '
    '"*.bachhai.example", '
    'got "https://x.example"',
    'hosts = "*"': 'portal.a.hosts: expected a host name such as "www.bachhai.example" or "*.bachhai.example", got "*"',
    'hosts = ["bachhai.example",\n 7]': 'portal.a.hosts[2]: expected a host name such as "www.bachhai.example" or '
    '"*.bachhai.example", got 7',
    'hosts = "other.example"': "portal.a.start[1]: expected an address on one of `hosts`, "
    'got "https://bachhai.example/"',
    "articles = [[1]]": 'portal.a.articles[1]: expected a pattern such as "*/tin-tuc/*.html", got a list',
    "dealy = 1": 'portal.a.dealy: unknown key: did you mean "delay"?',
    "x = 1": f"portal.a.x: unknown key: expected one of {', '.join(SETTINGS)}",
    'select = "h1"': 'portal.a.select: expected CSS selectors by field, such as { title = "div.news h1" }, got "h1"',
    'select.titel = "h1"': 'portal.a.select.titel: unknown key: did you mean "title"?',
    'select.q = "h1"': f"portal.a.select.q: unknown key: expected one of {', '.join(FIELDS)}",
    "select.title = 3": 'portal.a.select.title: expected a CSS selector such as "div.news h1", got 3',
}


@pytest.mark.parametrize(
    ("text", "days"), [("recheck = false", ()), ("recheck = 7", (7,)), ("recheck = [3, 3]", (3, 3))]
)
def test_reports_may_be_looked_at_again_never_or_always_after_as_many_days(
    tmp_path: Path, text: str, days: tuple[int, ...]
) -> None:
    assert loaded(tmp_path, f"[portal.a]\n{START}\n{text}\n")["a"].recheck == days


@pytest.mark.parametrize("text", WRONG_VALUES)
def test_a_wrong_value_is_told_with_what_was_expected(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(tmp_path, f"[portal.a]\n{START}\n{text}\n")
    line = 2 if "start[1]" in told else 3 + text.count("\n")
    assert told == f"portals.toml:{line}: {WRONG_VALUES[text]}"


@pytest.mark.parametrize(
    ("written", "size"),
    [("12_000", 12_000), ('"10kB"', 10_000), ('"1.5 MB"', 1_500_000), ('"64 KiB"', 65_536), ('"1 GB"', 10**9),
     ('"0.5 GiB"', 2**29), ('"10000 B"', 10_000)],
)  # fmt: skip
def test_sizes_are_written_as_people_write_them(tmp_path: Path, written: str, size: int) -> None:
    assert loaded(tmp_path, f"[portal.a]\n{START}\nmax_bytes = {written}\n")["a"].max_bytes == size


def test_a_certificate_is_read_from_beside_the_configuration(tmp_path: Path) -> None:
    pem = trustme.CA().cert_pem.bytes()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "chain.pem").write_bytes("# Cơ quan chứng thực\n".encode() + pem)
    assert pem.decode() in loaded(tmp_path, f'[portal.a]\n{START}\nca = "keys/chain.pem"\n')["a"].ca
    absolute = tmp_path / "keys" / "chain.pem"
    assert pem.decode() in loaded(tmp_path, f'[portal.a]\n{START}\nca = "{absolute}"\n')["a"].ca


# What stands in the file that `ca` names, and how the line about it ends.
NO_CERTIFICATES = {
    b"": "holds no certificate in PEM, which begins -----BEGIN CERTIFICATE-----",
    b"\x30\x82\x01\x0a\xff\x00": "holds no certificate in PEM, which begins -----BEGIN CERTIFICATE-----",
    b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n": "holds no certificate in PEM, which begins "
    "-----BEGIN CERTIFICATE-----",
    None: "no such file or directory",
}


@pytest.mark.parametrize("content", NO_CERTIFICATES)
def test_a_file_without_a_certificate_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "chain.pem").write_bytes(content)
    (told,) = mistakes(tmp_path, f'[portal.a]\n{START}\nca = "chain.pem"\n')
    expected = 'expected the path of a file of PEM certificates, such as "chain.pem", got "chain.pem"'
    assert told == f"portals.toml:3: portal.a.ca: {expected} (chain.pem: {NO_CERTIFICATES[content]})"


def test_a_certificate_that_nothing_would_be_checked_against_is_told(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").write_bytes(trustme.CA().cert_pem.bytes())
    (told,) = mistakes(tmp_path, f'[portal.a]\n{START}\nca = "chain.pem"\nverify = false\n')
    assert told.startswith("portals.toml:4: portal.a.verify: false checks no certificate, so that `ca` is of no use")


def test_a_selector_that_is_no_css_is_told(tmp_path: Path) -> None:
    (told,) = mistakes(tmp_path, f'[portal.a]\n{START}\nselect.body = "div[class"\n')
    assert told.startswith("portals.toml:3: portal.a.select.body: expected a CSS selector")
    assert 'got "div[class" (' in told


# Selectors that other engines know: of jQuery, of Scrapy, of soupsieve, of browsers.
@pytest.mark.parametrize("selector", ["p:eq(1)", "a::text", "div:contains('x')", "p:-soup-contains('x')", "a:visited"])
def test_a_selector_that_the_parser_could_not_use_is_told(tmp_path: Path, selector: str) -> None:
    (told,) = mistakes(tmp_path, f'[portal.a]\n{START}\nselect.body = "{selector}"\n')
    assert told.startswith("portals.toml:3: portal.a.select.body: expected a CSS selector")
    assert told.endswith(f'got "{selector}" (the parser\'s CSS engine, Lexbor, does not understand it)')


@pytest.mark.parametrize(
    "url",
    ["", "bachhai.example", "ftp://bachhai.example/", "https://", "https://a b/", "https://bachhai.example:x/",
     "mailto:a@b", "https://user:secret@bachhai.example/", "https://[::1/", "https://a_b..c/"],
)  # fmt: skip
def test_what_is_no_address_to_begin_at_is_told(tmp_path: Path, url: str) -> None:
    (told,) = mistakes(tmp_path, f'[portal.a]\nstart = "{url}"\n')
    assert told.startswith("portals.toml:2: portal.a.start: expected an address such as")
    assert f'got "{url}"' in told


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8765/", "http://[::1]/", "http://localhost", "https://tỉnhbạchhải.vn/tin?x=1&y={2}"]
)
def test_addresses_of_every_kind_are_taken(tmp_path: Path, url: str) -> None:
    assert loaded(tmp_path, f'[portal.a]\nstart = "{url}"\n')["a"].start == (url,)


@pytest.mark.parametrize(
    ("hosts", "url", "on_them"),
    [
        (["*.bachhai.example"], "https://xa.bachhai.example/", True),
        (["*.bachhai.example"], "https://bachhai.example/", True),
        (["*.bachhai.example"], "https://bachhai.example.net/", False),
        (["*.bachhai.example"], "https://xabachhai.example/", False),
        (["bachhai.example"], "https://xa.bachhai.example/", False),
        (["xn--tnhbchhi-qx0dxa42b.vn"], "https://tỉnhbạchhải.vn/", True),
        (["*.tỉnhbạchhải.vn"], "https://xã.tỉnhbạchhải.vn/", True),
    ],
)
def test_a_host_with_a_star_means_it_and_all_below_it_as_the_crawler_does(
    tmp_path: Path, hosts: list[str], url: str, on_them: bool
) -> None:
    text = f'[portal.a]\nstart = "{url}"\nhosts = {json.dumps(hosts, ensure_ascii=False)}\n'
    if on_them:
        assert loaded(tmp_path, text)["a"].hosts == tuple(hosts)
    else:
        assert "expected an address on one of `hosts`" in mistakes(tmp_path, text)[0]
    assert (Scope(Portal((url,), hosts=tuple(hosts))).reason_against(url) is None) == on_them


def test_one_site_under_two_keys_is_told_by_both(tmp_path: Path) -> None:
    """Spelled differently, and among other addresses, it is the same."""
    other = '[portal.b]\nstart = ["https://khac.example/", "https://BachHai.example:443/?utm_source=zalo"]\n'
    assert mistakes(tmp_path, f"[portal.a]\n{START}\n{other}") == [
        'portals.toml:4: portal.b.start: "https://BachHai.example:443/?utm_source=zalo" is where portal.a begins, too:'
        " its pages would be crawled and kept twice: keep one of the two, or give each `articles` of its own"
    ]


@pytest.mark.parametrize(("articles", "accepted"), [(("*/xa/*", "*/huyen/*"), True), (("*/xa/*", "*/xa/*"), False)])
def test_the_parts_of_a_site_may_begin_at_one_address(
    tmp_path: Path, articles: tuple[str, str], accepted: bool
) -> None:
    text = "".join(f'[portal.p{n}]\n{START}\narticles = "{one}"\n' for n, one in enumerate(articles))
    if accepted:
        assert list(loaded(tmp_path, text)) == ["p0", "p1"]
    else:
        assert len(mistakes(tmp_path, text)) == 1
    everything = f"[portal.a]\n{START}\n" + text.partition("[portal.p1]")[0]
    assert len(mistakes(tmp_path, everything)) == 1  # what has no `articles` takes those of the other, too


def test_all_mistakes_of_a_file_are_told_together_in_its_order(tmp_path: Path) -> None:
    text = """\
[portal.one]
name = "không có start"

[portal.two]
start = [
  "https://bachhai.example/",
  "nonsense",
]
select = { titel = "h1", body = "((" }
[portal.two.selec]
delay = 1
[portals.three]
"""
    told = mistakes(tmp_path, text)
    assert [line.rsplit(": ", 1)[0].split(": ")[:2] for line in told] == [
        ["portals.toml:1", "portal.one"],
        ["portals.toml:7", "portal.two.start[2]"],
        ["portals.toml:9", "portal.two.select.titel"],
        ["portals.toml:9", "portal.two.select.body"],
        ["portals.toml:10", "portal.two.selec"],
        ["portals.toml:12", "portals"],
    ]


# Files that say nothing usable at all, and how the one line about each begins.
BROKEN = {
    "": "portals.toml:1: names no portal: expected a table such as [portal.bachhai]",
    "# nothing\n": "portals.toml:1: names no portal",
    "[portal]\n": "portals.toml:1: names no portal",
    "portal = 3\n": "portals.toml:1: portal: expected a table [portal.KEY], got 3",
    f"[portal]\n{START}\n": "portals.toml:2: portal.start: expected a table [portal.KEY] that holds the settings",
    f"[[portal]]\n{START}\n": "portals.toml:1: portal: expected a table [portal.KEY], got a list",
    f"[[portal.a]]\n{START}\n": "portals.toml:1: portal.a: expected a table [portal.KEY]",
    f'[portal."a b"]\n{START}\n': "portals.toml:1: portal.a b: expected a key of letters, digits",
    f"[portal.a]\n{START}\n[portal.a]\n{START}\n": "portals.toml:3: portal.a: the file has this table twice",
    f"[portal.a]\n{START}\n{START}\n": "portals.toml:3: not valid TOML: cannot overwrite a value",
    "[portal.a]\nstart =\n": "portals.toml:2: not valid TOML: invalid value, column 8",
    "[portal.a]\nstart = [\n'x'\n": "portals.toml:3: not valid TOML: unclosed array, at the end of the file",
    "[portal.a\n": "portals.toml:1: not valid TOML",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    (told,) = mistakes(tmp_path, text)
    assert told.startswith(BROKEN[text])


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: no such file: `portal-archiver init URL` writes one"):
        load(tmp_path / "none.toml")


def test_a_folder_is_no_config(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path)


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_bytes(b"[portal.a]\n# C\xf4ng b\xe1o\n" + START.encode())
    with pytest.raises(ConfigError, match=r"p\.toml:2: the byte 0xf4 is not UTF-8"):
        load(tmp_path / "p.toml")


@pytest.mark.parametrize(
    ("url", "key", "private"),
    [
        ("https://www.bachhai.gov.vn/", "bachhai", False),
        ("https://congan.bachhai.gov.vn/tin", "congan-bachhai", False),
        ("https://bachhai.example", "bachhai", False),
        ('https://bachhai.example/?q="{x}\\', "bachhai", False),
        ("http://tỉnhbạchhải/", "t-nhb-chh-i", False),
        ("http://127.0.0.1:8765/", "127-0-0-1", True),
        ("http://192.168.1.7/", "192-168-1-7", True),
        ("http://[::1]:80/", "1", True),
        ("http://localhost/", "localhost", True),
    ],
)
def test_the_template_for_a_portal_loads_as_that_portal(tmp_path: Path, url: str, key: str, private: bool) -> None:
    assert loaded(tmp_path, template(url)) == {key: Portal(start=(url,), key=key, allow_private=private)}


def test_every_setting_is_explained_in_the_template_and_its_example_is_valid(tmp_path: Path) -> None:
    text = template("https://bachhai.example/")
    uncommented = re.sub(r"^# (?=[a-z_.]+ = )", "", text, flags=re.M)
    (tmp_path / "chain.pem").write_bytes(trustme.CA().cert_pem.bytes())
    assert set(tomllib.loads(uncommented)["portal"]["bachhai"]) == set(SETTINGS)
    assert set(re.findall(r"\w+", text)) >= set(FIELDS)
    loaded(tmp_path, uncommented)


def test_the_defaults_the_template_shows_are_the_true_ones() -> None:
    text = template("https://bachhai.example/")
    portal = Portal(start=("https://bachhai.example/",))
    assert f"# delay = {portal.delay}\n" in text
    for name in ("budget", "max_depth", "max_seconds", "max_redirects", "tries"):
        assert f"# {name} = {getattr(portal, name)}\n" in text
    assert f'# max_bytes = "{portal.max_bytes // 10**6} MB"\n' in text
    assert f"# verify = {str(portal.verify).lower()}\n" in text
    assert f"# recheck = {list(portal.recheck)}\n" in text
    assert f'# hosts = ["{portal.hosts[0]}"]\n' in text


@pytest.mark.parametrize("url", ["", "bachhai.example", "file:///etc/passwd", "http://a\nb/"])
def test_no_template_is_written_for_what_is_no_address(url: str) -> None:
    with pytest.raises(ConfigError, match="URL: expected an address such as"):
        template(url)


def test_the_line_of_a_key_is_found_in_every_way_to_write_it() -> None:
    text = '''# "a comment" [not.a.table]
a.b = 1.5
[portal . "bạch.hải"]   # [x]
start = [ # ] "
  "http://a/#x", 'b',

  "c"]
select = { title = "h1[a=b],{", "lead" = 'x', deep = {q = [1, {z = 2}], r = 1}, s = 2 }
note = """
name = 1
""\\""" """
other = \'\'\'it's
y\'\'\'
day = 1979-05-27T07:32:00Z
'''
    tomllib.loads(text)
    where = ("portal", "bạch.hải")
    assert (
        key_lines(text).items()
        >= {
            ("a", "b"): 2,
            where: 3,
            (*where, "start"): 4,
            (*where, "start", 1): 5,
            (*where, "start", 2): 7,
            (*where, "select", "lead"): 8,
            (*where, "select", "deep", "q", 1, "z"): 8,
            (*where, "select", "s"): 8,
            (*where, "note"): 9,
            (*where, "other"): 12,
            (*where, "day"): 14,
        }.items()
    )


def test_the_line_of_an_escaped_key_is_found() -> None:
    assert key_lines('"b\\u1ea1ch\\U00000020h\\"i" = 1\n') == {('bạch h"i',): 1}


@given(st.text(alphabet="ab.=[]{}\"'#\\\n ,1", max_size=60) | st.text(max_size=60))
def test_no_text_does_worse_than_a_config_error(text: str) -> None:
    key_lines(text)


@given(st.binary(max_size=80), st.sampled_from([b"", b"[portal.a]\n", b"[portal.a]\nstart = "]))
def test_no_file_does_worse_than_a_config_error(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, head: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(head + tail)
    try:
        assert load(file)
    except ConfigError as error:
        assert str(error)
