"""What the person who runs the crawl can do where a portal brings nothing, by the reason."""

from __future__ import annotations

from portal_archiver.crawler.reasons import Reason

# What a line of portals.toml sets right.
IN_THE_CONFIGURATION = {
    Reason.PRIVATE_ADDRESS: "set `allow_private = true` for it, if it is in your own network",
    Reason.OFF_HOST: "add the host to `hosts`, or correct `start`",
    Reason.NOT_HTML: "correct `start`: that address is no web page",
    Reason.FILE: "correct `start`: that address is a file",
    Reason.NOT_FOUND: "correct `start`: that page does not exist",
    Reason.GONE: "correct `start`: that page was removed",
}
REMEDIES = IN_THE_CONFIGURATION | {
    Reason.ROBOTS: "its robots.txt asks robots to stay away: ask the people who run it",
    Reason.FORBIDDEN: "it denies access: set `contact`, and ask the people who run it",
    Reason.DNS: "check the host in `start`, and the name server of this machine",
    Reason.TLS: "`portal-archiver runs` tells what is wrong with it; `ca` or `verify` in its table may help",
}
TRY_LATER = "open `start` in a browser, and try again later"
CHECK_START = "check `start` and the network, or try again later"
