"""What holds in every sound archive beyond what SQLite itself looks after: each rule is a SELECT of what breaks it."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Rule(NamedTuple):
    """`broken` gives the ids of what breaks the rule: payloads, captures or reports; `says` is what is wrong then."""

    what: Literal["payload", "capture", "report"]
    says: str
    broken: str


RULES = (
    Rule("report", "has no latest revision", "SELECT id FROM articles WHERE revision_id IS NULL"),
    Rule(
        "report",
        "does not point at the latest of its revisions",
        "SELECT a.id FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE r.article_id <> a.id"
        " OR r.number <> (SELECT max(number) FROM revisions WHERE article_id = a.id)",
    ),
    Rule(
        "report",
        "has revisions that are not numbered 1, 2, 3...",
        "SELECT article_id FROM revisions GROUP BY article_id HAVING min(number) <> 1 OR max(number) <> count(*)",
    ),
    Rule(
        "report",
        "has another date than its latest revision",
        "SELECT a.id FROM articles a JOIN revisions r ON r.id = a.revision_id WHERE a.published IS NOT r.published",
    ),
    Rule(
        "report",
        "has a revision whose capture is not one of its own",
        "SELECT DISTINCT r.article_id FROM revisions r JOIN captures c ON c.id = r.capture_id"
        " WHERE c.article_id IS NOT r.article_id",
    ),
    Rule(
        "report",
        "has a revision whose capture shows another",
        "SELECT DISTINCT r.article_id FROM revisions r JOIN captures c ON c.id = r.capture_id"
        " WHERE c.revision_id IS NOT r.id",
    ),
    Rule(
        "report",
        "is not known under its own address",
        "SELECT a.id FROM articles a LEFT JOIN article_urls u ON u.portal_id = a.portal_id AND u.url = a.url"
        " WHERE u.url IS NULL",
    ),
    Rule(
        "report",
        "has an address on another portal",
        "SELECT DISTINCT a.id FROM article_urls u JOIN articles a ON a.id = u.article_id"
        " WHERE u.portal_id <> a.portal_id",
    ),
    Rule("report", "was last seen before it was first seen", "SELECT id FROM articles WHERE last_seen < first_seen"),
    Rule(
        "capture",
        "belongs to a report of another portal",
        "SELECT c.id FROM captures c JOIN articles a ON a.id = c.article_id WHERE c.portal_id <> a.portal_id",
    ),
    Rule(
        "capture",
        "shows a revision of another report",
        "SELECT c.id FROM captures c JOIN revisions r ON r.id = c.revision_id WHERE r.article_id IS NOT c.article_id",
    ),
    Rule(
        "capture",
        "shows a revision and is neither a page nor a 304",
        "SELECT id FROM captures WHERE revision_id IS NOT NULL AND parser IS NULL AND status <> 304",
    ),
    Rule(
        "report",
        "is linked as one story with itself or its own portal, or the wrong way round",
        "SELECT DISTINCT l.one FROM story_links l JOIN articles a ON a.id = l.one JOIN articles b ON b.id = l.other"
        " WHERE l.one >= l.other OR a.portal_id = b.portal_id",
    ),
    Rule(
        "payload",
        "is told as the difference to one that is itself told so",
        "SELECT b.id FROM bodies b JOIN bodies d ON d.id = b.dictionary_id WHERE d.dictionary_id IS NOT NULL",
    ),
    Rule(
        "payload",
        "is a dictionary and does not stand alone",
        "SELECT b.id FROM dictionaries d JOIN bodies b ON b.id = d.body_id WHERE b.dictionary_id IS NOT NULL",
    ),
)
