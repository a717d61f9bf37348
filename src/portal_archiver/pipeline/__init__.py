"""The pipeline: the only room that knows the crawler, the parser and the store, and moves a page through them."""

from portal_archiver.pipeline.adding import Look, look_at
from portal_archiver.pipeline.crawling import crawl, crawl_all
from portal_archiver.pipeline.importing import ImportOptions, ImportReport, import_warcs
from portal_archiver.pipeline.learning import Learned, learn_portal
from portal_archiver.pipeline.learning_from_web import learn_from_web
from portal_archiver.pipeline.options import Options, Progress
from portal_archiver.pipeline.reparse import ReparseOptions, reparse
from portal_archiver.pipeline.retrieving import Retrieval, RetrievalOptions, import_wayback

__all__ = [
    "ImportOptions",
    "ImportReport",
    "Learned",
    "Look",
    "Options",
    "Progress",
    "ReparseOptions",
    "Retrieval",
    "RetrievalOptions",
    "crawl",
    "crawl_all",
    "import_warcs",
    "import_wayback",
    "learn_from_web",
    "learn_portal",
    "look_at",
    "reparse",
]
