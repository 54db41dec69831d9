"""What a reporter adds to a concern, and what the school writes back."""

from services.intake.domain.concern import CONCERN, AddToConcern, KeepAnswer, NoSuchConcern, RaiseConcern
from services.intake.domain.concern.events import ConcernAddedTo, ConcernAnswered, ConcernEnded, ConcernMovedOn, with_letters
from services.intake.domain.concern.state import Concern
from shared.events import ConcernContinued, NamedPerson
from shared.testing import given
from tests.intake.concerns import ABOUT_ANI, ANI, BUDI, FIELDS, RECEIVED, UNKNOWN, sealed

ADD = AddToConcern(addition="a1", text=sealed("addition"), texts={"ani": sealed("ani again")}, answers={"weapon": True})
ADDED = ConcernAddedTo(addition="a1", text=sealed("addition"))
ABOUT_ANI_AGAIN = ConcernContinued(
    concern="c1", addition="a1", school="smp1", student="ani", students=1, kind="incident", categories=("bullying",), answers={"weapon": True},
    facts={"weapon": True, "fear": True}, text=sealed("ani again"), people=(), guardians_unsafe=False, desk="school", role="affected", reporter_kind="staff",
)  # fmt: skip


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
