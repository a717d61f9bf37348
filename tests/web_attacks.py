"""Attacks on a reader's browser, as a portal that was broken into might publish them."""

from __future__ import annotations

from datetime import UTC, datetime

from portal_archiver.model import Article, Attachment, Capture, Dateline, License, Page, Photo
from portal_archiver.store import Archive

NOW = datetime(2024, 6, 1, 3, 0, tzinfo=UTC)
HOST = "https://bachhai.example"

# FIRE is what an attack wants to run; {canary} is the address of a server that counts who asks it.
FIRE = "window.pwned=1;window.top.pwned=1"
TEXTS = (
    f"<script>{FIRE}</script>",
    f"\"><img src=x onerror='{FIRE}'>",
    f"'><svg/onload='{FIRE}'>",
    f"</title></textarea></style></script><script>{FIRE}</script>",
    f'" autofocus onfocus="{FIRE}" x="',
    f"{{{{7*7}}}}{{% raw %}}<b onmouseover={FIRE}>",
    f"\u2028<script>{FIRE}</script>\u202e",
)
URLS = (
    f"javascript:{FIRE}//",
    f"JaVaScRiPt:{FIRE}//",
    f"java\tscript:{FIRE}//",
    f"data:text/html,<script>{FIRE}</script>",
    f'https://bachhai.example/"onmouseover="{FIRE}',
    f"vbscript:{FIRE}",
)
BODIES = (
    "<script>FIRE</script>",
    "<img src=x onerror='FIRE'>",
    "<svg onload='FIRE'><script>FIRE</script></svg>",
    "<svg><style><img src=x onerror='FIRE'></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=FIRE&gt;'>",
    "<noscript><p title=\"</noscript><img src=x onerror='FIRE'>\">",
    "<iframe src='javascript:FIRE'></iframe><iframe srcdoc='<script>FIRE</script>'></iframe>",
    "<iframe src='{canary}'></iframe><object data='{canary}'></object><embed src='{canary}'>",
    "<base href='{canary}'><img src='picture.png'><script src='{canary}'></script>",
    "<meta http-equiv=refresh content='0;url={canary}'><link rel=stylesheet href='{canary}'>",
    "<link rel=prefetch href='{canary}'><link rel=preconnect href='{canary}'>",
    "<style>@import url({canary});body{{background:url({canary})}}</style><p style='background:url({canary})'>a</p>",
    "<style></sty\0le><script>FIRE</script></style>",
    "<style>/*</style><script>FIRE</script>*/</style>",
    "<input autofocus onfocus='FIRE'><select autofocus onfocus='FIRE'><textarea autofocus onfocus='FIRE'>",
    "<form action='{canary}'><button autofocus onfocus='FIRE' formaction='javascript:FIRE'>x</button></form>",
    "<details open ontoggle='FIRE'>x</details><marquee onstart='FIRE'>x</marquee>",
    "<video autoplay onerror='FIRE'><source src='{canary}' onerror='FIRE'></video><audio src='{canary}'></audio>",
    "<img src='{canary}' srcset='{canary} 2x' loading=eager><picture><source srcset='{canary}'><img></picture>",
    "<table background='{canary}'><tr><td background='{canary}'>x</td></tr></table>",
    "<a id=link href='javascript:FIRE'>x</a><a href='java&#10;script:FIRE'>y</a><a href='data:text/html,FIRE'>z</a>",
    "<template><script>FIRE</script></template><xmp><script>FIRE</script></xmp>",
    "<p id=x tabindex=1 onfocus='FIRE' style='animation:a 1s' onanimationstart='FIRE'>a</p>",
    "<body onload='FIRE' onpageshow='FIRE' background='{canary}'>",
    "<plaintext><script>FIRE</script>",
)
# Nested so deep that a parser's time would grow with the square of it; unfenced it is an attack on time alone.
DEEP = "<div>" * 100_000 + f"<img src=x onerror='{FIRE}'>"
TYPES = (
    "text/html; charset=utf-8", "application/xhtml+xml", "image/svg+xml", "text/xml", "text/plain",
    'text/html;x="\r\nX: y', "",
)  # fmt: skip


def bodies(canary: str) -> list[str]:
    """The attacks as HTML."""
    filled = (body.replace("{canary}", canary).replace("{{", "{").replace("}}", "}") for body in BODIES)
    return [body.replace("FIRE", FIRE) for body in filled]


def hostile_archive(archive: Archive, canary: str) -> tuple[list[int], list[int]]:
    """An archive full of them; returns the ids of the reports and of the captures."""
    reports = []
    for number, html in enumerate([*bodies(canary), DEEP]):
        text, url = TEXTS[number % len(TEXTS)], URLS[number % len(URLS)]
        page = Page(f"{HOST}/{number}", f"{HOST}/{number}", "article", article(number, html, text, url), footer(text))
        sent = (("Content-Type", TYPES[0]), ("X-Evil", f"a\r\nSet-Cookie: b\r\n\r\n{text}"))
        capture = Capture(f"{HOST}/{number}", f"{HOST}/{number}?'\"><script>{FIRE}</script>\r\nX: y", NOW, 200, sent,
                          html.encode())  # fmt: skip
        reports.append(archive.save(capture, page, portal=f"key-{text}").article_id or 0)
    for number, kind in enumerate(TYPES):
        body = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>{FIRE}</script></svg>{BODIES[0]}'
        url = f"{HOST}/type/{number}"
        headers = [("Content-Type", kind)] if kind else []
        archive.save(
            Capture(url, url, NOW, 200, tuple(headers), body.replace("FIRE", FIRE).encode()), Page(url, url, "other")
        )
    captures = [row["id"] for row in archive.db.query("SELECT id FROM captures ORDER BY id")]
    return reports, captures


def article(number: int, html: str, text: str, url: str) -> Article:
    """A report each of whose fields is an attack."""
    return Article(
        title=f"{number} {text}",
        lead=text,
        body=f"{number} Thân bài nguy hiểm. {text}",
        body_html=html,
        published=Dateline(NOW, raw=text),
        author=text,
        section=text,
        language='vi" onload="' + FIRE,
        photos=(Photo(url, text, text), Photo("", text, None, 1)),
        attachments=(Attachment(url, text, text),),
    )


def footer(text: str) -> License:
    """A footer that is an attack, too."""
    return License(governing_body=text, number=text, address=text, emails=(text,), attribution=text,
                   attribution_source=text, text=text)  # fmt: skip
