"""Views that answer the common questions in one SELECT, whatever program opens the file; docs/schema.md shows them."""

from __future__ import annotations

import re

# The first `--` line of a view says what its rows are, the one beside a column what it holds.
SCRIPT = """
-- Every report as it stands now: one row each.
CREATE VIEW articles_latest AS
SELECT a.id          AS id,            -- as `portal-archiver show` takes it
       p.key         AS portal,
       a.url         AS url,
       a.kind        AS kind,          -- article or document
       r.title       AS title,
       r.author      AS author,        -- the byline
       a.published   AS published,     -- a day, or a time with its offset; NULL: nobody says
       r.section     AS section,
       r.body        AS body,          -- plain text, paragraphs separated by a blank line
       a.first_seen  AS first_seen,    -- UTC
       a.last_seen   AS last_seen,     -- UTC: the page was last seen so, or said to be unchanged
       r.number      AS revision,      -- 1: never edited since it was first seen
       a.docid       AS docid          -- the `rowid` under which `articles_fts` knows it
  FROM articles a JOIN portals p ON p.id = a.portal_id JOIN revisions r ON r.id = a.revision_id;

-- Every edit that was noticed: one row for each revision after the first, beside the one before.
CREATE VIEW edits AS
SELECT r.article_id        AS article,
       p.key               AS portal,
       a.url               AS url,
       r.number            AS revision,
       c.fetched_at        AS seen,              -- UTC: when the new text was first seen
       before_c.fetched_at AS first_seen_before, -- UTC: when the former text was first seen
       before.title        AS title_before,
       r.title             AS title,
       before.body         AS body_before,
       r.body              AS body,
       b.sha256            AS sha256             -- of the page that shows the new text
  FROM revisions r
  JOIN revisions before ON before.article_id = r.article_id AND before.number = r.number - 1
  JOIN captures c ON c.id = r.capture_id
  JOIN captures before_c ON before_c.id = before.capture_id
  JOIN bodies b ON b.id = c.body_id
  JOIN articles a ON a.id = r.article_id
  JOIN portals p ON p.id = a.portal_id;

-- Reports whose address says now that they are gone, or no longer answers: one row for each such address.
CREATE VIEW articles_gone AS
SELECT a.id          AS article,
       p.key         AS portal,
       u.url         AS url,
       r.title       AS title,
       a.published   AS published,
       a.last_seen   AS last_seen,     -- UTC: at this address or at another one
       u.tried_at    AS tried_at,      -- UTC: when it was last asked for
       u.reason      AS reason,        -- not-found, gone, timeout...
       u.failures    AS failures       -- in a row
  FROM urls u
  JOIN article_urls x ON x.portal_id = u.portal_id AND x.url = u.url
  JOIN articles a ON a.id = x.article_id
  JOIN revisions r ON r.id = a.revision_id
  JOIN portals p ON p.id = a.portal_id
 WHERE u.state IN ('gone', 'failed');

-- Every photo of a report as it stands now that says who took it.
CREATE VIEW photos_credited AS
SELECT a.id          AS article,
       r.title       AS title,
       h.caption     AS caption,       -- verbatim, the credit included
       h.credit      AS credit,
       h.url         AS photo,         -- '' where the page has lost it
       p.key         AS portal,
       a.published   AS published
  FROM photos h
  JOIN articles a ON a.revision_id = h.revision_id
  JOIN revisions r ON r.id = h.revision_id
  JOIN portals p ON p.id = a.portal_id
 WHERE h.credit IS NOT NULL;

-- The files that belong to a report as it stands now.
CREATE VIEW files_attached AS
SELECT a.id          AS article,
       r.title       AS report,
       t.title       AS file,          -- what the link says
       t.url         AS url,           -- where the file is; it is not kept in the archive
       t.media_type  AS media_type,
       p.key         AS portal,
       a.published   AS published
  FROM attachments t
  JOIN articles a ON a.revision_id = t.revision_id
  JOIN revisions r ON r.id = t.revision_id
  JOIN portals p ON p.id = a.portal_id;

-- The footer that each portal showed last, which says who answers for it and how it is to be credited.
CREATE VIEW licenses_in_force AS
WITH shown AS (
    SELECT portal_id, license_id, min(fetched_at) AS since, max(fetched_at) AS last_seen
      FROM captures WHERE license_id IS NOT NULL GROUP BY portal_id, license_id
)
SELECT p.key                AS portal,
       l.number             AS number,              -- of the license, as written
       l.governing_body     AS governing_body,
       l.managing_unit      AS managing_unit,
       l.issuer             AS issuer,
       l.issued_on          AS issued_on,
       l.attribution        AS attribution,         -- the clause on republication, verbatim
       l.attribution_source AS attribution_source,  -- the name to be credited
       l.text               AS text,                -- the whole footer
       s.since              AS since,               -- UTC: when this footer was first seen
       s.last_seen          AS last_seen            -- UTC
  FROM shown s JOIN licenses l ON l.id = s.license_id JOIN portals p ON p.id = s.portal_id
 WHERE s.license_id = (SELECT t.license_id FROM shown t WHERE t.portal_id = s.portal_id
                        ORDER BY t.last_seen DESC, t.license_id DESC LIMIT 1);

-- The evidence: every answer that was kept for an address of a report, without its bytes.
CREATE VIEW captures_of_articles AS
SELECT c.id                          AS capture,
       c.article_id                  AS article,
       p.key                         AS portal,
       c.url                         AS url,          -- as asked for
       c.final_url                   AS final_url,    -- after redirects
       c.fetched_at                  AS fetched_at,   -- UTC
       c.status                      AS status,       -- 304: the server's word that nothing had changed
       b.size                        AS size,         -- of the payload, bytes
       b.sha256                      AS sha256,       -- of the payload
       r.number                      AS revision,     -- that it showed; NULL: none, or it was not noted
       json_extract(c.peer, '$.address') AS address   -- the IP address that answered
  FROM captures c
  JOIN bodies b ON b.id = c.body_id
  JOIN portals p ON p.id = c.portal_id
  LEFT JOIN revisions r ON r.id = c.revision_id
 WHERE c.article_id IS NOT NULL;

-- What each night brought from each portal.
CREATE VIEW runs_by_night AS
SELECT date(r.started_at, '+7 hours') AS night,       -- the day in Vietnam on which the runs began
       p.key                          AS portal,
       count(*)                       AS runs,
       sum(r.finished_at IS NULL)     AS unfinished,  -- at work, or killed: the next run counts what they saved
       sum(r.requests)                AS requests,
       sum(r.fetched)                 AS fetched,     -- pages the portal sent
       sum(r.not_modified)            AS not_modified,
       sum(r.new)                     AS new,         -- reports
       sum(r.changed)                 AS changed,     -- reports edited since
       sum(r.failed)                  AS failed,      -- addresses that brought nothing
       min(r.started_at)              AS began,       -- UTC
       max(r.finished_at)             AS ended        -- UTC
  FROM runs r JOIN portals p ON p.id = r.portal_id
 GROUP BY night, p.key;
"""

NAMES = tuple(re.findall(r"CREATE VIEW (\w+)", SCRIPT))

# What somebody may want to know, the view that answers it, and how.
EXAMPLES: tuple[tuple[str, str, str], ...] = (
    (
        "The newest reports of a portal",
        "articles_latest",
        "SELECT published, title, url FROM articles_latest WHERE portal = 'bachhai' ORDER BY published DESC LIMIT 10",
    ),
    (
        "Reports on digital transformation, best first (in plain SQL `d` stands for `đ`)",
        "articles_latest",
        "SELECT a.id, a.published, a.title FROM articles_fts f JOIN articles_latest a ON a.docid = f.rowid\n"
        " WHERE articles_fts MATCH 'chuyen doi so' ORDER BY f.rank LIMIT 10",
    ),
    (
        "How many reports each section brought in each month",
        "articles_latest",
        "SELECT substr(published, 1, 7) AS month, section, count(*) AS reports FROM articles_latest\n"
        " GROUP BY month, section ORDER BY month DESC, reports DESC",
    ),
    (
        "Headlines that were changed after publication",
        "edits",
        "SELECT seen, url, title_before, title FROM edits WHERE title <> title_before ORDER BY seen DESC",
    ),
    (
        "Texts that became shorter",
        "edits",
        "SELECT seen, url, length(body_before) - length(body) AS shorter_by FROM edits\n"
        " WHERE shorter_by > 0 ORDER BY shorter_by DESC",
    ),
    (
        "Reports that can be read here alone",
        "articles_gone",
        "SELECT last_seen, reason, title, url FROM articles_gone WHERE reason IN ('not-found', 'gone')",
    ),
    (
        "Who took how many photos",
        "photos_credited",
        "SELECT credit, portal, count(*) AS photos FROM photos_credited GROUP BY credit, portal ORDER BY photos DESC",
    ),
    (
        "The documents of a year",
        "files_attached",
        "SELECT published, file, url FROM files_attached WHERE published LIKE '2024%' ORDER BY published",
    ),
    (
        "How each portal wants to be credited",
        "licenses_in_force",
        "SELECT portal, number, governing_body, attribution FROM licenses_in_force ORDER BY portal",
    ),
    (
        "All that proves what a report said, and when",
        "captures_of_articles",
        "SELECT fetched_at, status, revision, sha256, address FROM captures_of_articles\n"
        " WHERE article = 1 ORDER BY fetched_at",
    ),
    (
        "The last nights",
        "runs_by_night",
        "SELECT night, portal, fetched, new, changed, failed FROM runs_by_night ORDER BY night DESC LIMIT 14",
    ),
)
