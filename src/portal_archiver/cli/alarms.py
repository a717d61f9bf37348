"""Alarms in words: what has changed for the worse at a portal, since when, and where to look; and what healed them."""

from __future__ import annotations

from portal_archiver.cli.program import typed
from portal_archiver.cli.screen import count, safe
from portal_archiver.model import Alarm, Learning

# What is missing: of how many of the reports it is said, and what has most likely happened.
SHARES = {
    "address": ("known reports are still there", "the portal has moved its pages, or dropped them"),
    "report": ("known reports are read as reports", "the template has changed"),
    "unedited": ("known reports are as they were", "the template has changed, and is read as part of the reports"),
    "title": ("reports have a title of their own", "the template has changed"),
    "date": ("reports show their date", "the template has changed"),
    "body": ("reports have a text of some length", "the template has changed"),
    "credit": ("reports credit a photo", "the template has changed"),
    "byline": ("reports have a byline", "the template has changed"),
    "license": ("reports have the portal's license footer", "the template has changed"),
}


def alarm_lines(portal: str, alarm: Alarm) -> list[str]:
    """A sentence for an alarm, one that says what to do, and the addresses to look at."""
    sentence = _silence(alarm) if alarm.field == "silence" else _drift(alarm)
    todo = f"if the portal is as it should be: `{typed(f'accept {portal}')}`"
    if alarm.field != "silence" and alarm.examples:
        todo = f"see how one is read: `{typed('explain URL')}`; {todo}"
    examples = [f"  {safe(url)}" for url in alarm.examples]
    return [f"{portal}: {sentence}", f"  {todo}", *examples]


def learning_lines(portal: str, learning: Learning) -> list[str]:
    """What a run learned by itself, what that healed, or why nothing of it is used."""
    if not learning.profile:
        return [f"{portal}: what its pages teach is not used: {safe(learning.reason)}"]
    pages = count(learning.pages, "page")
    if not learning.healed:
        anew = typed(f"reparse --portal {portal}")
        return [f"{portal}: learned from {pages} how to read it; `{anew}` reads what is archived anew"]
    lines = [f"{portal}: healed: {_healed(alarm)}" for alarm in learning.healed]
    look = f"see how one is read: `{typed('explain URL')}`"
    return [*lines, f"  read anew with what {pages} of the new template taught (docs/learning.md); {look}"]


def _healed(alarm: Alarm) -> str:
    what, _ = SHARES[alarm.field]
    last = f"; last good day {alarm.last_good}" if alarm.last_good else ""
    return f"{what} again (it was {alarm.now:.0%}, usually {alarm.before:.0%}{last})"


def _drift(alarm: Alarm) -> str:
    what, why = SHARES[alarm.field]
    last = f"; last good day {alarm.last_good}" if alarm.last_good else ""
    return f"only {alarm.now:.0%} of {what} (usually {alarm.before:.0%}{last}): most likely {why}"


def _silence(alarm: Alarm) -> str:
    waited, longest = (count(round(days), "day") for days in (alarm.now, alarm.before))
    return f"nothing new since {alarm.last_good}, {waited} ago; its longest pause was {longest}"
