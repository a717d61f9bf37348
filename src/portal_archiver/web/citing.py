"""The citations of a report as its page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from portal_archiver.model import Archived, Revision


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation: the name of its style, the text, and whether that is for a program (BibTeX, RIS)."""

    label: str
    text: str
    code: bool = False


def citations(archived: Archived, revision: Revision) -> tuple[Citation, ...]:
    """The citations of one version of a report."""
    return ()
