"""Which sessions hold, as a process knows it: asked at most once a second, and with a last resort while the owner does not answer (ADR 30)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from shared.access import Identity
from shared.clock import FixedClock
from shared.errors import Unavailable
from shared.sessions.known import KnownSessions
from shared.sessions.session import Kept, Session, Told
from tests.sessions import session

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANI = session("ani", Identity("ani", "person"), NOON)
BUDI = session("budi", Identity("budi", "person"), NOON)


class Owner:
    """Intake, as far as it is asked: which sessions hold, and where each ending stands. asked: every question."""

    def __init__(self, *sessions: Session) -> None:
        self.sessions = {each.id: each for each in sessions}
        self.endings: dict[str, int] = {}
        self.position, self.answers, self.oldest = 100, True, 0
        self.asked: list[tuple[int | None, tuple[str, ...]]] = []

    def end(self, *ended: Session) -> None:
        for each in ended:
            self.position += 1
            self.endings[each.id] = self.position
            self.sessions.pop(each.id)

    async def look(self, after: int | None, sessions: Sequence[str]) -> Told:
        self.asked.append((after, tuple(sessions)))
        if not self.answers:
            raise Unavailable
        lost = after is None or not self.oldest <= after <= self.position
        ended = None if lost else frozenset(each for each, at in self.endings.items() if at > (after or 0))
        return Told(self.position, ended, {each: self.sessions[each] for each in sessions if each in self.sessions})


class Table:
    """What a sibling kept itself."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}

    async def of(self, session: str) -> Kept | None:
        return self.kept.get(session)

    async def ended(self, sessions: Sequence[tuple[str, str]]) -> None:
        for each, _ in sessions:
            self.kept[each] = Kept(None, NOON)


class World:
    def __init__(self) -> None:
        self.owner, self.table, self.clock, self.now = Owner(ANI, BUDI), Table(), FixedClock(NOON), 1000.0
        self.known = KnownSessions(self.owner, self.clock, self.table, lambda: self.now)

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.clock.moment += timedelta(seconds=seconds)

    def of(self, which: Session, *, reading: bool = True) -> Session | None:
        return asyncio.run(self._of(which, reading=reading))

    async def _of(self, which: Session, *, reading: bool) -> Session | None:
        return await self.known.of(which.id, reading=reading)


@pytest.fixture
def world() -> World:
    return World()


def test_a_session_that_is_not_known_yet_is_asked_for_once(world):
    assert [world.of(ANI), world.of(ANI), world.of(ANI)] == [ANI] * 3
    assert world.owner.asked == [(None, (ANI.id,))]


def test_a_view_of_more_than_a_second_asks_what_ended_since(world):
    world.of(ANI)
    world.pass_(1.0)
    assert world.of(ANI) == ANI
    assert world.owner.asked == [(None, (ANI.id,)), (100, (ANI.id,))]


def test_an_ending_holds_a_second_later_also_for_sessions_that_nobody_asks_about(world):
    world.of(ANI), world.of(BUDI)
    world.owner.end(BUDI)
    assert world.of(BUDI) == BUDI  # within the second
    world.pass_(1.0)
    assert world.of(ANI) == ANI
    assert world.of(BUDI) is None
    assert world.owner.asked[-1] == (101, (BUDI.id,))


def test_what_is_told_of_an_ending_holds_at_once(world):
    world.of(ANI)
    world.owner.end(ANI)
    world.known.forget(ANI.id)
    assert world.of(ANI) is None


def test_an_answer_from_before_an_ending_is_not_remembered_after_it(world):
    async def meanwhile() -> Session | None:
        look = world.owner.look

        async def ended_on_the_way(after, sessions):
            told = await look(after, sessions)
            world.owner.look = look
            world.owner.end(ANI)
            world.known.forget(ANI.id)
            return told

        world.owner.look = ended_on_the_way
        await world.known.of(ANI.id, reading=True)
        return await world.known.of(ANI.id, reading=True)

    assert asyncio.run(meanwhile()) is None


def test_after_too_long_everything_is_asked_for_again(world):
    world.of(ANI), world.of(BUDI)
    world.owner.oldest, world.owner.position = 5000, 6000
    world.owner.sessions.pop(BUDI.id)
    world.pass_(1.0)
    assert [world.of(ANI), world.of(BUDI)] == [ANI, None]


def test_an_unknown_value_is_nobodys_and_remembered_by_nobody(world):
    nobody = session("nobody", Identity("x", "person"), NOON)
    assert world.of(nobody) is None
    assert nobody.id not in world.known._known


def test_many_who_ask_together_share_one_question(world):
    async def all_at_once() -> list[Session | None]:
        return await asyncio.gather(*(world.known.of(each.id, reading=True) for each in (ANI, BUDI, ANI, BUDI)))

    assert asyncio.run(all_at_once()) == [ANI, BUDI, ANI, BUDI]
    assert world.owner.asked == [(None, tuple(sorted((ANI.id, BUDI.id))))]


# while intake does not answer --------------------------------------------------------------------------------------


@pytest.fixture
def silent(world) -> World:
    world.of(ANI)
    world.table.kept[ANI.id] = Kept(ANI, world.clock.now())
    world.owner.answers = False
    world.pass_(2)
    return world


def test_a_known_session_reads_for_ten_minutes_after_intakes_last_word(silent):
    silent.pass_(10 * 60 - 3)
    assert silent.of(ANI) == ANI
    silent.pass_(2)
    with pytest.raises(Unavailable):
        silent.of(ANI)


def test_it_writes_nothing_and_steps_up_to_nothing(silent):
    with pytest.raises(Unavailable):
        silent.of(ANI, reading=False)


def test_an_ending_that_this_service_was_told_of_counts_although_another_process_was_told(silent):
    asyncio.run(silent.table.ended([(ANI.id, ANI.person)]))
    assert silent.of(ANI) is None


def test_a_session_that_this_service_never_heard_of_is_not_taken_on_trust_and_not_said_to_have_ended(silent):
    """A service that has just started asks intake too hastily once: whoever signed in a moment ago is told to try again, and not that they are out."""
    with pytest.raises(Unavailable, match="not known here yet"):
        silent.of(BUDI)
    silent.owner.answers = True
    silent.pass_(0.6)
    assert silent.of(BUDI) == BUDI


def test_a_process_that_has_just_started_reads_by_what_was_kept_for_ten_minutes(world):
    world.owner.answers = False
    world.table.kept[ANI.id] = Kept(ANI, NOON - timedelta(minutes=9))
    assert world.of(ANI) == ANI
    world.pass_(61)
    with pytest.raises(Unavailable):
        world.of(ANI)


def test_a_clock_that_was_set_back_makes_no_old_word_young(silent):
    silent.clock.moment -= timedelta(hours=1)
    with pytest.raises(Unavailable):
        silent.of(ANI)


def test_intake_is_not_asked_by_everybody_in_turn_while_it_is_silent(silent):
    before = len(silent.owner.asked)
    assert [silent.of(ANI) for _ in range(5)] == [ANI] * 5
    assert len(silent.owner.asked) == before + 1


def test_when_intake_answers_again_it_is_asked_again(silent):
    silent.of(ANI)
    silent.owner.answers = True
    silent.owner.end(ANI)
    silent.pass_(0.6)
    assert silent.of(ANI) is None


def test_the_owner_itself_has_no_last_resort(world):
    world.known = KnownSessions(world.owner, world.clock, ticks=lambda: world.now)
    world.of(ANI)
    world.owner.answers = False
    world.pass_(2)
    with pytest.raises(Unavailable):
        world.of(ANI)
