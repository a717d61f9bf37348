"""The peer of our crawl, as somebody would build it today: Scrapy, trafilatura, and an SQLite file with FTS5.

It is spared what the task leaves open: it follows the lists alone, keeps no headers, no versions, no photos, no
license, no queue that outlives the process, tells no report from a list, and commits every hundred pages.
"""

from __future__ import annotations

import sqlite3
import sys
import zlib
from collections.abc import Iterator
from typing import Any, Self

import scrapy
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response, TextResponse
from trafilatura import bare_extraction
from trafilatura.settings import Document

COMMIT_EVERY = 100
TABLES = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE pages (
    id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, title TEXT, date TEXT, text TEXT NOT NULL, html BLOB NOT NULL
);
CREATE VIRTUAL TABLE pages_fts USING fts5 (
    title, text, content = 'pages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
"""
SETTINGS = {
    "CONCURRENT_REQUESTS": 16,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "ROBOTSTXT_OBEY": True,
    "HTTPCACHE_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "COOKIES_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "LOG_ENABLED": False,
}


class Reports(scrapy.Spider):
    """Follows the front page to the lists and the lists to the pages."""

    name = "reports"

    def parse(self, response: Response) -> Iterator[Any]:
        assert isinstance(response, TextResponse)
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href, self.read if href.startswith("/p/") else self.parse)

    def read(self, response: Response) -> Iterator[dict[str, Any]]:
        found = bare_extraction(response.body, url=response.url, with_metadata=True)
        if isinstance(found, Document):
            yield {
                "url": response.url,
                "title": found.title,
                "date": found.date,
                "text": found.text,
                "html": zlib.compress(response.body),
            }


class Store:
    """Writes each page and its index."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.stored = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler.settings["ARCHIVE"])

    def open_spider(self) -> None:
        self.sql = sqlite3.connect(self.path)
        self.sql.executescript(TABLES)

    def process_item(self, item: dict[str, Any]) -> dict[str, Any]:
        page = self.sql.execute(
            "INSERT INTO pages (url, title, date, text, html) VALUES (:url, :title, :date, :text, :html)", item
        )
        self.sql.execute(
            "INSERT INTO pages_fts (rowid, title, text) VALUES (?, ?, ?)", (page.lastrowid, item["title"], item["text"])
        )
        self.stored += 1
        if self.stored % COMMIT_EVERY == 0:
            self.sql.commit()
        return item

    def close_spider(self) -> None:
        self.sql.commit()
        self.sql.close()


def main(base: str, path: str) -> None:
    """Crawl the portal at an address into a new file."""
    process = AsyncCrawlerProcess({**SETTINGS, "ITEM_PIPELINES": {Store: 300}, "ARCHIVE": path})
    process.crawl(Reports, start_urls=[base])
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
