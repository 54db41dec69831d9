"""What a browser carries while it signs in is sealed, its own, and short-lived."""

from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response

from services.intake.accounts.underway import LIFE, Begun, Underway
from shared.clock import FixedClock
from tests.keys import keys

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Journey(Begun):
    state: str


class Other(Begun):
    other: str


def begun(clock: FixedClock, name: str = "openid", *, secure: bool = True) -> tuple[Underway, str]:
    """What begins, and what the browser was given."""
    underway, response = Underway(keys("intake", clock=clock), name, secure=secure), Response()
    underway.keep(response, Journey(ends=underway.ends(), state="rahasia"))
    return underway, response.headers["set-cookie"]


def sent(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.partition(";")[0].encode("latin-1"))]})


def test_the_browser_that_began_finishes():
    clock = FixedClock(NOON)
    underway, cookie = begun(clock)
    assert underway.found(sent(cookie), Journey) == Journey(ends=NOON + LIFE, state="rahasia")


def test_the_cookie_is_for_this_host_alone_out_of_reach_of_scripts_and_shows_nothing():
    _, cookie = begun(FixedClock(NOON))
    assert cookie.startswith("__Host-tanggap_openid=1.")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"}
    assert "rahasia" not in cookie
    _, plain = begun(FixedClock(NOON), secure=False)
    assert plain.startswith("tanggap_openid=")


def test_two_browsers_that_carry_the_same_show_something_else():
    assert begun(FixedClock(NOON))[1] != begun(FixedClock(NOON))[1]


@pytest.mark.parametrize(("later", "holds"), [(timedelta(), True), (LIFE, True), (LIFE + timedelta(seconds=1), False), (timedelta(days=1), False)])
def test_it_holds_ten_minutes(later, holds):
    clock = FixedClock(NOON)
    underway, cookie = begun(clock)
    clock.moment += later
    assert (underway.found(sent(cookie), Journey) is not None) is holds


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "tanggap_openid=1.AAAA",
        lambda told: told[:-40],
        lambda told: told.replace("=1.", "=2."),
        lambda told: told.replace("=1.", "=."),
        lambda told: told.replace("=1.", "=1.AAAA"),
        lambda told: told + "é",
        lambda told: told.replace("tanggap_openid", "tanggap_passkey"),
    ],
)
def test_whatever_was_changed_is_nothing(change):
    underway, cookie = begun(FixedClock(NOON), secure=False)
    assert underway.found(sent(change(cookie.partition(";")[0])), Journey) is None


def test_what_was_begun_in_one_way_is_nothing_in_another():
    clock = FixedClock(NOON)
    _, cookie = begun(clock, secure=False)
    passkey = Underway(keys("intake", clock=clock), "passkey", secure=False)
    assert passkey.found(sent(cookie.replace("tanggap_openid", "tanggap_passkey")), Journey) is None
    openid, cookie = begun(clock, secure=False)
    assert openid.found(sent(cookie), Other) is None


def test_what_is_dropped_is_taken_from_the_browser():
    response = Response()
    begun(FixedClock(NOON))[0].drop(response)
    assert response.headers["set-cookie"].startswith('__Host-tanggap_openid="";')
    assert "Max-Age=0" in response.headers["set-cookie"]
