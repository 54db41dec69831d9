"""What an agency's answer to a webhook means, by class of status, and what a failed call means (contracts.md, Webhooks to agencies)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from services.notifications.domain.outcome import Accepted, Later, Never, Outcome, Why
from services.notifications.senders.addresses import AddressRefused, UnknownHost

LONGEST_RETRY_AFTER = timedelta(hours=1)
"""An agency may ask for more. A child's referral does not wait longer than this because of a header."""

_WAIT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
_NEVER: dict[int, Why] = {
    HTTPStatus.UNAUTHORIZED: "not-authorised",
    HTTPStatus.FORBIDDEN: "not-authorised",
    HTTPStatus.NOT_FOUND: "not-there",
    HTTPStatus.GONE: "gone",
}
_MOST_DIGITS = 9


def answered(response: httpx.Response, now: datetime) -> Outcome:
    """Only 2xx is success. A redirect is not followed, because a signed message belongs to the address that was registered."""
    status = response.status_code
    if response.is_success:
        return Accepted()
    if status < HTTPStatus.BAD_REQUEST:
        return Never("redirects", str(status))
    if status in _WAIT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        why: Why = "busy" if status in _WAIT else "server-error"
        return Later(why, str(status), retry_after(response.headers.get("retry-after", ""), now))
    return Never(_NEVER.get(status, "refused"), str(status))


def retry_after(told: str, now: datetime) -> datetime | None:
    """The moment that a `Retry-After` names, as seconds or as an HTTP date (RFC 9110, 10.2.3), at most an hour ahead. None: nothing usable."""
    told = told.strip()
    if told.isascii() and told.isdigit():
        seconds = int(told) if len(told) <= _MOST_DIGITS else LONGEST_RETRY_AFTER.total_seconds()
        return now + min(timedelta(seconds=seconds), LONGEST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(told)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(moment, now + LONGEST_RETRY_AFTER) if moment > now else None
    except (ValueError, OverflowError):
        return None


def failed(error: Exception) -> Outcome:
    """A call that got no answer. An expired certificate stays so until somebody renews it; everything else may pass."""
    causes = list(_causes(error))
    if any(isinstance(cause, AddressRefused) for cause in causes):
        return Never("leads-inside")
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return Never("certificate")
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Later("handshake")
    if any(isinstance(cause, UnknownHost) for cause in causes):
        return Later("unknown-host")
    timed_out = any(isinstance(cause, httpx.TimeoutException | TimeoutError) for cause in causes)
    return Later("timed-out" if timed_out else "unreachable", type(error).__name__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
