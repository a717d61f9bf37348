"""The pictures of the README: the demo portal, archived, in a real browser. `make screenshots` runs it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from browser import CHROMIUM, chromium
from portal_archiver.store import Archive
from web_server import demo_archive, serving

WIDE = {"width": 1120, "height": 760}
PHONE = {"width": 390, "height": 760}


def main(folder: Path) -> None:
    """Write the pictures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        path = demo_archive(Path(scratch) / "archive.db")
        with Archive(path, create=False, read_only=True) as archive:
            report = archive.search('title:"Nước rút đến đâu"').hits[0].article_id
            edited = archive.search("", revised_since="2000").hits[0].article_id
            capture = archive.captures(report)[0].id
        with serving(path) as served, chromium() as browser:
            shoot(browser, f"{served.url}/", folder / "home.png")
            shoot(browser, f"{served.url}/?q=nong+thon+moi", folder / "search.png")
            shoot(browser, f"{served.url}/report/{report}?lang=vi", folder / "report.png")
            shoot(browser, f"{served.url}/report/{edited}/changes", folder / "changes.png")
            shoot(browser, f"{served.url}/capture/{capture}", folder / "capture.png")
            shoot(browser, f"{served.url}/report/{report}?lang=vi", folder / "phone-dark.png", dark=True, size=PHONE)


def shoot(browser: Browser, url: str, path: Path, *, dark: bool = False, size: dict[str, int] = WIDE) -> None:
    """One picture of what a screen shows."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="en-US")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    page.screenshot(path=path)
    context.close()
    print(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    if CHROMIUM is None:
        sys.exit("error: the pictures need Chromium: `apt-get install chromium`")
    main(Path(sys.argv[1]))
