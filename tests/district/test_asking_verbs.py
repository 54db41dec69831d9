"""`sessions`, `subject`, `breach` and `retention run`: what the operator's command asks of a running district, and what it prints."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from district.__main__ import app
from district.commands import asking, directory, erasing, sessions
from district.commands.asking import span
from shared.errors import Invalid
from tests.district.test_people_verbs import Home

JAKARTA = ZoneInfo("Asia/Jakarta")
AT = "2026-11-27T08:00:00+07:00"
HELD = {"session": "s", "person": "ani", "level": "strong", "way": "passkey", "begun_at": AT, "proved_at": AT, "ends_at": AT}
READ = {"case": "c-1", "student": "ani", "reader": "budi", "what": ["history", "document"], "first": AT, "last": AT, "reads": 3}
ANSWERS: dict[tuple[str, str], dict[str, Any]] = {
    ("GET", "/intake/api/sessions"): {"items": [HELD], "next": None},
    ("POST", "/intake/api/sessions/end"): {"ended": 2, "acknowledged": False, "untold": ["cases"]},
    ("POST", "/intake/api/subject-requests"): {"request": "r-1", "person": "ani", "right": "access", "due": AT, "outcome": None},
    ("GET", "/cases/api/breaches"): {"items": [READ], "students": ["ani"], "due": AT, "notice": "Pemberitahuan [ISI]"},
    ("GET", "/intake/api/retention"): {"day": "2026-11-27", "source": "JRA", "items": []},
}


@pytest.fixture
def asked(monkeypatch) -> list[tuple[str, dict[str, str], Any]]:
    """Path, parameters and body of every request that reaches the district."""
    seen: list[tuple[str, dict[str, str], Any]] = []

    def take(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.path, dict(request.url.params), json.loads(request.content or "null")))
        told = ANSWERS[request.method, request.url.path]
        first = request.url.path.endswith("/sessions") and not request.url.params.get("cursor")
        return httpx.Response(200, json=told | ({"next": "more"} if first else {}))

    real, transport = httpx.Client, httpx.MockTransport(take)
    for module in (directory, sessions, asking, erasing):
        monkeypatch.setattr(module, "find_home", Home)
    monkeypatch.setattr(httpx, "Client", lambda **more: real(transport=transport, headers=more.get("headers")))
    monkeypatch.setenv("TANGGAP_TIME_ZONE", "Asia/Jakarta")
    return seen


def run(*words: str):
    return CliRunner().invoke(app, words)


def test_every_page_of_sessions_is_listed(asked):
    done = run("sessions", "list", "--person", "ani")
    assert (done.exit_code, done.output.splitlines()[1:]) == (
        0,
        ["person\tway\tlevel\tbegun at\tproved at\tends at", *[f"ani\tpasskey\tstrong\t{AT}\t{AT}\t{AT}"] * 2],
    )
    assert [params for _, params, _ in asked] == [{"person": "ani"}, {"person": "ani", "cursor": "more"}]


def test_an_ending_that_a_service_does_not_know_yet_is_a_problem(asked):
    done = run("sessions", "end", "ani")
    assert (done.exit_code, done.output.strip()) == (1, "ani: 2 ended; not told yet: cases")
    assert asked == [("/intake/api/sessions/end", {}, {"person": "ani"})]


def test_who_asks_about_their_data_is_told_by_when(asked):
    done = run("subject", "ani", "--asker", "student")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, f"r-1\tani\taccess\t{AT}")
    assert asked[0][2] == {"person": "ani", "right": "access", "asker": "student"}
    assert run("subject", "ani", "--right", "gossip").exit_code == 2
    assert len(asked) == 1


def test_a_breach_is_asked_for_by_days_of_the_district(asked):
    done = run("breach", "2026-11-25..2026-11-27", "--reader", "budi")
    assert asked == [("/cases/api/breaches", {"since": "2026-11-24T17:00:00+00:00", "until": "2026-11-27T17:00:00+00:00", "reader": "budi"}, None)]
    assert (done.exit_code, done.output.splitlines()[2:]) == (
        0,
        [f"c-1\tani\tbudi\thistory, document\t{AT}\t{AT}\t3", "", "Pemberitahuan [ISI]"],
    )


@pytest.mark.parametrize("period", ["", "..", "yesterday", "2026-02-30", "2026-11-27..2026-11-25", "9999-12-31", "2026-11-27..x"])
def test_what_is_no_period_is_refused_in_words(asked, period):
    done = run("breach", period)
    assert (done.exit_code, asked) == (2, [])


@given(st.integers(0, 2**32).map(lambda second: datetime.fromtimestamp(second, UTC)), st.timedeltas(timedelta(seconds=1), timedelta(days=999)))
def test_two_moments_are_taken_as_they_are(since, long):
    until = since + long
    assert span(f"{since.isoformat()}..{until.isoformat()}", JAKARTA) == (since, until)
    with pytest.raises(Invalid):
        span(f"{until.isoformat()}..{since.isoformat()}", JAKARTA)


def test_retention_is_shown_and_never_run_by_hand(asked):
    assert (run("retention").exit_code, run("retention", "run", "--dry-run", "--day", "2026-11-27").exit_code) == (0, 0)
    assert run("retention", "run").exit_code == 2
    assert [params for _, params, _ in asked] == [{}, {"day": "2026-11-27"}]
