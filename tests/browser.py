"""Debian's Chromium, driven by Playwright, without a word to any host but 127.0.0.1; tests skip where it is absent."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# What a browser asks of its maker at every start is no traffic of ours; as root it has no sandbox of its own.
QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync --disable-dev-shm-usage"
    " --host-resolver-rules=MAP~*~NOTFOUND,EXCLUDE~127.0.0.1,EXCLUDE~localhost"
).split()
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium: `apt-get install chromium`, or whatever brings it to your PATH"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = [argument.replace("~", " ") for argument in QUIET]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
