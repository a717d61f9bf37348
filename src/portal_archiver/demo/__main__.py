"""Serve the demo portal until Ctrl-C: `python -m portal_archiver.demo [PORT] [--edited]`."""

import argparse
import threading
from contextlib import suppress

from portal_archiver.demo.server import serve


def main() -> None:
    """Print the portal's URL and serve it."""
    parser = argparse.ArgumentParser(prog="python -m portal_archiver.demo", description=__doc__)
    parser.add_argument("port", nargs="?", type=int, default=0, help="port to listen on (default: any free one)")
    parser.add_argument("--edited", action="store_true", help="serve the portal after a correction to one report")
    options = parser.parse_args()
    with serve(options.port, edited=options.edited) as url, suppress(KeyboardInterrupt):
        print(f"{url}  (Ctrl-C ends it)", flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
