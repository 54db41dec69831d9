"""A report that came over the rate: held, marked, never refused; set aside by a person, and back again (ADR 59)."""

from datetime import UTC, datetime

import pytest

from services.intake.domain.concern import CONCERN, AddToConcern, Flooded, RaiseConcern
from services.intake.domain.concern.events import ConcernAddedTo, ConcernReceived
from services.intake.domain.concern.state import Concern
from services.intake.domain.held import (
    BY_ITSELF,
    BringBack,
    ConcernHeld,
    HeldAddedTo,
    HeldBroughtBack,
    HeldLetThrough,
    HeldRead,
    HeldSetAside,
    LetThrough,
    NotHeld,
    ReadHeld,
    SetAside,
)
from services.intake.flooding import OF_A_NETWORK, OF_EVERYBODY, Flooding
from shared.events import ConcernContinued, ConcernRaised
from shared.testing import Given, given
from tests.intake.concerns import FIELDS, UNKNOWN, sealed

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
FLOODED = Flooded(alike=4, crowd=60, at=NOON)
ADDED = AddToConcern(addition="a1", text=sealed("more"), texts={}, answers={"weapon": True})
ASIDE = HeldSetAside(concern="c1", by="guru", ground="advertising", words=None)


def told(*, flooded: bool) -> list:
    command = RaiseConcern(**FIELDS | {"students": (UNKNOWN,), "flooded": FLOODED if flooded else None})
    return list(CONCERN.decide(command, Concern()))


RECEIVED, RAISED = told(flooded=False)
HELD = ConcernHeld(concern="c1", school="smp1", waiting=(RAISED,), alike=4, crowd=60, at=NOON)


@pytest.fixture
def held() -> Given:
    return given(CONCERN, RECEIVED, HELD)


def test_over_the_rate_a_report_is_kept_whole_with_its_receipt_and_told_to_nobody():
    assert told(flooded=True) == [RECEIVED, HELD]
    assert isinstance(RECEIVED, ConcernReceived)
    assert not [each for each in told(flooded=True) if each.public]


def test_let_through_it_is_told_as_any_other_and_twice_is_quiet(held):
    through = held.when(LetThrough(by="guru")).then(HeldLetThrough(concern="c1", by="guru"), RAISED)
    through.when(LetThrough(by=BY_ITSELF)).then()
    assert (through.state.held, through.state.raised) == (None, (RAISED,))


def test_what_is_set_aside_comes_back_and_nothing_set_aside_goes_on_by_itself(held):
    aside = held.when(SetAside(by="guru", ground="advertising", words=None)).then(ASIDE)
    aside.when(LetThrough(by=BY_ITSELF)).then()
    back = aside.when(BringBack(by="budi")).then(HeldBroughtBack(concern="c1", by="budi"))
    back.when(LetThrough(by=BY_ITSELF)).then(HeldLetThrough(concern="c1", by=BY_ITSELF), RAISED)


def test_what_was_let_through_is_not_set_aside_any_more(held):
    through = held.when(LetThrough(by="guru")).then(HeldLetThrough(concern="c1", by="guru"), RAISED)
    through.when(SetAside(by="budi", ground="trying-out", words=None)).refuses(NotHeld)


def test_whoever_reads_it_is_kept_once(held):
    held.when(ReadHeld(by="guru")).then(HeldRead(concern="c1", by="guru")).when(ReadHeld(by="guru")).then()


def test_a_reporter_who_writes_again_brings_it_back_and_their_words_follow_the_first_ones(held):
    continued = continued_of(RAISED)
    waits = HeldAddedTo(concern="c1", continued=(continued,), attached=())
    said = ConcernAddedTo(addition="a1", text=ADDED.text)
    back = given(CONCERN, RECEIVED, HELD, ASIDE).when(ADDED).then(said, waits, HeldBroughtBack(concern="c1", by=None))
    back.when(LetThrough(by="guru")).then(HeldLetThrough(concern="c1", by="guru"), RAISED, continued)


def continued_of(raised: ConcernRaised) -> ConcernContinued:
    """What is told of the addition, as without any flood."""
    events = CONCERN.decide(ADDED, CONCERN.fold([RECEIVED, raised]))
    (found,) = [each for each in events if isinstance(each, ConcernContinued)]
    return found


# the rate ---------------------------------------------------------------------------------------------------------------


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now


def test_two_classes_in_one_room_are_not_held_and_a_network_that_floods_holds_nobody_else():
    time = Time()
    flooding = Flooding(time.clock)
    assert [flooding.judged("school", f"report {number}", NOON) for number in range(OF_A_NETWORK.at_once)] == [None] * OF_A_NETWORK.at_once
    junk = [flooding.judged("junk", "Beli!", NOON) for _ in range(18_000)]
    assert sum(each is None for each in junk) == OF_A_NETWORK.at_once
    true = [flooding.judged(f"home {number}", f"true {number}", NOON) for number in range(20)]
    assert true == [None] * 20, "three hundred a second hide none of twenty true ones"
    time.now += 60
    assert sum(flooding.judged("junk", "Beli!", NOON) is None for _ in range(100)) == int(60 * OF_A_NETWORK.a_second)


def test_a_flood_from_everywhere_is_held_and_says_how_often_the_same_words_came():
    flooding = Flooding(Time().clock)
    for number in range(OF_EVERYBODY.at_once):
        assert flooding.judged(f"network {number}", "Beli sekarang" if number else "Aku takut", NOON) is None
    assert flooding.judged("another", "  AKU\ntakut ", NOON) == Flooded(alike=1, crowd=0, at=NOON)
    assert flooding.judged("another", "Beli sekarang! (501)", NOON) == Flooded(alike=OF_EVERYBODY.at_once - 1, crowd=1, at=NOON), (
        "a number hides nothing"
    )


def test_what_is_held_says_how_many_came_from_its_network_shortly_before_and_that_is_forgotten():
    time = Time()
    flooding = Flooding(time.clock)
    for number in range(OF_EVERYBODY.at_once):
        flooding.judged(f"junk {number % 20}", str(number), NOON)
    crowds = [told and told.crowd for told in (flooding.judged(network, "kata", NOON) for network in ("junk 1", "home", "home"))]
    assert crowds == [25, 0, 1]
    time.now += 25 / OF_A_NETWORK.a_second
    for _ in range(OF_EVERYBODY.at_once):
        flooding.judged("elsewhere", "", NOON)
    assert flooding._buckets.of("junk 2")[0].taken(time.now) == 0


def test_no_address_and_no_word_is_kept_even_in_memory():
    flooding = Flooding()
    flooding.judged("203.0.113.77", "kenari", NOON)
    assert [each for each in ("203.0.113.77", "kenari") if each in repr(vars_of(flooding))] == []


def vars_of(flooding: Flooding) -> list[object]:
    buckets = [getattr(flooding._buckets, name) for name in ("_networks", "_everybody", "_key")]
    return [*buckets, flooding._words, flooding._key]
