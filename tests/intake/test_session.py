"""The decision unit of sessions: begun once, proved again while it holds, and over when it has ended (people.md, Signing in)."""

from datetime import UTC, datetime, timedelta

import pytest

from services.intake.domain.session import SESSION, Begin, End, Prove, Session, continued
from shared.errors import NotSignedIn
from shared.events import SessionBegun, SessionEnded, SessionProved
from shared.testing import given

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ID = "ab" * 32
BEGUN = SessionBegun(session=ID, person="ani", kind="person", level="single", way="password", proved_at=NOON, ends_at=NOON + timedelta(hours=12))
ENDED = SessionEnded(session=ID, person="ani", why="signed-out")


def proved(level, way, at) -> SessionProved:
    return SessionProved(session=ID, person="ani", level=level, way=way, proved_at=at)


def test_a_session_begins_once():
    given(SESSION).when(Begin(told=BEGUN)).then(BEGUN).when(Begin(told=BEGUN)).then()


def test_a_proof_is_noted_with_its_moment_and_way():
    later = NOON + timedelta(hours=1)
    given(SESSION, BEGUN).when(Prove(level="single", way="openid", at=later)).then(proved("single", "openid", later))


def test_a_stronger_proof_strengthens_the_session_and_a_weaker_one_later_takes_nothing_away():
    one, two = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
    strong = given(SESSION, BEGUN).when(Prove(level="two-factor", way="passkey", at=one)).then(proved("two-factor", "passkey", one))
    strong.when(Prove(level="single", way="password", at=two)).then(proved("two-factor", "password", two))


@pytest.mark.parametrize("events", [(), (BEGUN, ENDED)])
def test_nobody_proves_anything_in_a_session_that_does_not_hold(events):
    given(SESSION, *events).when(Prove(level="single", way="password", at=NOON)).refuses(NotSignedIn)


def test_a_session_is_not_prolonged_by_a_proof():
    over = NOON + timedelta(hours=12)
    given(SESSION, BEGUN).when(Prove(level="single", way="password", at=over)).refuses(NotSignedIn)


def test_an_ending_is_told_once_and_an_unknown_session_cannot_end():
    given(SESSION, BEGUN).when(End(why="signed-out")).then(ENDED).when(End(why="left")).then()
    given(SESSION).when(End(why="left")).then()


def test_after_a_fresh_proof_a_session_goes_on_under_another_id_with_its_own_times():
    stronger = SESSION.fold([BEGUN, proved("two-factor", "passkey", NOON + timedelta(hours=1))])
    assert continued(stronger, "cd" * 32) == BEGUN.model_copy(update={"session": "cd" * 32, "level": "two-factor"})


@pytest.mark.parametrize("session", [Session(), SESSION.fold([BEGUN, ENDED])])
def test_what_does_not_hold_cannot_go_on(session):
    with pytest.raises(NotSignedIn):
        continued(session, "cd" * 32)
