"""The district's own people: appointed, dismissed and suspended by the district's word alone (domain.md, People come and go)."""

import pytest

from services.intake.domain.roster import (
    ROSTER,
    Appoint,
    Dismiss,
    LetGo,
    NameNeeded,
    NobodyOfThisId,
    NotAppointed,
    PostDoesNotFit,
    RegisterPerson,
    Reinstate,
    RosterRowKept,
    Suspend,
)
from shared.events import PersonAppointed, PersonDismissed, PersonLeft, PersonRegistered, PersonReinstated, PersonSuspended, Post
from shared.sealed import Sealed
from shared.testing import given

NAME = Sealed(kid="k", context="c", box="nama")
DUTY, SUPERVISOR, OFFICER = Post("district-duty"), Post("supervisor", "smp1"), Post("district-officer", kind="province")


def appointed(post: Post, name: Sealed | None = NAME) -> PersonAppointed:
    return PersonAppointed(person="dewi", post=post, name=name)


def registered(*posts: Post) -> PersonRegistered:
    return PersonRegistered(person="dewi", kind="staff", school="dinas", posts=posts, name=NAME)


@pytest.mark.parametrize("post", [DUTY, SUPERVISOR, OFFICER, Post("counsellor", "sd1"), Post("school-operator", "sd1"), Post("auditor")])
def test_somebody_who_stands_in_no_roster_is_appointed_once(post):
    told = appointed(post)
    given(ROSTER).when(Appoint(told=told)).then(told).when(Appoint(told=told)).then()


@pytest.mark.parametrize(
    "post",
    [
        Post("supervisor"), Post("supervisor", kind="regency"), Post("district-officer"), Post("district-officer", "smp1"),
        Post("district-officer", "smp1", "regency"), Post("district-duty", "smp1"), Post("auditor", kind="kemenag"), Post("counsellor"),
        Post("student", "smp1"), Post("guardian", "smp1"),
    ],
)  # fmt: skip
def test_security_10_a_role_and_where_it_holds_fit_or_are_refused(post):
    given(ROSTER).when(Appoint(told=appointed(post))).refuses(PostDoesNotFit)


def test_nobody_is_appointed_without_a_name_unless_the_roster_has_it():
    told = appointed(OFFICER, name=None)
    given(ROSTER).when(Appoint(told=told)).refuses(NameNeeded)
    given(ROSTER, registered()).when(Appoint(told=told)).then(told)
    given(ROSTER, registered(), PersonLeft(person="dewi", school="dinas")).when(Appoint(told=told)).refuses(NameNeeded)


def test_a_dismissal_ends_one_post_once_and_is_no_bar_to_another_appointment():
    told = PersonDismissed(person="dewi", post=DUTY)
    history = given(ROSTER, appointed(DUTY), appointed(OFFICER))
    history.when(Dismiss(person="dewi", post=DUTY)).then(told).when(Dismiss(person="dewi", post=DUTY)).then()
    history.when(Appoint(told=appointed(DUTY))).then(appointed(DUTY))
    assert history.state.appointed == {DUTY, OFFICER}


def test_what_was_not_appointed_cannot_be_dismissed():
    given(ROSTER, registered(Post("counsellor", "smp1"))).when(Dismiss(person="dewi", post=Post("counsellor", "smp1"))).refuses(NotAppointed)


def test_no_import_touches_an_appointment():
    row = RegisterPerson(person=registered(Post("homeroom", "smp1")), digest="d-1")
    gone = PersonLeft(person="dewi", school="dinas")
    history = given(ROSTER, appointed(DUTY))
    history.when(row).then(row.person, RosterRowKept(digest="d-1"))
    history.when(LetGo(person="dewi", school="dinas")).then(gone)
    assert history.state.appointed == {DUTY}
    assert history.state.known


@pytest.mark.parametrize("gone", [True, False])
def test_posts_that_a_roster_of_the_first_release_gave_in_the_district_become_appointments(gone):
    before = registered(DUTY, Post("homeroom", "smp1"))
    row = RegisterPerson(person=registered(Post("homeroom", "smp1")), digest="d-2")
    told = [PersonLeft(person="dewi", school="dinas")] if gone else [row.person, RosterRowKept(digest="d-2")]
    given(ROSTER, before).when(LetGo(person="dewi", school="dinas") if gone else row).then(appointed(DUTY), *told)


def test_such_a_post_can_be_dismissed_before_any_import():
    history = given(ROSTER, registered(DUTY)).when(Dismiss(person="dewi", post=DUTY))
    history.then(appointed(DUTY), PersonDismissed(person="dewi", post=DUTY))
    history.when(LetGo(person="dewi", school="dinas")).then(PersonLeft(person="dewi", school="dinas"))


def test_a_suspension_begins_and_ends_once():
    history = given(ROSTER, registered())
    history.when(Suspend(person="dewi")).then(PersonSuspended(person="dewi")).when(Suspend(person="dewi")).then()
    history.when(Reinstate(person="dewi")).then(PersonReinstated(person="dewi")).when(Reinstate(person="dewi")).then()


@pytest.mark.parametrize("command", [Suspend, Reinstate])
def test_nobody_who_is_not_there_is_suspended_or_reinstated(command):
    given(ROSTER).when(command(person="dewi")).refuses(NobodyOfThisId)
