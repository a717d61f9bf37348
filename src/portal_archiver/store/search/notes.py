"""What an answer says beside its hits: what of a query was not understood, or can find nothing."""

from __future__ import annotations

from portal_archiver.model import Note

# In English; `Note.name` and `Note.values` let others say it in their own words.
NOTES = {
    "wordless": "there is no word in this query",
    "field": '"{name}:" is no field word; there are {known}',
    "field_near": '"{name}:" is no field word: did you mean "{near}:"?',
    "days": "no day is both since {since} and until {until}",
    "portal": 'the archive holds no portal "{key}"',
    "portal_near": 'the archive holds no portal "{key}": did you mean "{near}"?',
    "section": 'no report of the archive has a section "{text}"',
    "author": 'no report of the archive has a byline "{text}"',
    "credits": 'no report of the archive has a photo credit "{text}"',
    "otherwise": "reports have these words with other diacritics: search without `--exact` or = to see them",
    "unread": "many reports have these words with other diacritics: not all of them were read; add words, or dates",
}


def note(name: str, /, **values: str) -> Note:
    """A note of the table."""
    return Note(NOTES[name].format(**values), name, values)
