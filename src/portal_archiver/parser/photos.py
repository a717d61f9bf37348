"""Pictures of a report, each with its caption and its credit; and the files attached to it."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from portal_archiver.model import Attachment, Photo
from portal_archiver.parser.body import Reading
from portal_archiver.parser.byline import read_credit
from portal_archiver.parser.dom import Anchor, Block, Outline
from portal_archiver.parser.pictures import picture_url
from portal_archiver.parser.region import Region
from portal_archiver.parser.vocabulary import (
    ATTACHED,
    ENLARGED,
    FILE_ENDINGS,
    PICTURE_ENDINGS,
    is_file,
    is_picture,
    names_file,
)
from portal_archiver.text import fold
from portal_archiver.urls import absolute, canonicalize

BEHIND = 12  # blocks behind a report in which its files may be named


def read_photos(outline: Outline, region: Region, reading: Reading, base: str) -> tuple[Photo, ...]:
    """The pictures of the region in order, captions beside them; a caption whose picture is lost has no URL."""
    return tuple(_photos(outline, region, reading, base))


def _photos(outline: Outline, region: Region, reading: Reading, base: str) -> Iterator[Photo]:
    photographer = reading.photographer
    if reading.byline and reading.byline.photos_too:
        photographer = reading.byline.name
    position = 0
    for index in range(region.start, region.end):
        block = outline.blocks[index]
        sources = [url for node in block.pictures if (url := picture_url(node, base)) is not None]
        if index not in reading.captions and ("share" in outline.called(block, 2) or _is_portrait(outline, block)):
            continue
        caption = reading.captions.get(index, "")
        for number, url in enumerate(sources or ([""] if caption else [])):
            own = caption if number == max(len(sources), 1) - 1 else ""
            yield Photo(url, own, read_credit(own) or photographer, position)
            position += 1
    for key, caption in reading.captions.items():
        if key < 0:
            yield Photo("", caption, read_credit(caption) or photographer, position)
            position += 1
    if photographer and not position:
        yield Photo(credit=photographer)


def _is_portrait(outline: Outline, block: Block) -> bool:
    """A picture of whoever wrote the report: beside the name, or in a box about them."""
    return bool(block.text and "author" in outline.called(block, 1)) or "author_box" in outline.called(block, 2)


def read_attachments(outline: Outline, region: Region, base: str) -> tuple[Attachment, ...]:
    """The files linked from the report itself, each once: scanned pages among them, if they are not shown as well."""
    found: dict[str, Attachment] = {}
    blocks = outline.blocks[region.start : region.end]
    shown = {picture_url(node, base) for block in blocks for node in block.pictures}
    for block in (*blocks, *_announced(outline, region)):
        for attachment in _files(block, base):
            if attachment.url in shown:
                continue
            if not found.get(attachment.url, attachment).title or attachment.url not in found:
                found[attachment.url] = attachment
    return tuple(found.values())


def _announced(outline: Outline, region: Region) -> Iterator[Block]:
    """The blocks behind a report that follow "Tệp đính kèm:" and name files, one after the other."""
    announced = False
    for block in outline.blocks[region.end : region.end + BEHIND]:
        announced = announced or ATTACHED.match(block.folded) is not None
        names_one = any(is_file(anchor.href) or names_file(anchor.text) for anchor in block.anchors)
        if announced and block.text and not names_one and not ATTACHED.match(block.folded):
            return
        if announced:
            yield block


def _files(block: Block, base: str) -> Iterator[Attachment]:
    announced = ATTACHED.match(block.folded) is not None
    for anchor in block.anchors:
        # "Xem chi tiết tại đây" leads to a scanned page; a link around or beside a picture shows that one larger.
        scanned = anchor.text and not block.pictures and not ENLARGED.match(fold(anchor.text))
        picture = is_picture(anchor.href) and (announced or scanned)
        if (is_file(anchor.href) or names_file(anchor.text) or picture) and canonicalize(anchor.href, base):
            yield attachment(anchor, base)


def attachment(anchor: Anchor, base: str) -> Attachment:
    """The attachment a link leads to: its URL as a browser resolves it, the link's text or else the file's name."""
    try:
        url = absolute(anchor.href, base)
        path = unquote(urlsplit(url).path)
    except ValueError:
        url = path = anchor.href
    ending = path[path.rfind(".") :].lower() if "." in path else ""
    return Attachment(url, anchor.text or path.rsplit("/", 1)[-1], (FILE_ENDINGS | PICTURE_ENDINGS).get(ending))
