"""An address whose last part is a secret may be any text: what leads away from it tells the browser nothing else (people.md, By link)."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from services.notifications.families.visits import COOKIE, UNDER, Visits
from services.notifications.secret_address import leave_link
from shared.clock import FixedClock
from tests.keys import keys


@pytest.mark.parametrize("token", ["a; Domain=evil.example; Max-Age=900", "a\r\nX-Evil: 1", "\u4e2d", "\U0010ffff"])
def test_leaving_a_forged_address_takes_one_cookie_of_one_path_away(token):
    visits = Visits(keys("notifications"), FixedClock(datetime(2026, 11, 28, tzinfo=UTC)), secure=True)
    told = leave_link(visits, token).headers["set-cookie"].split("; ")
    assert [each for each in told if not each.startswith("expires=")] == [
        f'{COOKIE}=""',
        "HttpOnly",
        "Max-Age=0",
        f"Path={UNDER}{quote(token, safe='')}",
        "SameSite=lax",
        "Secure",
    ]
