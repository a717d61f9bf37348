"""The tables, indexes and views that each migration makes or changes (see schema.py), the oldest first."""

from __future__ import annotations

PORTALS = """
-- The portals, one row each.
CREATE TABLE portals (
    id   INTEGER PRIMARY KEY,
    key  TEXT NOT NULL UNIQUE,      -- as in portals.toml, or the host
    name TEXT NOT NULL DEFAULT ''   -- what to call it
) STRICT;
"""

# The frontier and its memory. `rank` is the class in which a URL waits (see frontier.py); times are UTC, ISO 8601.
URLS = """
-- The frontier and its memory: every address that is known of a portal.
CREATE TABLE urls (
    id            INTEGER PRIMARY KEY,
    portal_id     INTEGER NOT NULL REFERENCES portals(id),
    url           TEXT NOT NULL,
    depth         INTEGER NOT NULL DEFAULT 0, -- links from a start page
    found_on      TEXT NOT NULL DEFAULT '',   -- the page that led to it first
    text          TEXT NOT NULL DEFAULT '',   -- what a listing called it
    listed        TEXT,                       -- the date a listing gave it
    listed_raw    TEXT NOT NULL DEFAULT '',   -- that date as written
    rank          INTEGER NOT NULL DEFAULT 2, -- 0 where a crawl begins, 1 a list, 2 never asked for, 3 asked for before
    state         TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'fetched', 'failed', 'gone', 'skipped')),
    reason        TEXT NOT NULL DEFAULT '',   -- why it brought nothing the last time
    detail        TEXT NOT NULL DEFAULT '',   -- that in a sentence
    due           TEXT NOT NULL,              -- when to ask (again)
    tried_at      TEXT,                       -- when it was last asked for, whatever came of it
    fetched_at    TEXT,                       -- when it last answered
    fetches       INTEGER NOT NULL DEFAULT 0, -- how often it answered
    failures      INTEGER NOT NULL DEFAULT 0, -- in a row
    kind          TEXT,                       -- what the page was the last time it was read
    etag          TEXT,                       -- to be sent with the next request
    last_modified TEXT,
    UNIQUE (portal_id, url)
) STRICT;
CREATE INDEX urls_due ON urls (portal_id, rank, due, tried_at);
CREATE INDEX urls_new ON urls (portal_id, listed DESC, id) WHERE rank = 2;
CREATE INDEX urls_failing ON urls (portal_id) WHERE state = 'failed';
"""

LICENSES = """
-- The footers that the law requires, one row for each distinct one.
CREATE TABLE licenses (
    id                 INTEGER PRIMARY KEY,
    digest             TEXT NOT NULL UNIQUE,  -- of all fields; counters in the text do not count
    governing_body     TEXT,
    managing_unit      TEXT,
    number             TEXT,
    issuer             TEXT,
    issued_on          TEXT,
    responsible_person TEXT,
    responsible_role   TEXT,
    address            TEXT,
    phones             TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(phones)),
    faxes              TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(faxes)),
    emails             TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(emails)),
    attribution        TEXT,
    attribution_source TEXT,
    copyright          TEXT,
    text               TEXT NOT NULL DEFAULT ''
) STRICT;
"""

CAPTURES = """
-- Payloads, each stored once, whatever number of captures brought it.
CREATE TABLE bodies (
    id     INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,              -- of the payload, hex
    size   INTEGER NOT NULL,                  -- of the payload, bytes
    data   BLOB NOT NULL                      -- one zstd frame
) STRICT;
-- What a server answered, as it came: one row for each answer that was kept.
CREATE TABLE captures (
    id         INTEGER PRIMARY KEY,
    portal_id  INTEGER NOT NULL REFERENCES portals(id),
    url        TEXT NOT NULL,                 -- as asked for
    final_url  TEXT NOT NULL,                 -- after redirects
    fetched_at TEXT NOT NULL,
    status     INTEGER NOT NULL,
    headers    TEXT NOT NULL CHECK (json_valid(headers)),   -- [[name, value], ...] in the order received
    body_id    INTEGER NOT NULL REFERENCES bodies(id),
    license_id INTEGER REFERENCES licenses(id),             -- the footer beside it
    article_id INTEGER REFERENCES articles(id)              -- whose address answered
) STRICT;
CREATE INDEX captures_of_article ON captures (article_id, fetched_at) WHERE article_id IS NOT NULL;
"""

ARTICLES = """
-- Reports; what they say is in their revisions.
CREATE TABLE articles (
    id          INTEGER PRIMARY KEY,
    portal_id   INTEGER NOT NULL REFERENCES portals(id),
    url         TEXT NOT NULL,                -- the first one, for good
    kind        TEXT NOT NULL,                -- article or document
    revision_id INTEGER REFERENCES revisions(id) DEFERRABLE INITIALLY DEFERRED,   -- the latest
    published   TEXT,                         -- of the latest revision
    content_key TEXT,                         -- of the latest revision; NULL when it holds too little to be told apart
    first_seen  TEXT NOT NULL,
    last_seen   TEXT NOT NULL
) STRICT;
CREATE INDEX articles_newest ON articles (published DESC, id DESC);
CREATE INDEX articles_of_portal ON articles (portal_id, published DESC, id DESC);
CREATE INDEX articles_by_content ON articles (portal_id, content_key) WHERE content_key IS NOT NULL;

-- The addresses that a report is known under.
CREATE TABLE article_urls (
    portal_id  INTEGER NOT NULL REFERENCES portals(id),
    url        TEXT NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    shown      TEXT NOT NULL DEFAULT '',      -- digest of what this URL showed the last time it was asked for
    PRIMARY KEY (portal_id, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX urls_of_article ON article_urls (article_id);

-- The versions of a report, one row each.
CREATE TABLE revisions (
    id               INTEGER PRIMARY KEY,
    article_id       INTEGER NOT NULL REFERENCES articles(id),
    number           INTEGER NOT NULL,        -- 1, 2, 3...
    capture_id       INTEGER NOT NULL REFERENCES captures(id),   -- that first showed it
    digest           TEXT NOT NULL,           -- of what makes a revision: title, body, photos, byline
    reading          TEXT NOT NULL,           -- of all that was read
    title            TEXT NOT NULL,
    lead             TEXT NOT NULL,
    body             TEXT NOT NULL,           -- plain text
    body_html        TEXT NOT NULL,           -- the same as a small, clean subset of HTML
    author           TEXT,                    -- the byline
    section          TEXT,
    language         TEXT,
    published        TEXT,                    -- ISO 8601: a date, or a time with its offset
    published_origin TEXT,                    -- element, metadata, listing, url or body
    published_raw    TEXT,                    -- as written
    updated          TEXT,                    -- what the page says of its last change
    updated_origin   TEXT,
    updated_raw      TEXT,
    UNIQUE (article_id, number)
) STRICT;
-- The photos of a revision, in their order.
CREATE TABLE photos (
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    n           INTEGER NOT NULL,             -- order in the report
    url         TEXT NOT NULL,
    caption     TEXT NOT NULL,                -- verbatim
    credit      TEXT,                         -- who took it
    position    INTEGER NOT NULL,             -- its place among the pictures of the page, from 0
    PRIMARY KEY (revision_id, n)
) STRICT, WITHOUT ROWID;
-- The files that belong to a revision, in their order.
CREATE TABLE attachments (
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    n           INTEGER NOT NULL,
    url         TEXT NOT NULL,
    title       TEXT NOT NULL,
    media_type  TEXT,
    PRIMARY KEY (revision_id, n)
) STRICT, WITHOUT ROWID;
"""

RUNS = """
-- Crawls of one portal.
CREATE TABLE runs (
    id           INTEGER PRIMARY KEY,
    portal_id    INTEGER NOT NULL REFERENCES portals(id),
    started_at   TEXT NOT NULL,
    finished_at  TEXT,                        -- NULL while it runs; where it was killed, until the next run begins
    requests     INTEGER NOT NULL DEFAULT 0,  -- sent
    fetched      INTEGER NOT NULL DEFAULT 0,
    not_modified INTEGER NOT NULL DEFAULT 0,
    new          INTEGER NOT NULL DEFAULT 0,
    changed      INTEGER NOT NULL DEFAULT 0,
    unchanged    INTEGER NOT NULL DEFAULT 0,
    duplicate    INTEGER NOT NULL DEFAULT 0,
    not_articles INTEGER NOT NULL DEFAULT 0,
    failed       INTEGER NOT NULL DEFAULT 0,  -- addresses that brought nothing
    reasons      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(reasons)),
    waiting      INTEGER NOT NULL DEFAULT 0,  -- addresses left for the next run
    stopped      TEXT                         -- signal, budget, time, unreachable or killed; NULL: it came to its end
) STRICT;
CREATE INDEX runs_of_portal ON runs (portal_id, id DESC);
-- What went wrong with an address in a run.
CREATE TABLE run_events (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    at     TEXT NOT NULL,
    url    TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX events_of_run ON run_events (run_id);
"""

# `remove_diacritics 2` folds every Vietnamese mark but the stroke of đ; replacing that one letter by one letter keeps
# all lengths. The index stores no text of its own: it reads this view, so the file grows by the index alone.
# A hit in the title says more than one in the text, and a section's name almost nothing.
SEARCH = """
CREATE VIEW articles_text AS
SELECT a.id                                                                       AS id,
       replace(replace(r.title, 'đ', 'd'), 'Đ', 'D')                              AS title,
       replace(replace(r.body, 'đ', 'd'), 'Đ', 'D')                               AS body,
       replace(replace(r.author, 'đ', 'd'), 'Đ', 'D')                             AS author,
       (SELECT replace(replace(group_concat(p.caption, char(10)), 'đ', 'd'), 'Đ', 'D')
          FROM photos p WHERE p.revision_id = r.id)                               AS captions,
       (SELECT replace(replace(group_concat(p.credit, char(10)), 'đ', 'd'), 'Đ', 'D')
          FROM photos p WHERE p.revision_id = r.id)                               AS credits,
       replace(replace(r.section, 'đ', 'd'), 'Đ', 'D')                            AS section
  FROM articles a JOIN revisions r ON r.id = a.revision_id;
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, body, author, captions, credits, section,
    content = 'articles_text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('rank', 'bm25(2.0, 1.0, 1.0, 1.0, 1.0, 0.5)');
"""


# A page that shows what another address has shown opens no new links; see `Frontier.is_shown_elsewhere`.
LOOKS = """
ALTER TABLE urls ADD COLUMN look TEXT;        -- digest of where a page leads that is no report; NULL: never read so
CREATE INDEX urls_by_look ON urls (portal_id, look) WHERE look IS NOT NULL;
"""


# Who answered, and what hosts say of robots: for a day it need not be asked again (RFC 9309 §2.4).
NETWORK = """
ALTER TABLE captures ADD COLUMN peer TEXT CHECK (peer IS NULL OR json_valid(peer));   -- model.Peer; NULL: unknown
-- What each host last said of robots.
CREATE TABLE robots (
    location   TEXT PRIMARY KEY,              -- https://www.bachhai.example/robots.txt
    fetched_at TEXT NOT NULL,
    status     INTEGER NOT NULL,
    text       TEXT NOT NULL                  -- empty after a 4xx: the host has none
) STRICT;
"""

# What the reports of each run had, and what was found to have changed for the worse; see `pipeline.drift`.
DRIFT = """
ALTER TABLE runs ADD COLUMN yields TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(yields));   -- {"date": [38, 40]}
ALTER TABLE runs ADD COLUMN alarms TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(alarms));
ALTER TABLE portals ADD COLUMN accepted_at TEXT;   -- when somebody last took the portal as it was then
CREATE INDEX events_of_url ON run_events (url);
"""

# A payload may be told as the difference to another one; see payloads.py. `used` is the body it last served.
DICTIONARIES = """
ALTER TABLE bodies ADD COLUMN dictionary_id INTEGER REFERENCES bodies(id);   -- NULL: it stands alone
-- The payloads of a portal that others may be told as the difference to.
CREATE TABLE dictionaries (
    portal_id INTEGER NOT NULL REFERENCES portals(id),
    body_id   INTEGER NOT NULL REFERENCES bodies(id),
    used      INTEGER NOT NULL,               -- the payload it served last
    PRIMARY KEY (portal_id, body_id)
) STRICT, WITHOUT ROWID;
"""

# Reports of different portals that are one text; see stories.py. Each pair of them once, the smaller id first.
STORIES = """
-- What reports that may be one text are found by.
CREATE TABLE story_bands (
    band       INTEGER NOT NULL,              -- a hash of part of the text
    article_id INTEGER NOT NULL REFERENCES articles(id),
    PRIMARY KEY (band, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bands_of_article ON story_bands (article_id);
-- Reports of different portals that are one text, each pair once.
CREATE TABLE story_links (
    one   INTEGER NOT NULL REFERENCES articles(id),   -- the smaller id
    other INTEGER NOT NULL REFERENCES articles(id),
    share REAL NOT NULL,                      -- of their runs of words, those in common
    PRIMARY KEY (one, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_of_other ON story_links (other);
"""

# Who read what: the parser may be better tomorrow, which is no edit of the portal's; see rereading.py.
PARSERS = """
ALTER TABLE captures ADD COLUMN parser TEXT;  -- that read it as a page; '': one of unknown version; NULL: it is no page
ALTER TABLE captures ADD COLUMN revision_id INTEGER REFERENCES revisions(id);   -- which it showed, or a 304 confirmed
ALTER TABLE revisions ADD COLUMN parser TEXT NOT NULL DEFAULT '';   -- that read it last; '': unknown
UPDATE captures SET parser = '' WHERE status IN (200, 203);
UPDATE captures SET revision_id = r.id FROM revisions r WHERE r.capture_id = captures.id;
"""

# Captures that others made, and what finds one of them again: by its URL and its time.
PROVENANCE = """
ALTER TABLE captures ADD COLUMN source TEXT CHECK (source IS NULL OR json_valid(source));   -- model.Source; NULL: ours
CREATE INDEX captures_by_url ON captures (final_url, fetched_at);
"""

# The number under which the index knows a report begins with its day (see index.py): newest first, date ranges and
# counts by year cost no look at the articles. `marks` holds made-up words that nobody can type, for what narrows a
# search: \ue000r every report, \ue000p3 of portal 3, \ue000photo, \ue000file. They have no weight.
DAYS_IN_INDEX = """
ALTER TABLE articles ADD COLUMN docid INTEGER;
ALTER TABLE articles ADD COLUMN section TEXT;   -- of the latest revision
CREATE INDEX articles_by_docid ON articles (docid, portal_id, section);
DROP TABLE articles_fts;
DROP VIEW articles_text;
CREATE VIEW articles_text AS
SELECT a.docid                                                                    AS docid,
       replace(replace(r.title, 'đ', 'd'), 'Đ', 'D')                              AS title,
       replace(replace(r.body, 'đ', 'd'), 'Đ', 'D')                               AS body,
       replace(replace(r.author, 'đ', 'd'), 'Đ', 'D')                             AS author,
       (SELECT replace(replace(group_concat(p.caption, char(10)), 'đ', 'd'), 'Đ', 'D')
          FROM photos p WHERE p.revision_id = r.id)                               AS captions,
       (SELECT replace(replace(group_concat(p.credit, char(10)), 'đ', 'd'), 'Đ', 'D')
          FROM photos p WHERE p.revision_id = r.id)                               AS credits,
       replace(replace(r.section, 'đ', 'd'), 'Đ', 'D')                            AS section,
       char(57344) || 'r ' || char(57344) || 'p' || a.portal_id
         || CASE WHEN EXISTS (SELECT 1 FROM photos p WHERE p.revision_id = r.id)
                 THEN ' ' || char(57344) || 'photo' ELSE '' END
         || CASE WHEN EXISTS (SELECT 1 FROM attachments t WHERE t.revision_id = r.id)
                 THEN ' ' || char(57344) || 'file' ELSE '' END                    AS marks
  FROM articles a JOIN revisions r ON r.id = a.revision_id;
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, body, author, captions, credits, section, marks,
    content = 'articles_text', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('rank', 'bm25(2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.0)');
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 8);   -- half the cost of an update than with 4
"""

# Saved searches. What was told of is kept report by report: a report that is edited so that it fits now, or comes from
# an older capture, is as new to the reader as one of last night.
WATCHES = """
-- The saved searches.
CREATE TABLE watches (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    query    TEXT NOT NULL,   -- as typed
    added_at TEXT NOT NULL,
    run_at   TEXT             -- when it was last asked for what is new
) STRICT;
-- The reports that a saved search has told of, or found when it was made.
CREATE TABLE watch_hits (
    watch_id   INTEGER NOT NULL REFERENCES watches(id),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    PRIMARY KEY (watch_id, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX watch_hits_by_article ON watch_hits (article_id);
"""

# Where the templates of a portal put each field, as its pages taught it; see parser/learning.
PROFILES = """
-- What the pages of a portal taught of its templates, each version from its day on.
CREATE TABLE profiles (
    id         INTEGER PRIMARY KEY,
    portal_id  INTEGER NOT NULL REFERENCES portals(id),
    since      TEXT NOT NULL,                 -- the first capture that it is in force for
    learned_at TEXT NOT NULL,
    from_run   INTEGER REFERENCES runs(id),   -- the last run before; NULL: none
    digest     TEXT NOT NULL,                 -- behind the ~ of captures.parser and revisions.parser that it read
    templates  TEXT NOT NULL CHECK (json_valid(templates)),   -- [{"title": "div.news h1", ...}, ...]
    lesson     TEXT NOT NULL CHECK (json_valid(lesson)),      -- support, runners-up, examples, doubts
    UNIQUE (portal_id, since, learned_at)
) STRICT;
"""

# The text first: beside every word that is not in the first column FTS5 writes its column, a quarter of the index.
# What that leaves is room for the words side by side (see pairs.py); their rows go by the id of the article, and keep
# the sizes of columns, as a table without them cannot be browsed.
PAIRS = """
DROP TABLE articles_fts;
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    body, title, author, captions, credits, section, marks,
    content = 'articles_text', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('rank', 'bm25(1.0, 2.0, 1.0, 1.0, 1.0, 0.5, 0.0)');
INSERT INTO articles_fts (articles_fts, rank) VALUES ('automerge', 8);   -- half the cost of an update than with 4
CREATE VIRTUAL TABLE articles_pairs USING fts5 (
    pairs, content = '', detail = none, tokenize = 'ascii'
);
INSERT INTO articles_pairs (articles_pairs, rank) VALUES ('automerge', 8);
"""


# What a run learned by itself of its portal's templates, and what that healed; see `pipeline.teaching`.
LEARNING = """
ALTER TABLE runs ADD COLUMN learning TEXT CHECK (learning IS NULL OR json_valid(learning));   -- NULL: it did not try
"""

# What tells an edit by hand, or damage, where SQLite sees none; see checksums.py.
CHECKSUMS = """
ALTER TABLE captures ADD COLUMN checksum TEXT;   -- of what was asked for, when, and what came; see `verify`
ALTER TABLE licenses ADD COLUMN checksum TEXT;   -- of all fields, counters in the text too
"""
