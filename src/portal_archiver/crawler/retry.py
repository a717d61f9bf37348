"""Retries: only what can heal, with growing waits, and never sooner than the server asks (Retry-After)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, wait_exponential_jitter

from portal_archiver.crawler.exchange import Answer
from portal_archiver.crawler.limits import Limits

OVERLOADED = frozenset({429, 503})  # their Retry-After is for the whole host (RFC 6585 §4, RFC 9110 §15.6.4)


def retrying(limits: Limits) -> AsyncRetrying:
    """A retrier for one request: calls a coroutine function that gives an Answer, and gives the last one it got.

    One is made for each request, as its state is not meant to be shared between tasks.
    """
    growing = wait_exponential_jitter(multiplier=limits.retry_wait, max=limits.max_wait, jitter=limits.retry_wait)
    return AsyncRetrying(
        stop=stop_after_attempt(limits.tries),
        wait=lambda state: max(growing(state), asked_wait(_answer(state)) or 0.0),
        retry=retry_if_result(lambda answer: is_worth_a_retry(answer, limits)),
        retry_error_callback=_answer,
    )


def is_worth_a_retry(answer: Answer, limits: Limits) -> bool:
    """Whether asking again may help, and the server does not ask for a longer wait than the run can give."""
    heals = answer.reason is not None and answer.reason.heals
    return answer.sent and heals and (asked_wait(answer) or 0.0) <= limits.max_wait


def asked_wait(answer: Answer, now: datetime | None = None) -> float | None:
    """The seconds an overloaded server asks for, given as a number or as an HTTP date (RFC 9110 §10.2.3)."""
    value = answer.header("retry-after").strip()
    if answer.status not in OVERLOADED or not value:
        return None
    if value.isdecimal():
        return float(value[:9])
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def _answer(state: RetryCallState) -> Answer:
    outcome = state.outcome
    assert outcome is not None  # tenacity asks only after a try
    answer: Answer = outcome.result()
    return answer
