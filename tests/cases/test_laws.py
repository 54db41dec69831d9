"""Laws over random commands: no impossible state, every event can be folded, endings are final, events round-trip, no reader list widens."""

from copy import deepcopy
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, Literal, TypeVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.domain.case import conflict as c
from services.cases.domain.case import expecting
from services.cases.domain.case import linking as lk
from services.cases.domain.case import merging as mg
from services.cases.domain.case import planning as h
from services.cases.domain.case import transferring as tr
from services.cases.domain.case.arriving import carrying
from services.cases.domain.case.case import CASE, worked_with
from services.cases.domain.case.moves import Carrying
from services.cases.domain.case.state import ASIDE, OF_WHAT_IS_TOLD, TELLING, Case
from services.cases.domain.case.strands import Acknowledge, Assign, Close, Match, Reopen
from services.cases.domain.case.whereabouts import NoteWhereabouts
from services.cases.domain.case.worked_out import WorkedOut
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.referring.referral.state import ENDED
from services.cases.domain.register import STRATEGIES
from services.cases.domain.strategies.conference import attendees
from services.cases.domain.strategies.group import NoteMember
from services.cases.reading.batch import Batch
from services.cases.reading.projecting import _apply
from services.cases.reading.vocabulary import words_of
from services.cases.rights import Rights, may_read, rights
from shared.access import Principal
from shared.errors import NotFound, Refused
from shared.eventstore.store import Entry
from shared.message import TANGGAP, Fact, Occasion, Recorded
from tests.cases.people import COUNSELLOR, NOW, OTHER, POLICY, STUDENT, TEACHER, later, named, raised, step, take, words
from tests.cases.scenarios import SCENARIOS
from tests.keys import somebody

STATES = {"opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"}
CONCERNS = [
    raised("c-1"), raised("c-2", people=(named(TEACHER),)), raised("c-3", role="accused"), raised("c-4", desk="district"),
    raised("c-5", categories=("sexual-violence",)), raised("c-6", people=(named("father", "guardian"),), guardians_unsafe=True),
]  # fmt: skip
POOL: list[Fact] = [
    *(take(concern) for concern in CONCERNS), *(scenario.when for scenario in SCENARIOS.values()),
    *(command for scenario in SCENARIOS.values() for command in scenario.given),
    step(Acknowledge, by=COUNSELLOR), step(Assign, to=OTHER, by=COUNSELLOR), step(Close, outcome_class="helped", task_reviewed=words(), by=COUNSELLOR),
    step(Reopen, text=words(), by=COUNSELLOR),
]  # fmt: skip
SEQUENCES = st.lists(st.sampled_from(POOL), min_size=1, max_size=40)
PEOPLE = [
    somebody(person, {role}, {school} if school else ())
    for person, role, school in (
        (COUNSELLOR, "counsellor", "smp1"), (OTHER, "counsellor", "smp1"), ("coordinator", "coordinator", "smp1"), ("principal", "principal", "smp1"),
        (TEACHER, "subject-teacher", "smp1"), ("stranger", "counsellor", "sma1"), ("officer", "district-officer", ""), ("auditor", "auditor", ""),
    )
]  # fmt: skip
ORDER = {"nothing": 0, "participant": 1, "receiver": 1, "present": 1, "metadata": 1, "summary": 2, "content": 3}
laws = settings(max_examples=150)


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


def right_of(principal: Principal, case: Case) -> Rights | Literal["nothing"]:
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
        assert (
            set(case.deadlines) >= {each.key for each in worked_with(STRATEGIES).expected(case.activities)} or case.closed or case.moves.merged_into
        )
        assert {each.what for each in case.deadlines.values()} <= words_of().deadlines.keys(), "whatever is expected is named in words"
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
    one_by_one = [CASE.codec.decode(entry) for entry in entries]
    assert CASE.codec.decode_many(entries) == one_by_one
    assert CASE.fold(one_by_one) == last


@laws
@given(SEQUENCES)
def test_deciding_and_folding_leave_the_state_before_as_it_was(commands):
    """A state is remembered and decided on by several at once."""
    for command, before, events, _ in walked(commands):
        copied = deepcopy(before)
        CASE.decide(command, before)
        CASE.fold(events, before)
        assert before == copied


@laws
@given(SEQUENCES)
def test_an_ended_activity_stays_ended(commands):
    ended: dict[str, str] = {}
    for _, _, _, case in walked(commands):
        for each in case.activities.values():
            assert ended.get(each.activity, each.state) == each.state
            if each.ended:
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
                opened = any(each.reader == person.id for each in case.handling.broken.values())
                if may_read(person, case, activity, allowed, NOW) and activity.strategy == "counselling":
                    assert person.id == activity.owner or opened
                if may_read(person, case, activity, allowed, NOW) and activity.strategy == "conference":
                    assert person.id in attendees(activity) or opened


@laws
@given(SEQUENCES)
def test_who_is_named_works_nothing(commands):
    for command, before, events, _ in walked(commands):
        if events and before.case and command.__class__.__name__ != "TakeConcern":
            assert getattr(command, "by", None) not in before.named


def listed(events) -> dict[str, Any]:
    """The row of the case list after these events of one case."""
    batch = Batch({})
    for version, event in enumerate(events, start=1):
        recorded = SimpleNamespace(
            type=event.type, stream="case-case-1", position=version, version=version, school="smp1", actor="a", happened_at=NOW, recorded_at=NOW
        )
        _apply(batch, cast("Recorded", recorded), event.model_dump(mode="json"))
    return batch.cases["case-1"]


TAKES = [Carrying(), *(carrying(case) for _, _, _, case in walked(take(concern) for concern in CONCERNS[1:4]))]
"""What three merged cases bring along, among it people who are named, a higher level and the district's desk."""

MOVES: list[Fact] = [
    command
    for number in range(4)
    for command in (
        step(h.WaitForCase, until=later(days=9), what=words()), step(h.ResumeCase), step(mg.MergeInto, into="other", policy=POLICY),
        step(mg.UnmergeCase, reason=words(), policy=POLICY), step(Close, outcome_class="helped", task_reviewed=words(), by=COUNSELLOR), step(Reopen, text=words(), by=f"by-{number}"),
        step(tr.TransferCase, to=f"sma{number}", reason=words(), receipt_by=NOW),
        step(tr.ReceiveTransfer, school=f"sma{number}", policy=POLICY), step(tr.DeclineTransfer, school=f"sma{number}", reason=words()),
        step(tr.WithdrawTransfer, reason=words()), step(mg.TakeMerged, merged=f"case-{number}", takes=TAKES[number], policy=POLICY),
        step(mg.GiveBackMerged, merged=f"case-{number}"), NoteWhereabouts(school=("smp1", "sma1", "sma2", None)[number], at=later(days=number), policy=POLICY),
        step(Acknowledge, by=COUNSELLOR, there=False),
        step(Assign, to=f"counsellor-{number}", by=COUNSELLOR), step(Acknowledge, by=COUNSELLOR), take(CONCERNS[number]),
        step(c.DeclareConflict, person="somebody", ground="other", substitute=None, rule_by=NOW),
        step(c.RuleConflict, person="somebody", conflicted=bool(number % 2), reason=words(), rule_by=NOW),
    )
] + [
    step(h.AssessCase, field="social", findings=words(), safe=True), SCENARIOS[h.PlanCase].when, SCENARIOS[NoteMember].when,
    step(DraftReferral, referral="r-1", agency="a", why=words(), alternatives=("b",), consent="given", by=COUNSELLOR), SCENARIOS[lk.UnmatchStudent].when, step(Match, student=STUDENT, student_at="sma1", by=COUNSELLOR, policy=POLICY),
]  # fmt: skip


@laws
@given(st.lists(st.sampled_from(MOVES), min_size=5, max_size=40).map(lambda moves: [take(), *moves]))
def test_the_list_says_of_a_case_what_the_case_says_of_itself(commands):
    told = []
    for _, _, events, case in walked(commands):
        told += events
        row = listed(told)
        for name in ("state", "school", "student", "urgency", "acknowledged_by", "desk", "version"):
            assert row[name] == getattr(case, name), name
        assert row["assignee"] == case.owner
        assert case.named <= set(row["named"]), "whoever is named finds it in no list"


def test_the_laws_meet_real_cases():
    """The pool really leads somewhere: most commands are decided at least once in a long walk."""
    reached = {type(command).__name__ for command, _, events, _ in walked(POOL * 3) if events}
    assert len(reached) > 30, sorted(reached)


C = TypeVar("C", bound=Case)
FIELDS = frozenset(each.name for each in fields(Case))


class Lasting(Case):
    """A case without the fields that are aside."""

    def __getattribute__(self, name: str) -> Any:
        assert name not in ASIDE, f"{name} is aside, so nothing that is kept may be worked out of it"
        return object.__getattribute__(self, name)


class Telling(Case):
    """A case of which only what its concerns, moves and conflicts say can be read."""

    def __getattribute__(self, name: str) -> Any:
        assert name in TELLING or name not in FIELDS, f"{name} changes without them, so nothing that is kept beside it may be worked out of it"
        return object.__getattribute__(self, name)


def only(kind: type[C], case: Case) -> C:
    made = object.__new__(kind)
    vars(made).update({each.name: getattr(case, each.name) for each in fields(case)})
    return made


def kept(case: Case) -> dict[str, Any]:
    """Everything that a case works out once and keeps, but for `about`, which knows the version."""
    return {name: getattr(case, name) for name, each in vars(Case).items() if isinstance(each, WorkedOut) and name not in ("_kept", "about")}


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=[each.__name__ for each in SCENARIOS])
def test_what_a_case_keeps_is_what_it_would_work_out_anew(scenario):
    for _, before, events, case in walked([take(), *scenario.given, scenario.when]):
        assert case == CASE.fold(events, replace(before)), "what was foreseen while deciding is what folding finds"
        assert (case.about, kept(case)) == (replace(case).about, kept(only(Lasting, case)))
        telling = only(Telling, case)
        assert {name: getattr(case, name) for name in OF_WHAT_IS_TOLD} == {name: getattr(telling, name) for name in OF_WHAT_IS_TOLD}
        expecting.of_its_parts(worked_with(STRATEGIES), case)
        assert vars(case)["_kept"] == {work_out: work_out(only(Lasting, case)) for work_out in vars(case)["_kept"]}
