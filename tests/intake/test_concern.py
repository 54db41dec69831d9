"""A concern from its first words to its end: the right events, the right refusal, quiet on repeat, no impossible state in any order."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from services.intake.domain.concern import (
    CONCERN,
    AddToConcern,
    Command,
    Concern,
    ConcernAddedTo,
    ConcernAnswered,
    ConcernEnded,
    ConcernMovedOn,
    ConcernReceived,
    End,
    KeepAnswer,
    MoveOn,
    NamedStudent,
    NoSuchConcern,
    RaiseConcern,
    with_letters,
)
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
from shared.testing import given

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)


def sealed(what: str) -> Sealed:
    return Sealed(kid=f"key-{what}", context=f"concern-c1/{what}", box="Ym94")


ANI = NamedStudent(student="ani", school="smp1", role="affected", text=sealed("ani"))
BUDI = NamedStudent(student="budi", school="sma1", role="accused", text=sealed("budi"))
UNKNOWN = NamedStudent(student=None, school="smp1", role="witness", text=sealed("own"), description=sealed("description"))
FIELDS = {
    "concern": "c1", "school": "smp1", "kind": "incident", "categories": ("bullying",), "facts": {"weapon": False, "fear": True},
    "narrative": sealed("narrative"), "students": (ANI,), "people": (), "channel": "web", "reporter_kind": "staff", "reporter": "citra",
    "reply_to": None, "receipt": "ab" * 32, "happened_at": MORNING,
}  # fmt: skip
RAISE = RaiseConcern(**FIELDS)
RECEIVED = ConcernReceived(
    concern="c1",
    school="smp1",
    narrative=sealed("narrative"),
    channel="web",
    reporter_kind="staff",
    reporter="citra",
    reply_to=None,
    receipt="ab" * 32,
)
ABOUT_ANI = ConcernRaised(
    concern="c1", school="smp1", student="ani", role="affected", kind="incident", categories=("bullying",), facts={"weapon": False, "fear": True},
    text=sealed("ani"), channel="web", reporter_kind="staff", reporter="citra", happened_at=MORNING,
)  # fmt: skip
ADD = AddToConcern(addition="a1", text=sealed("addition"), texts={"ani": sealed("ani again")}, answers={"weapon": True})
ADDED = ConcernAddedTo(addition="a1", text=sealed("addition"))
ABOUT_ANI_AGAIN = ConcernContinued(
    concern="c1", addition="a1", school="smp1", student="ani", students=1, kind="incident", categories=("bullying",), answers={"weapon": True},
    facts={"weapon": True, "fear": True}, text=sealed("ani again"), people=(), guardians_unsafe=False, desk="school", role="affected", reporter_kind="staff",
)  # fmt: skip


def raised(**changed) -> list[ConcernRaised]:
    """What is told of each student when a concern with these changes is raised."""
    received, *told = CONCERN.decide(RaiseConcern(**FIELDS | changed), CONCERN.initial)
    assert isinstance(received, ConcernReceived)
    raised = [each for each in told if isinstance(each, ConcernRaised)]
    assert raised == told
    return raised


# raising -----------------------------------------------------------------------------------------------------------


def test_a_concern_is_received_once_and_told_about_its_student():
    given(CONCERN).when(RAISE).then(RECEIVED, ABOUT_ANI)


def test_raising_twice_is_quiet_also_with_other_words_and_after_the_end():
    given(CONCERN, RECEIVED, ABOUT_ANI).when(RAISE).then()
    given(CONCERN, RECEIVED, ABOUT_ANI).when(RaiseConcern(**FIELDS | {"narrative": sealed("other"), "students": (ANI, BUDI)})).then()
    given(CONCERN, RECEIVED, ABOUT_ANI, ConcernEnded(outcome="helped")).when(RAISE).then()


def test_each_student_gets_an_event_of_their_own_with_their_own_text_school_and_role():
    told = raised(students=(ANI, BUDI, UNKNOWN))
    assert [(each.student, each.school, each.role, each.text, each.description) for each in told] == [
        ("ani", "smp1", "affected", sealed("ani"), None),
        ("budi", "sma1", "accused", sealed("budi"), None),
        (None, "smp1", "witness", sealed("own"), sealed("description")),
    ]


def test_the_strands_name_each_other_by_id_and_never_themselves():
    assert [each.others for each in raised(students=(ANI, BUDI, UNKNOWN))] == [("budi",), ("ani",), ("ani", "budi")]


def test_no_strand_carries_the_text_under_anybody_elses_key():
    ani, budi = raised(students=(ANI, BUDI))
    assert sealed("budi").kid not in ani.model_dump_json()
    assert sealed("ani").kid not in budi.model_dump_json()
    assert sealed("narrative").kid not in ani.model_dump_json() + budi.model_dump_json()


def test_an_identified_student_stays_in_order_under_their_id_and_an_unidentified_one_under_the_concern():
    assert [each.ordering_key for each in raised(students=(ANI, UNKNOWN))] == ["ani", "concern-c1"]


@pytest.mark.parametrize(
    ("person", "unsafe", "desk"),
    [
        (NamedPerson(person=None, relation="guardian", role="accused"), True, "school"),
        (NamedPerson(person="ibu", relation="guardian", role="accused"), False, "school"),
        (NamedPerson(person=None, relation="guardian", role="witness"), False, "school"),
        (NamedPerson(person=None, relation="staff", role="accused"), False, "district"),
        (NamedPerson(person="eka", relation="staff", role="accused"), False, "school"),
        (NamedPerson(person=None, relation="staff", role="involved"), False, "school"),
        (NamedPerson(person=None, relation="outsider", role="accused"), False, "school"),
    ],
)
def test_an_accused_guardian_without_a_name_makes_home_unsafe_and_accused_staff_without_a_name_go_past_the_school(person, unsafe, desk):
    for told in raised(students=(ANI, BUDI), people=(person,)):
        assert (told.guardians_unsafe, told.desk, told.people) == (unsafe, desk, (person,))


def test_without_people_home_is_not_said_to_be_unsafe_and_the_school_has_it():
    (told,) = raised()
    assert (told.guardians_unsafe, told.desk) == (False, "school")


def test_an_unanswered_fact_stays_unknown_and_a_no_stays_a_no():
    (told,) = raised(facts={"weapon": False})
    assert told.facts == {"weapon": False}


def test_what_happened_when_nobody_said_it_stays_open():
    assert raised(happened_at=None)[0].happened_at is None


def test_how_to_reach_the_reporter_is_told_to_nobody_outside_intake():
    events = CONCERN.decide(RaiseConcern(**FIELDS | {"reply_to": sealed("reply-to")}), CONCERN.initial)
    carrying = [each.type for each in events if sealed("reply-to").kid in each.model_dump_json()]
    assert carrying == ["concern-received"]
    assert [each.public for each in events] == [False, True]


# adding ------------------------------------------------------------------------------------------------------------


def added(command=ADD, **changed) -> list[ConcernContinued]:
    """What is told of each student when something is added to a concern with these changes."""
    events = CONCERN.decide(command, CONCERN.fold(CONCERN.decide(RaiseConcern(**FIELDS | changed), CONCERN.initial)))
    assert [each.type for each in events][:1] == ["concern-added-to"]
    return [each for each in events if isinstance(each, ConcernContinued)]


def test_a_reporter_adds_and_the_first_words_stay():
    after = given(CONCERN, RECEIVED, ABOUT_ANI).when(ADD).then(ADDED, ABOUT_ANI_AGAIN)
    assert after.state == Concern(
        "c1", "smp1", "citra", "received", None, frozenset({"a1"}), (ABOUT_ANI,), {"weapon": True, "fear": True}, "staff", "ab" * 32
    )  # fmt: skip


def test_the_same_addition_again_is_quiet_and_another_is_not():
    second = ADD.model_copy(update={"addition": "a2", "answers": {}})
    given(CONCERN, RECEIVED, ABOUT_ANI, ADDED).when(ADD).then()
    told = ABOUT_ANI_AGAIN.model_copy(update={"addition": "a2", "answers": {}, "facts": {"weapon": False, "fear": True}})
    given(CONCERN, RECEIVED, ABOUT_ANI, ADDED).when(second).then(ConcernAddedTo(addition="a2", text=sealed("addition")), told)


def test_each_identified_student_hears_under_the_own_key_once_and_the_unidentified_ones_together_under_the_concerns():
    named_twice = BUDI.model_copy(update={"role": "witness"})
    texts = {"ani": sealed("ani again"), "budi": sealed("budi again")}
    told = added(ADD.model_copy(update={"texts": texts}), students=(ANI, BUDI, named_twice, UNKNOWN, UNKNOWN))
    assert [(each.student, each.school, each.students, each.text, each.ordering_key) for each in told] == [
        ("ani", "smp1", 1, sealed("ani again"), "ani"),
        ("budi", "sma1", 1, sealed("budi again"), "budi"),
        (None, "smp1", 2, sealed("addition"), "concern-c1"),
    ]


def test_nothing_new_is_kept_about_a_student_who_was_erased_and_the_others_hear():
    assert [each.student for each in added(ADD.model_copy(update={"texts": {"budi": sealed("budi again")}}), students=(ANI, BUDI))] == ["budi"]


def test_an_addition_says_all_that_a_case_must_know_of_its_concern():
    people = (NamedPerson(person=None, relation="guardian", role="accused"), NamedPerson(person=None, relation="staff", role="accused"))
    (told,) = added(people=people, categories=("family", "threat"), kind="need")
    assert (told.people, told.guardians_unsafe, told.desk, told.categories, told.kind) == (people, True, "district", ("family", "threat"), "need")


def test_the_latest_answer_counts_and_what_is_not_answered_again_stays():
    once = CONCERN.fold([RECEIVED, ABOUT_ANI, *CONCERN.decide(ADD, CONCERN.fold([RECEIVED, ABOUT_ANI]))])
    again = ADD.model_copy(update={"addition": "a2", "answers": {"fear": False}})
    told = [each.facts for each in CONCERN.decide(again, once) if isinstance(each, ConcernContinued)]
    assert told == [{"weapon": True, "fear": False}]


def test_nothing_is_added_to_a_concern_that_is_not_there():
    given(CONCERN).when(ADD).refuses(NoSuchConcern)


def test_a_reporter_may_add_also_after_the_end_and_the_end_stays():
    after = given(CONCERN, RECEIVED, ConcernEnded(outcome="helped")).when(ADD).then(ADDED)  # it names nobody in this test
    assert (after.state.state, after.state.outcome) == ("closed", "helped")


# moving on ---------------------------------------------------------------------------------------------------------


def test_a_concern_is_read_and_then_worked_on():
    after = given(CONCERN, RECEIVED).when(MoveOn(state="read")).then(ConcernMovedOn(state="read"))
    after.when(MoveOn(state="in_progress")).then(ConcernMovedOn(state="in_progress"))


def test_a_concern_may_be_worked_on_without_having_been_read():
    given(CONCERN, RECEIVED).when(MoveOn(state="in_progress")).then(ConcernMovedOn(state="in_progress"))


@pytest.mark.parametrize(("reached", "asked"), [("read", "read"), ("in_progress", "in_progress"), ("in_progress", "read")])
def test_a_status_is_not_repeated_and_never_goes_back(reached, asked):
    given(CONCERN, RECEIVED, ConcernMovedOn(state=reached)).when(MoveOn(state=asked)).then()


@pytest.mark.parametrize("asked", ["read", "in_progress"])
def test_a_status_does_not_move_after_the_end_or_before_the_beginning(asked):
    given(CONCERN, RECEIVED, ConcernEnded(outcome="referred")).when(MoveOn(state=asked)).then()
    given(CONCERN).when(MoveOn(state=asked)).then()


# ending ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), (ConcernMovedOn(state="read"),), (ConcernMovedOn(state="in_progress"),)])
def test_a_concern_ends_from_every_state_with_what_its_reporter_may_hear(before):
    after = given(CONCERN, RECEIVED, *before).when(End(outcome="referred")).then(ConcernEnded(outcome="referred"))
    assert (after.state.state, after.state.outcome) == ("closed", "referred")


def test_of_several_ends_the_first_counts():
    given(CONCERN, RECEIVED, ConcernEnded(outcome="helped")).when(End(outcome="not-reached")).then()


def test_what_was_never_raised_does_not_end():
    given(CONCERN).when(End(outcome="helped")).then()


def test_the_refusal_is_told_in_both_languages_and_names_nobody():
    refusal = NoSuchConcern()
    assert refusal.code == "no-such-concern"
    assert refusal.status == 409
    assert refusal.indonesian and str(refusal) == refusal.english


# any order whatever ------------------------------------------------------------------------------------------------

ORDER = ("received", "read", "in_progress", "closed")
QUICK = settings(max_examples=60, deadline=None, database=None)


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


# what is written back ----------------------------------------------------------------------------------------------


ANSWER = KeepAnswer(answer="answer-1", text=sealed("answer"))
ANSWERED = ConcernAnswered(answer="answer-1", text=sealed("answer"))


def test_what_the_school_writes_is_kept_for_the_reporter_once():
    given(CONCERN, RECEIVED, ABOUT_ANI).when(ANSWER).then(ANSWERED, ConcernMovedOn(state="read"))
    given(CONCERN, RECEIVED, ABOUT_ANI, ConcernMovedOn(state="in_progress")).when(ANSWER).then(ANSWERED)
    given(CONCERN, RECEIVED, ABOUT_ANI, ANSWERED).when(ANSWER).then()


def test_it_is_kept_after_the_end_too_and_the_state_stays():
    after = given(CONCERN, RECEIVED, ABOUT_ANI, ConcernEnded(outcome="helped")).when(ANSWER).then(ANSWERED)
    assert (after.state.state, after.state.answers) == ("closed", frozenset({"answer-1"}))


def test_nothing_is_kept_where_there_is_no_concern():
    given(CONCERN).when(ANSWER).then()


def test_a_concern_of_an_earlier_release_has_letters_for_a_receipt():
    first = RECEIVED.model_dump(mode="json", exclude={"receipt"}) | {"version": 1}
    assert with_letters(first)["receipt"] is None
