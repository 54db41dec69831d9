"""Whatever comes in whatever order: no impossible state, nothing twice, nothing lost."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.intake.domain.concern import CONCERN, AddToConcern, Command, End, MoveOn, NamedStudent, NoSuchConcern, RaiseConcern
from services.intake.domain.concern.events import ConcernAddedTo, ConcernEnded, ConcernMovedOn, ConcernReceived
from services.intake.domain.concern.state import Concern
from shared.events import (
    Category,
    Channel,
    ConcernContinued,
    ConcernKind,
    ConcernRaised,
    NamedPerson,
    OutcomeClass,
    PersonRole,
    Relation,
    ReporterKind,
    StudentRole,
)
from shared.events import Fact as Danger
from shared.eventstore.store import Entry
from shared.message import Occasion
from shared.sealed import Sealed

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

ORDER = ("received", "read", "in_progress", "closed")
QUICK = settings(max_examples=60, database=None)


def one_of(literal) -> st.SearchStrategy[str]:
    return st.sampled_from(literal.__args__)


IDS = st.sampled_from(["ani", "budi", "citra", "dewi"])
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone comes after
BOXES = st.builds(Sealed, kid=st.uuids().map(str), context=st.text('abc-/é\n"\\'), box=st.binary(max_size=20).map(bytes.hex))
STUDENTS = st.builds(
    NamedStudent,
    student=st.none() | IDS,
    school=st.sampled_from(["smp1", "sma1"]),
    role=one_of(StudentRole),
    text=BOXES,
    description=st.none() | BOXES,
)
PEOPLE = st.builds(NamedPerson, person=st.none() | IDS, relation=one_of(Relation), role=one_of(PersonRole))
SAID = {
    "concern": st.just("c1"),
    "school": st.sampled_from(["smp1", "sma1"]),
    "kind": one_of(ConcernKind),
    "categories": st.lists(one_of(Category), min_size=1, max_size=3).map(tuple),
    "facts": st.dictionaries(one_of(Danger), st.booleans(), max_size=4),
    "people": st.lists(PEOPLE, max_size=3).map(tuple),
    "channel": one_of(Channel),
    "reporter_kind": one_of(ReporterKind),
    "reporter": st.none() | IDS,
    "happened_at": st.none() | MOMENTS,
}
RAISES = st.builds(RaiseConcern, narrative=BOXES, students=st.lists(STUDENTS, min_size=1, max_size=4).map(tuple), reply_to=st.none() | BOXES, **SAID)
ADDITIONS = st.builds(
    AddToConcern,
    addition=st.sampled_from(["a1", "a2", "a3"]),
    text=BOXES,
    texts=st.dictionaries(IDS, BOXES, max_size=3),
    answers=SAID["facts"],
)
MOVES = st.builds(MoveOn, state=st.sampled_from(["read", "in_progress"]))
ENDS = st.builds(End, outcome=one_of(OutcomeClass))
COMMANDS = st.lists(RAISES | ADDITIONS | MOVES | ENDS, max_size=12)
EVENTS = st.lists(
    st.builds(
        ConcernReceived,
        **{name: SAID[name] for name in ("concern", "school", "channel", "reporter_kind", "reporter")},
        narrative=BOXES,
        reply_to=st.none() | BOXES,
    )
    | st.builds(
        ConcernRaised,
        **SAID,
        student=st.none() | IDS,
        role=one_of(StudentRole),
        text=BOXES,
        description=st.none() | BOXES,
        others=st.lists(IDS, max_size=2).map(tuple),
        guardians_unsafe=st.booleans(),
        desk=st.sampled_from(["school", "district"]),
    )
    | st.builds(ConcernAddedTo, addition=st.sampled_from(["a1", "a2"]), text=BOXES)
    | st.builds(
        ConcernContinued,
        **{name: SAID[name] for name in ("concern", "school", "kind", "categories", "facts", "people")},
        addition=IDS,
        student=st.none() | IDS,
        students=st.integers(1, 3),
        answers=SAID["facts"],
        text=BOXES,
        role=one_of(StudentRole),
        reporter_kind=SAID["reporter_kind"],
        guardians_unsafe=st.booleans(),
        desk=st.sampled_from(["school", "district"]),
    )
    | st.builds(ConcernMovedOn, state=st.sampled_from(["read", "in_progress"]))
    | st.builds(ConcernEnded, outcome=one_of(OutcomeClass)),
    max_size=10,
)


def played(commands: list[Command]) -> list[tuple[Command, Concern, list, Concern]]:
    """Each command with the state before it, what was decided (nothing where refused), and the state after it."""
    steps, state = [], CONCERN.initial
    for command in commands:
        try:
            decided = list(CONCERN.decide(command, state))
        except NoSuchConcern:
            assert isinstance(command, AddToConcern), "only adding is ever refused"
            assert state.concern is None, "and only where there is nothing"
            decided = []
        after = CONCERN.fold(decided, state)
        steps.append((command, state, decided, after))
        state = after
    return steps


@QUICK
@drawn(COMMANDS)
def test_in_any_order_of_commands_no_impossible_state_is_reached(commands):
    for command, before, decided, after in played(commands):
        assert (after.outcome is not None) == (after.state == "closed")
        assert ORDER.index(after.state) >= ORDER.index(before.state), "a status never goes back"
        assert before.additions <= after.additions
        if after.concern is None:
            assert after == CONCERN.initial, "nothing happens before the first words"
        if before.concern is not None:
            assert (after.concern, after.school, after.reporter) == (before.concern, before.school, before.reporter), "the first words stay"
        if before.outcome is not None:
            assert after.outcome == before.outcome
        if isinstance(command, RaiseConcern) and before.concern is None:
            assert [each.type for each in decided] == ["concern-received"] + ["concern-raised"] * len(command.students)
        elif isinstance(command, AddToConcern) and decided:
            assert [each.type for each in decided] == ["concern-added-to"] + ["concern-continued"] * (len(decided) - 1)
            assert all(each.facts.items() >= command.answers.items() for each in decided[1:])
        else:
            assert len(decided) <= 1


@QUICK
@drawn(COMMANDS)
def test_every_command_is_quiet_when_it_comes_twice(commands):
    for command, _, _, after in played(commands):
        if after.concern is not None:
            assert list(CONCERN.decide(command, after)) == []


@QUICK
@drawn(COMMANDS)
def test_a_concern_is_received_at_most_once_and_its_history_folds_to_its_state(commands):
    steps = played(commands)
    history = [event for _, _, decided, _ in steps for event in decided]
    assert sum(isinstance(event, ConcernReceived) for event in history) <= 1
    assert sum(isinstance(event, ConcernEnded) for event in history) <= 1
    assert CONCERN.fold(history) == (steps[-1][3] if steps else CONCERN.initial)


@QUICK
@drawn(EVENTS)
def test_folding_knows_an_answer_for_every_event_in_every_order(events):
    state = CONCERN.fold(events)
    assert state.state in ORDER
    assert state.additions == {event.addition for event in events if isinstance(event, ConcernAddedTo)}


@QUICK
@drawn(EVENTS)
def test_every_event_comes_back_from_its_text_as_it_was(events):
    occasion = Occasion("citra", "smp1", NOON, uuid4(), uuid4())
    for place, event in enumerate(events):
        written = CONCERN.codec.encode(event, "concern-c1", occasion, place)
        kept = Entry("concern-c1", place + 1, place + 1, written.type, written.schema_version, written.body)
        assert CONCERN.codec.decode(kept) == event
        assert CONCERN.codec.decode_many([kept]) == [event]


@QUICK
@drawn(RAISES, st.uuids())
def test_a_retry_gives_every_event_the_same_id_and_no_two_events_share_one(command, cause: UUID):
    occasion = Occasion("citra", "smp1", NOON, cause, cause)

    def ids() -> list[UUID]:
        events = CONCERN.decide(command, CONCERN.initial)
        return [CONCERN.codec.encode(event, "concern-c1", occasion, place).id for place, event in enumerate(events)]

    assert ids() == ids()
    assert len(set(ids())) == len(command.students) + 1
