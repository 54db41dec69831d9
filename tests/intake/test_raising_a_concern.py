"""Raising a concern: one event for each student, each under its own key."""

import pytest

from services.intake.domain.concern import CONCERN, RaiseConcern
from services.intake.domain.concern.events import ConcernEnded, ConcernReceived
from shared.events import ConcernRaised, NamedPerson
from shared.testing import given
from tests.intake.concerns import ABOUT_ANI, ANI, BUDI, FIELDS, RECEIVED, UNKNOWN, sealed

RAISE = RaiseConcern(**FIELDS)


def raised(**changed) -> list[ConcernRaised]:
    """What is told of each student when a concern with these changes is raised."""
    received, *told = CONCERN.decide(RaiseConcern(**FIELDS | changed), CONCERN.initial)
    assert isinstance(received, ConcernReceived)
    raised = [each for each in told if isinstance(each, ConcernRaised)]
    assert raised == told
    return raised


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
