"""A small portal of a province that does not exist, served on loopback, with the warts of real ones.

`python -m portal_archiver.demo` shows it in a browser; `truth` tells what an archive of it must hold.
"""

from portal_archiver.demo.server import serve
from portal_archiver.demo.truth import Expected, expected_license, truth

__all__ = ["Expected", "expected_license", "serve", "truth"]
