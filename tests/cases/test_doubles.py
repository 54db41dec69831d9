"""One child whom the roster has under two ids, ani and budi: what goes on is one case, and undoing the match gives each their own back (ADR 58)."""

import pytest

from services.cases.domain.case.guardians import MarkGuardianUnsafe
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, Assign, Close
from shared.events import AlertsPassedOn, CaseTriaged, ConcernContinued, PersonLeft, PersonRegistered, StaffToBeTold
from tests.cases.people import step, words
from tests.cases.test_doubles_law import ANI, BUDI, WithDoubles

pytestmark = pytest.mark.anyio

OF_ANI, OF_BUDI = ("raise", 0, 0, 1), ("raise", 1, 0, 1)
SAME, TWO = ("double", 0, 0, 0), ("two", 0, 0, 0)


async def lived(*steps) -> WithDoubles:
    district = WithDoubles()
    for each in steps:
        await district.happens(*each)
        await district.holds()
    return district


async def states(district: WithDoubles) -> list[tuple[str | None, str, tuple[str, ...]]]:
    """Of each case, in the order in which they were opened: whose it is, its state, the concerns that it goes on with."""
    return [(case.student, case.state, case.concerns) for case in await district.cases()]


async def at(district: WithDoubles, student: str, school: str) -> None:
    await district.hear(PersonRegistered(person=student, kind="student", school=school, name=words()))


async def give(district: WithDoubles, case: Case, kind, **said) -> None:
    await district.give(step(kind, by="duty", at=district.now, **said), case.case or "")


async def test_two_open_cases_become_one_that_goes_on():
    district = await lived(OF_ANI, OF_BUDI, SAME)
    assert await states(district) == [(ANI, "opened", ("c-0", "c-1")), (BUDI, "merged", ("c-1",))]
    ani, budi = await district.cases()
    passed = [event for event in district.events_of(budi) if isinstance(event, AlertsPassedOn)]
    assert [(each.case, each.to_case) for each in passed] == [(budi.case, ani.case)]
    assert [event.concern for event in district.events_of(ani) if isinstance(event, CaseTriaged)] == ["c-0", "c-1"], "its alert goes along"


async def test_the_case_of_the_other_id_goes_on_where_it_is_the_only_one():
    assert await states(await lived(OF_BUDI, SAME)) == [(BUDI, "opened", ("c-0",))]


async def test_a_concern_keeps_the_id_that_it_names_and_goes_on_in_the_one_case():
    district = await lived(OF_ANI, SAME, OF_BUDI, OF_BUDI)
    assert await states(district) == [(ANI, "opened", ("c-0", "c-1", "c-2")), (BUDI, "merged", ("c-1",)), (BUDI, "merged", ("c-2",))]


async def test_undone_each_has_what_was_their_own():
    district = await lived(OF_ANI, OF_BUDI, SAME, OF_BUDI, OF_ANI, TWO)
    assert await states(district) == [(ANI, "opened", ("c-0", "c-3")), (BUDI, "opened", ("c-1", "c-2")), (BUDI, "merged", ("c-2",))]
    _, budi, _ = await district.cases()
    assert (await district.student(BUDI)).open_case == budi.case


async def test_what_was_closed_with_the_other_s_outcome_is_open_again():
    district = await lived(OF_ANI, OF_BUDI, SAME)
    ani, _ = await district.cases()
    await give(district, ani, Acknowledge)
    await give(district, ani, Close, outcome_class="helped", task_reviewed=words())
    await district.happens(*TWO)
    await district.holds()
    assert await states(district) == [(ANI, "closed", ("c-0",)), (BUDI, "opened", ("c-1",))]
    assert {"acknowledge", "decide"} <= set((await district.cases())[1].deadlines)


async def test_a_match_heard_twice_and_one_undone_that_was_not_there_change_nothing():
    once = await lived(OF_ANI, OF_BUDI, SAME)
    assert await states(once) == await states(await lived(OF_ANI, OF_BUDI, SAME, SAME))
    assert await states(await lived(OF_ANI, OF_BUDI, TWO)) == [(ANI, "opened", ("c-0",)), (BUDI, "opened", ("c-1",))]


async def test_whoever_has_one_of_the_two_hears_of_it():
    district = await lived(OF_ANI, OF_BUDI)
    for case, person in zip(await district.cases(), ("sari", "tono"), strict=True):
        await give(district, case, Assign, to=person, elsewhere=frozenset())
    await district.happens(*SAME)
    told = [(each.person, each.message) for case in await district.cases() for each in district.events_of(case) if isinstance(each, StaffToBeTold)]
    assert [each for each in told if each[1] == "same-student"] == [("sari", "same-student"), ("tono", "same-student")]
    assert [case.holder for case in await district.cases()] == ["sari", "tono"], "each keeps what is theirs"


async def test_an_unsafe_guardian_of_the_other_id_makes_the_whole_home_unsafe():
    """The same guardian may stand there under a second id, which nobody has accused."""
    district = await lived(OF_ANI, OF_BUDI)
    ani, budi = await district.cases()
    await district.fold(budi, MarkGuardianUnsafe(guardian="ibu-2"))
    assert not ani.home.all_unsafe
    await district.happens(*SAME)
    assert (await district.cases())[0].home.all_unsafe


async def test_where_the_child_is_says_the_id_that_goes_on():
    district = await lived(OF_ANI, SAME)
    await at(district, ANI, "smp1")
    await at(district, BUDI, "sma1")
    assert (await district.cases())[0].elsewhere is None, "an older roster of the other id moves nobody"
    await district.hear(PersonLeft(person=ANI, school="smp1"))
    assert (await district.cases())[0].elsewhere == "sma1", "the child is still somewhere"


async def test_words_that_were_added_meanwhile_come_back_with_their_concern():
    district = await lived(OF_ANI, OF_BUDI, SAME)
    await district.hear(added("c-1", BUDI))
    ani, budi = await district.cases()
    assert ([each.concern.addition for each in ani.additions.told], budi.additions.told) == (["a-1"], ())
    await district.happens(*TWO)
    _, budi = await district.cases()
    assert [each.concern.addition for each in budi.additions.told] == ["a-1"]
    assert any(key.startswith("new-words/") for key in budi.deadlines)


def added(concern: str, student: str) -> ConcernContinued:
    return ConcernContinued(
        concern=concern, addition="a-1", school="smp1", student=student, role="affected", kind="incident", categories=("bullying",), text=words(),
        reporter_kind="staff", answers={}, facts={}, students=1, people=(), guardians_unsafe=False, desk="school",
    )  # fmt: skip
