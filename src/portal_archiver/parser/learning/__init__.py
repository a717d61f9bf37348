"""What the pages of one portal teach together that none of them tells alone: where its template puts each field."""

from portal_archiver.parser.learning.comparing import Comparison, Difference, compared
from portal_archiver.parser.learning.lesson import learn
from portal_archiver.parser.learning.profile import Choice, Lesson, Template, in_toml
from portal_archiver.parser.learning.specimen import Sample

__all__ = ["Choice", "Comparison", "Difference", "Lesson", "Sample", "Template", "compared", "in_toml", "learn"]
