"""Laws over random sequences of commands: no impossible state, folding is total, endings absorb, events round-trip, no reader list widens."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.cases.domain.case import CASE
from services.cases.domain.referral import ENDED
from services.cases.domain.state import CASE_STRATEGIES, Case
from services.cases.domain.strands import Acknowledge, Assign, Close, Reopen
from services.cases.rights import may_read, rights
from shared.access import Principal
from shared.errors import NotFound, Refused
from shared.eventstore.store import Entry
from shared.message import TANGGAP, Fact, Occasion
from tests.cases.people import COUNSELLOR, NOW, OTHER, TEACHER, named, raised, take, words
from tests.cases.scenarios import SCENARIOS

STATES = {"opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"}
CONCERNS = [
    raised("c-1"), raised("c-2", people=(named(TEACHER),)), raised("c-3", role="accused"), raised("c-4", desk="district"),
    raised("c-5", categories=("sexual-violence",)), raised("c-6", people=(named("father", "guardian"),), guardians_unsafe=True),
]  # fmt: skip
POOL: list[Fact] = [
    *(take(concern) for concern in CONCERNS), *(scenario.when for scenario in SCENARIOS.values()),
    *(command for scenario in SCENARIOS.values() for command in scenario.given),
    Acknowledge(by=COUNSELLOR), Assign(to=OTHER, by=COUNSELLOR), Close(outcome="helped", task_reviewed=words(), by=COUNSELLOR),
    Reopen(reason=words(), by=COUNSELLOR),
]  # fmt: skip
SEQUENCES = st.lists(st.sampled_from(POOL), min_size=1, max_size=40)
PEOPLE = [
    Principal(person, "person", frozenset({role}), frozenset({school} if school else ()))
    for person, role, school in (
        (COUNSELLOR, "counsellor", "smp1"), (OTHER, "counsellor", "smp1"), ("coordinator", "coordinator", "smp1"), ("principal", "principal", "smp1"),
        (TEACHER, "subject-teacher", "smp1"), ("stranger", "counsellor", "sma1"), ("officer", "district-officer", ""), ("auditor", "auditor", ""),
    )
]  # fmt: skip
ORDER = {"nothing": 0, "participant": 1, "receiver": 1, "metadata": 1, "summary": 2, "content": 3}
laws = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def walked(commands):
    """The case before and after each command that was not refused, and its events."""
    case = CASE.initial
    for command in commands:
        before = case
        try:
            events = CASE.decide(command, case)
        except Refused:
            continue
        case = CASE.fold(events, case)
        yield command, before, events, case


def right_of(principal: Principal, case: Case) -> str:
    try:
        return rights(principal, case, NOW)
    except (NotFound, Refused):
        return "nothing"


@laws
@given(SEQUENCES)
def test_no_sequence_reaches_an_impossible_state(commands):
    for _, _, _, case in walked(commands):
        assert case.state in STATES
        assert all(activity.state for activity in case.activities.values())
        assert not (case.conflicts.upheld & case.conflicts.cleared - case.conflicts.suspended)
        assert set(case.deadlines) >= {each.key for each in CASE_STRATEGIES.expected(case.activities)} or case.closed or case.moves.merged_into
        if case.closed:
            assert all(each.state in ENDED | {"drafted", "approved"} for each in case.referrals.by_id.values())


@laws
@given(SEQUENCES)
def test_every_event_round_trips_and_folds_to_the_same_case(commands):
    told, last = [], CASE.initial
    for _, _, events, last in walked(commands):  # noqa: B007 - the last one is compared
        told += events
    occasion = Occasion("a", "smp1", NOW, TANGGAP, TANGGAP)
    encoded = [CASE.codec.encode(event, "case-1", occasion, place) for place, event in enumerate(told)]
    entries = [Entry("case-1", place, place, each.type, each.schema_version, each.body) for place, each in enumerate(encoded, start=1)]
    assert CASE.fold(CASE.codec.decode(entry) for entry in entries) == last


@laws
@given(SEQUENCES)
def test_an_ended_activity_stays_ended(commands):
    ended: dict[str, str] = {}
    for _, _, _, case in walked(commands):
        for each in case.activities.values():
            assert ended.get(each.activity, each.state) == each.state
            if each.state in CASE_STRATEGIES.by_name[each.strategy].absorbing:
                ended[each.activity] = each.state


@laws
@given(SEQUENCES)
def test_a_concern_that_joins_widens_nobody_s_view(commands):
    for command, before, _, after in walked(commands):
        if before.case is None or command.__class__.__name__ != "TakeConcern" or before.closed:
            continue
        raised_to_officer = before.urgency != after.urgency or before.desk != after.desk
        for person in PEOPLE:
            if raised_to_officer and person.holds("district-officer"):
                continue  # an escalated case shows its summary to the officer: that is what escalation is
            assert ORDER[right_of(person, after)] <= ORDER[right_of(person, before)], person.id


@laws
@given(SEQUENCES)
def test_an_activity_s_readers_are_those_its_strategy_names(commands):
    for _, _, _, case in walked(commands):
        for activity in case.activities.values():
            for person in PEOPLE:
                allowed = right_of(person, case)
                if allowed == "nothing":
                    continue
                opened = any(reader == person.id for reader, _, _ in (case.handling.glasses or {}).values())
                if may_read(person, case, activity, allowed) and activity.strategy == "counselling":
                    assert person.id == activity.owner or opened
                if may_read(person, case, activity, allowed) and activity.strategy == "conference":
                    assert person.id in CASE_STRATEGIES.by_name["conference"].readers(activity) or opened


@laws
@given(SEQUENCES)
def test_who_is_named_works_nothing(commands):
    for command, before, events, _ in walked(commands):
        if events and before.case and command.__class__.__name__ != "TakeConcern":
            assert getattr(command, "by", None) not in before.named


def test_the_laws_meet_real_cases():
    """The pool really leads somewhere: most commands are decided at least once in a long walk."""
    reached = {type(command).__name__ for command, _, events, _ in walked(POOL * 3) if events}
    assert len(reached) > 30, sorted(reached)
