"""What a footer says by law: normalize, find the labels, let each rule its run of text, clean field by field."""

from __future__ import annotations

from functools import lru_cache

from portal_archiver.model import License
from portal_archiver.parser.licensing.addresses import address
from portal_archiver.parser.licensing.clauses import attribution, copyright_line
from portal_archiver.parser.licensing.contacts import contacts
from portal_archiver.parser.licensing.grant import grant
from portal_archiver.parser.licensing.labels import OTHER_LABEL, Run, cut_other, lines_of, runs_of, trim, value_of
from portal_archiver.parser.licensing.responsible import responsible

_KEPT = 20_000  # characters: no longer text is remembered, and no footer is that long


def parse_license(text: str) -> License | None:
    """The license data of a footer given as plain text, one line per line of the page; None when there is none at all.

    Values are as printed but for white space and the punctuation around them. Nothing raises, and the time taken is
    linear in the length. What a footer must show: Decree 72/2013/NĐ-CP art. 24, Decree 42/2022/NĐ-CP art. 6 and on.
    """
    return _remembered(text) if len(text) <= _KEPT else _parse(text)


def _parse(text: str) -> License | None:
    runs = runs_of(lines_of(text))
    number, issuer, issued_on = grant(runs)
    person, role = responsible(runs)
    phones, faxes, emails = contacts(runs)
    clause, source = attribution(runs)
    found = License(
        governing_body=_body(runs, "governing_body"),
        managing_unit=_body(runs, "managing_unit"),
        number=number,
        issuer=issuer,
        issued_on=issued_on,
        responsible_person=person,
        responsible_role=role,
        address=address(runs),
        phones=phones,
        faxes=faxes,
        emails=emails,
        attribution=clause,
        attribution_source=source,
        copyright=copyright_line(runs),
        text=text,
    )
    return None if found == License(text=text) else found


_remembered = lru_cache(maxsize=256)(_parse)  # every page of a portal shows the same footer


def _body(runs: list[Run], field: str) -> str | None:
    """The first organization under a label: up to ";", a new sentence or another label."""
    values = (value_of(run)[0] for run in runs if run.field == field)
    named = (cut_other(value.split(";")[0]) for value in values if not OTHER_LABEL.match(value))
    return next((found for value in named if (found := trim(value))), None)
