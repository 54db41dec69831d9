"""What an agency's answer means: by class of status, with `Retry-After` in both forms, and what a call without an answer means."""

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.outcome import Accepted, Later, Never
from services.notifications.senders.addresses import AddressRefused, UnknownHost
from services.notifications.senders.judging import LONGEST_RETRY_AFTER, answered, failed, retry_after

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
IN_TEN_MINUTES = NOON + timedelta(minutes=10)


def response(status: int, told: str | None = None) -> httpx.Response:
    return httpx.Response(status, headers={} if told is None else {"retry-after": told})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226])
def test_2xx_is_accepted(status):
    assert answered(response(status), NOON) == Accepted()


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_row_7_a_redirect_is_never(status):
    assert answered(response(status, "60"), NOON) == Never("redirects", str(status))


@pytest.mark.parametrize(
    ("status", "why"),
    [(401, "not-authorised"), (403, "not-authorised"), (404, "not-there"), (410, "gone")]
    + [(status, "refused") for status in (400, 402, 405, 406, 409, 413, 415, 421, 422, 423, 451, 499)],
)
def test_4xx_is_never(status, why):
    assert answered(response(status, "60"), NOON) == Never(why, str(status))


@pytest.mark.parametrize(
    ("status", "why"), [(408, "busy"), (425, "busy"), (429, "busy"), *((status, "server-error") for status in (500, 501, 502, 503, 504, 522, 599))]
)
def test_row_7_what_may_pass_is_later_and_not_before_the_moment_that_was_asked_for(status, why):
    assert answered(response(status), NOON) == Later(why, str(status))
    for told in ("600", format_datetime(IN_TEN_MINUTES, usegmt=True)):
        assert answered(response(status, told), NOON) == Later(why, str(status), IN_TEN_MINUTES)


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("0", NOON), ("600", IN_TEN_MINUTES), (" 600 ", IN_TEN_MINUTES), ("3600", NOON + timedelta(hours=1)), ("3601", NOON + LONGEST_RETRY_AFTER),
        ("9" * 5000, NOON + LONGEST_RETRY_AFTER), ("Mon, 05 Jan 2026 12:10:00 GMT", IN_TEN_MINUTES),
        ("Monday, 05-Jan-26 12:10:00 GMT", IN_TEN_MINUTES), ("Mon Jan  5 12:10:00 2026", IN_TEN_MINUTES),
        ("Fri, 31 Dec 9999 23:59:59 GMT", NOON + LONGEST_RETRY_AFTER),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_capped_at_an_hour(told, moment):
    assert retry_after(told, NOON) == moment


@pytest.mark.parametrize(
    "told",
    ["", "-5", "1.5", "+5", "soon", "²", "٣", "5 s", "0x10", "Mon, 05 Jan 2026 11:59:59 GMT", "Mon, 32 Jan 2026 12:10:00 GMT", "Thu, 01 Jan 1970"],
)
def test_a_retry_after_that_says_nothing_usable_is_passed_over(told):
    assert retry_after(told, NOON) is None


@given(st.text(max_size=60) | st.integers().map(str) | st.datetimes(timezones=st.just(UTC)).map(lambda at: format_datetime(at, usegmt=True)))
def test_whatever_retry_after_says_the_moment_is_within_the_hour(told):
    moment = retry_after(told, NOON)
    assert moment is None or NOON <= moment <= NOON + LONGEST_RETRY_AFTER


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (AddressRefused("-"), Never("leads-inside")),
        (caused(httpx.ConnectError("-"), ssl.SSLCertVerificationError("-")), Never("certificate")),
        (caused(httpx.ConnectError("-"), ssl.SSLError("-")), Later("handshake")),
        (UnknownHost("-"), Later("unknown-host")),
        (httpx.ConnectTimeout("-"), Later("timed-out", "ConnectTimeout")),
        (TimeoutError(), Later("timed-out", "TimeoutError")),
        (httpx.ConnectError("-"), Later("unreachable", "ConnectError")),
        (httpx.RemoteProtocolError("-"), Later("unreachable", "RemoteProtocolError")),
        (OSError(), Later("unreachable", "OSError")),
    ],
)
def test_a_call_without_an_answer_may_succeed_later_unless_its_address_or_certificate_is_wrong(error, outcome):
    assert failed(error) == outcome
