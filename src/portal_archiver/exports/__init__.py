"""Exports: what the archive holds in formats that other tools read."""

from portal_archiver.exports.output import STDOUT
from portal_archiver.exports.reports import FORMS, ExportedReports, export_reports, stream_reports
from portal_archiver.exports.streaming import stream_wacz
from portal_archiver.exports.wacz import export_wacz
from portal_archiver.exports.warc import Exported, export_warc

__all__ = [
    "FORMS", "STDOUT", "Exported", "ExportedReports", "export_reports", "export_wacz", "export_warc",
    "stream_reports", "stream_wacz",
]  # fmt: skip
