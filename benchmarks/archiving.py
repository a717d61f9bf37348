"""Keeping pages: fetched pages parsed and saved, and what an archived page takes on disk beside gzip and as a WARC."""

from __future__ import annotations

import gzip
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.corpus import pages
from portal_archiver import Archive, Capture, parse_page
from portal_archiver.exports import export_warc

WHOLE = 50  # pages of one host: then it is (much of) a portal, and not a few pages of one
PICTURES = b";base64,"  # nothing makes a photo smaller that stands in a page


def main() -> None:
    """Prints pages per second parsed and saved, and bytes per page beside one gzip member a page."""
    name, corpus = pages()
    read = [(Capture(url, body=html), parse_page(html, url)) for html, url in corpus]
    with tempfile.TemporaryDirectory() as folder, Archive(Path(folder) / "archive.db") as archive:
        start = time.process_time()
        for capture, page in read:
            archive.save(capture, page)  # as an article of the portal that its host is
        seconds = time.process_time() - start
        kept = _kept(archive)
        exported = _exported(archive, Path(folder))
    print(f"Saving {name}")
    print(f"  {len(corpus) / seconds:8.1f} pages/CPU-s into an empty archive")
    _compare("all of them", [html for html, _ in corpus], sum(kept.values()))
    for host in dict.fromkeys(urlsplit(url).hostname for _, url in corpus):
        of_host = {url: html for html, url in corpus if urlsplit(url).hostname == host}
        if len(of_host) >= WHOLE:
            takes = sum(kept.get(url, 0) for url in of_host)
            _compare(f"{host}", list(of_host.values()), takes)
            print(f"{'':25}{exported[host or ''] / takes:5.2f} x less than its export as .warc.gz")
            plain = {url: html for url, html in of_host.items() if PICTURES not in html}
            if len(plain) < len(of_host):
                takes = sum(kept.get(url, 0) for url in plain)
                _compare(f"{host}, pages without a photo inside", list(plain.values()), takes)


def _kept(archive: Archive) -> dict[str, int]:
    """The bytes that each payload takes, by the URL that showed it first."""
    asked = "SELECT min(c.url), length(b.data) FROM bodies b JOIN captures c ON c.body_id = b.id GROUP BY b.id"
    return dict(archive.db.execute(asked).fetchall())


def _exported(archive: Archive, folder: Path) -> dict[str, int]:
    """The bytes that each portal takes as a .warc.gz."""
    keys = [portal.key for portal in archive.portals()]
    return {key: export_warc(archive, folder / f"{key}.warc.gz", portal=key).bytes for key in keys}


def _compare(name: str, corpus: list[bytes], size: int) -> None:
    zipped = sum(len(gzip.compress(html)) for html in corpus)
    print(f"  {size / len(corpus):8.0f} bytes a page kept, {zipped / size:5.2f} x less than one gzip a page: {name}")


if __name__ == "__main__":
    main()
