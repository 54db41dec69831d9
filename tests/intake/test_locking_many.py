"""One leader alone does not lock a whole school (people.md, Signing in): a rule, and the same over HTTP."""

import asyncio

import pytest

from services.intake.accounts import signing_in
from services.intake.accounts.locking import Colleague, LockNeedsDistrict, require_lockable
from services.intake.roster.ids import person_id
from tests.intake.accounts_browser import at_a_school
from tests.intake.test_own_account import LIST, appointed, entered, school


def school_of(leaders: int, others: int, locked: int = 0) -> list[Colleague]:
    """Everybody else with an account; the first `locked` of the others are locked already."""
    return [Colleague(f"leader-{each}", True, False) for each in range(leaders)] + [
        Colleague(f"other-{each}", False, each < locked) for each in range(others)
    ]


@pytest.mark.parametrize(
    ("there", "person", "alone"),
    [
        (school_of(1, 20), "other-0", True),
        (school_of(1, 20, locked=2), "other-5", True),
        (school_of(1, 20, locked=3), "other-5", False),
        (school_of(1, 20, locked=3), "other-0", True),
        (school_of(1, 20), "leader-0", False),
        (school_of(2, 20), "leader-0", True),
        (school_of(0, 1), "other-0", True),
        (school_of(0, 3, locked=1), "other-2", False),
        (school_of(0, 4, locked=1), "other-3", True),
    ],
)
def test_one_leader_locks_at_once_but_not_the_last_other_leader_nor_most_of_the_school(there, person, alone):
    if alone:
        require_lockable(person, there)
        return
    with pytest.raises(LockNeedsDistrict):
        require_lockable(person, there)


@pytest.mark.parametrize("leaders", range(3))
@pytest.mark.parametrize("others", range(8))
def test_however_often_one_leader_tries_somebody_can_still_work_and_unlock(leaders, others):
    there = school_of(leaders, others)
    for person in [each.person for each in there] * 2:
        try:
            require_lockable(person, there)
        except LockNeedsDistrict:
            continue
        there = [each._replace(locked=each.locked or each.person == person) for each in there]
    open_ones = [each for each in there if not each.locked]
    assert len(open_ones) >= min(1, len(there) - 1)
    assert any(each.leads for each in open_ones) == (leaders > 0)
    assert sum(each.locked for each in there) <= 3


@pytest.fixture
async def browser(office, monkeypatch):
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    async with at_a_school(office) as somebody:
        mine = await school(somebody)
        await appointed(somebody, "dewi", "coordinator", mine)
        await appointed(somebody, "hadi", "district-duty", None)
        yield somebody


@pytest.mark.anyio
async def test_the_last_other_leader_is_locked_by_the_district_alone(browser):
    person = await browser.staff()
    await appointed(browser, person, "principal", await school(browser))
    await browser.opens(await browser.invited(person))
    await entered(browser, "dewi")
    answer = await browser.post(f"{LIST}/kunci", person=person)
    assert (answer.status_code, await browser.office.told("account-locked")) == (409, [])
    assert "petugas piket dinas" in browser.shown
    await entered(browser, "hadi")
    assert (await browser.post(f"{LIST}/kunci", person=person)).status_code == 303
    assert [each["by"] for each in await browser.office.told("account-locked")] == ["hadi"]


@pytest.mark.anyio
async def test_of_the_last_two_other_leaders_who_are_locked_at_once_one_stays_open(browser):
    leaders = [person_id("roster", "budi"), person_id("roster", "citra")]
    for person in leaders:
        await appointed(browser, person, "principal", await school(browser))
        await browser.opens(await browser.invited(person), name=f"{person}@contoh.invalid")
    await entered(browser, "dewi")
    answers = await asyncio.gather(*(browser.post(f"{LIST}/kunci", person=person) for person in leaders))
    assert sorted(each.status_code for each in answers) == [303, 409]
    assert len(await browser.office.told("account-locked")) == 1
