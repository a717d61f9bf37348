"""Exports: what the archive holds in formats that other tools read."""

from portal_archiver.exports.wacz import export_wacz
from portal_archiver.exports.warc import Exported, export_warc

__all__ = ["Exported", "export_wacz", "export_warc"]
