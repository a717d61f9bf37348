"""WACZ 1.1.1 files (specs.webrecorder.net/wacz): a WARC, its index and a list of its pages in one ZIP."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote_plus

from portal_archiver.exports.ledger import Ledger
from portal_archiver.exports.output import new_file
from portal_archiver.exports.records import posted_fields, record_id, sent_url, warc_date
from portal_archiver.exports.software import SOFTWARE
from portal_archiver.exports.surt import surt
from portal_archiver.exports.warc import Exported, Placed, newest_of, write_warc
from portal_archiver.model import PAGE_STATUSES
from portal_archiver.store import Archive

VERSION = "1.1.1"
WARC, INDEX, BLOCKS, PAGES = "data.warc.gz", "index.cdx.gz", "index.idx", "pages.jsonl"
LINES = 300  # of the index that are compressed together
_MIME = re.compile(r"[^;\s]+")
_DIGITS = re.compile(r"\D")


def export_wacz(
    archive: Archive,
    path: Path,
    *,
    portal: str | None = None,
    articles: Iterable[int] | None = None,
    overwrite: bool = False,
) -> Exported:
    """Write captures as `export_warc` does, as a WACZ; its pages are the reports as they were captured."""
    chosen = None if articles is None else list(articles)
    newest = newest_of(archive, portal, chosen)
    with new_file(path, overwrite=overwrite) as file:
        return write_wacz(archive, file, newest, portal=portal, articles=chosen)


def write_wacz(
    archive: Archive, file: IO[bytes], newest: datetime, *, portal: str | None = None, articles: list[int] | None = None
) -> Exported:
    """The same to a file that need not be able to seek; `newest` is when the last of the captures was made."""
    responses = revisits = 0
    with Ledger() as ledger:
        with zipfile.ZipFile(file, "w") as container:
            package = _Package(container, newest)
            evidence = archive.evidence(portal=portal, articles=articles)
            with package.member(f"archive/{WARC}") as warc, evidence as captures:
                for placed in write_warc(warc, archive, captures, ledger, newest):
                    _index(ledger, placed)
                    responses, revisits = responses + (not placed.revisit), revisits + placed.revisit
            _write_index(package, ledger)
            _write_pages(package, ledger)
            package.describe()
        size = file.tell()
    return Exported(responses + revisits, responses, revisits, size)


class _Member:
    """One file of the ZIP as it is written: counted, and digested."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes, /) -> None:
        self._file.write(data)
        self._sha256.update(data)
        self._size += len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def tell(self) -> int:
        return self._size

    def resource(self, name: str) -> dict[str, Any]:
        """What datapackage.json says of it."""
        digest = f"sha256:{self._sha256.hexdigest()}"
        return {"name": name.rpartition("/")[2], "path": name, "hash": digest, "bytes": self._size}


class _Package:
    """The ZIP: what is compressed already is stored, so that a reader can jump to a record."""

    def __init__(self, container: zipfile.ZipFile, made: datetime) -> None:
        self._container = container
        self._made = made
        self._resources: list[dict[str, Any]] = []

    @contextmanager
    def member(self, name: str) -> Iterator[_Member]:
        info = self._info(name, zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED)
        with self._container.open(info, "w", force_zip64=True) as file:
            member = _Member(file)
            yield member
        self._resources.append(member.resource(name))

    def describe(self) -> None:
        """The last members: what is in the ZIP, and the digest of that."""
        described = {
            "profile": "data-package",
            "resources": self._resources,
            "created": warc_date(self._made.replace(microsecond=0)),
            "wacz_version": VERSION,
            "software": SOFTWARE,
        }
        text = json.dumps(described, indent=2).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
        self._container.writestr(self._info("datapackage.json"), text)
        self._container.writestr(self._info("datapackage-digest.json"), json.dumps(digest, indent=2))

    def _info(self, name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._made.timetuple()[:6])
        info.compress_type = compression
        info.external_attr = 0o644 << 16
        return info


def _index(ledger: Ledger, placed: Placed) -> None:
    """Note a record for the index (CDXJ) and, when it shows a report, for the list of pages."""
    kept = placed.evidence.record
    url, posted = sent_url(kept), posted_fields(kept.final_url)
    marked = f"{url}{'&' if '?' in url else '?'}__wb_method=POST&{posted}" if posted else url  # as pywb looks for it
    key = f"{surt(marked)} {_DIGITS.sub('', warc_date(kept.fetched_at))[:14]}"
    mime = _MIME.match(next((value for name, value in kept.headers if name.lower() == "content-type"), ""))
    fields = {
        "url": url,
        "mime": "warc/revisit" if placed.revisit else mime and mime[0],
        "status": None if placed.revisit and kept.status == 304 else str(kept.status),
        "digest": placed.digest,
        "length": str(placed.length),
        "offset": str(placed.offset),
        "filename": WARC,
        "requestBody": unquote_plus(posted),
        "method": "POST" if posted else None,
    }
    ledger.add_line(key, json.dumps({name: value for name, value in fields.items() if value}))
    if placed.evidence.title and kept.status in PAGE_STATUSES:
        moment = warc_date(kept.fetched_at)
        page = {"id": record_id("page", url, moment)[10:-1], "url": url, "ts": moment}
        ledger.add_page(json.dumps({**page, "title": placed.evidence.title}, ensure_ascii=False))


def _write_index(package: _Package, ledger: Ledger) -> None:
    """The index in compressed blocks of lines, and where each block begins (ZipNum)."""
    places = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX})}\n"]
    with package.member(f"indexes/{INDEX}") as index:
        for key, lines in _blocks(ledger):
            start = index.tell()
            data = _gzip("".join(lines).encode())
            index.write(data)
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            places.append(f"{key} {json.dumps({'offset': start, 'length': len(data), 'digest': digest})}\n")
    with package.member(f"indexes/{BLOCKS}") as blocks:
        blocks.write("".join(places).encode())


def _blocks(ledger: Ledger) -> Iterator[tuple[str, list[str]]]:
    """The lines of the index, some at a time, each time with the key of the first."""
    first, block = "", list[str]()
    for key, line in ledger.lines():
        first = first if block else key
        block.append(f"{key} {line}\n")
        if len(block) == LINES:
            yield first, block
            block = []
    if block:
        yield first, block


def _gzip(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def _write_pages(package: _Package, ledger: Ledger) -> None:
    with package.member(f"pages/{PAGES}") as pages:
        pages.write(b'{"format": "json-pages-1.0", "id": "pages", "title": "All reports"}\n')
        for line in ledger.pages():
            pages.write(line.encode("utf-8", "replace") + b"\n")
