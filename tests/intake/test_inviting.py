"""Invitations, recovery and leaving: links that hold a day and once, and what the store keeps of them (people.md, Signing in)."""

import asyncio
import json
from uuid import uuid4

import pytest

from services.intake.accounts.inviting import hash_of
from services.intake.domain.account import AccountExists, InvitationNotValid
from services.intake.domain.roster import ROSTER, Appoint, Dismiss, LetGo, RegisterPerson
from shared.decider import execute
from shared.events import PersonAppointed, PersonRegistered, Post
from shared.message import Occasion
from shared.sealed import Sealed
from shared.two_people import SecondPersonNeeded
from tests.intake.accounts_desk import AccountsDesk, Opened
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(office) -> AccountsDesk:
    return AccountsDesk(office.kernel)


async def test_a_link_has_130_random_bits_and_leads_to_its_person_until_it_is_used(desk):
    token = await desk.invited("ani")
    assert len(token) == 26
    assert await desk.inviting.person_of(token) == "ani"
    assert await desk.inviting.person_of(token.lower()) == "ani"
    await desk.accept(token, Opened("ani", "ani@contoh.invalid", desk.setting_up.draft()))
    assert await desk.inviting.person_of(token) is None


async def test_a_link_is_over_after_a_day_and_when_a_newer_one_was_made(desk):
    first = await desk.invited("ani")
    second = await desk.invited("ani")
    assert [await desk.inviting.person_of(each) for each in (first, second, "X" * 26, "")] == [None, "ani", None, None]
    desk.later(days=1)
    assert await desk.inviting.person_of(second) is None
    await desk.leaving.look()
    async with past_the_wall(desk.kernel.database).statement() as connection:
        assert await (await connection.execute("SELECT * FROM invitation_link")).fetchall() == []


async def test_of_two_browsers_that_follow_one_link_at_once_one_opens_the_account(desk):
    token = await desk.invited("ani")
    mine = [Opened("ani", f"ani-{number}@contoh.invalid", desk.setting_up.draft()) for number in range(3)]
    outcomes = await asyncio.gather(*(desk.accept(token, each) for each in mine), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Account", *["InvitationNotValid"] * 2]


async def test_the_link_itself_is_nowhere_in_the_store_and_sealed_in_the_mail(desk):
    link = await desk.inviting.invite("ani", "budi", "mail", uuid4())
    token = link.address.rpartition("/")[2]
    async with past_the_wall(desk.kernel.database).statement() as connection:
        rows = await (await connection.execute("SELECT body FROM event UNION ALL SELECT hash || person FROM invitation_link")).fetchall()
    assert not any(token in row[0] for row in rows)
    (mail,) = [json.loads(row[0]) for row in rows if "account-holder-to-be-told" in row[0]]
    assert await desk.kernel.vault.open(Sealed.model_validate(mail["link"])) == link.address


async def test_whoever_has_an_account_gets_no_second_invitation(desk):
    await desk.open("ani")
    with pytest.raises(AccountExists):
        await desk.invited("ani")


async def test_recovery_by_two_ends_every_way_in_and_its_link_opens_the_account_anew(desk):
    mine = await desk.open("ani")
    await desk.inviting.ask_recovery("ani", "budi", uuid4())
    with pytest.raises(SecondPersonNeeded):
        await desk.inviting.recover("ani", "budi", "paper", uuid4())
    link = await desk.inviting.recover("ani", "citra", "paper", uuid4())
    assert (await desk.accounts.of("ani")).credentials == {}
    assert await desk.verifiers.of("ani") == []
    await desk.accept(link.address.rpartition("/")[2], Opened("ani", mine.name, desk.setting_up.draft()))
    assert (await desk.accounts.of("ani")).open


async def test_a_link_that_was_never_made_opens_nothing(desk):
    with pytest.raises(InvitationNotValid):
        await desk.accept("0" * 26, Opened("ani", "ani@contoh.invalid", desk.setting_up.draft()))


# leaving -----------------------------------------------------------------------------------------------------------

NAME = Sealed(kid="k", context="c", box="nama")


class Roster:
    """What the roster says of Ani."""

    def __init__(self, desk: AccountsDesk) -> None:
        self.desk, self.rows = desk, 0

    async def say(self, command) -> None:
        cause = uuid4()
        await execute(self.desk.kernel.store, ROSTER, "person-ani", command, Occasion("roster", None, self.desk.clock.now(), cause, cause))

    async def come(self) -> None:
        self.rows += 1
        person = PersonRegistered(person="ani", kind="staff", school="smp1", posts=(Post("counsellor", "smp1"),), name=NAME)
        await self.say(RegisterPerson(person=person, digest=f"d-{self.rows}"))

    async def leave(self) -> None:
        await self.say(LetGo(person="ani", school="smp1"))


async def test_leaving_closes_and_returning_does_not_reopen(desk):
    roster = Roster(desk)
    await roster.come()
    await desk.open("ani")
    await desk.leaving.look()
    assert (await desk.accounts.of("ani")).open
    await roster.leave()
    await roster.come()
    await desk.leaving.look()
    assert ((await desk.accounts.of("ani")).closed, (await desk.accounts.of("ani")).credentials) == (True, {})
    again = await desk.open("ani", "ani@contoh.invalid")
    await desk.leaving.look()
    assert (await desk.accounts.of(again.person)).open


async def test_what_was_looked_at_is_not_looked_at_again_after_a_restart(desk):
    roster = Roster(desk)
    await roster.come()
    await desk.open("ani")
    await roster.leave()
    await desk.leaving.look()
    await roster.come()
    await desk.open("ani")
    restarted = AccountsDesk(desk.kernel)
    await restarted.leaving.look()
    assert (await desk.accounts.of("ani")).open


async def test_two_processes_close_once(desk):
    roster, other = Roster(desk), AccountsDesk(desk.kernel)
    await roster.come()
    await desk.open("ani")
    await roster.leave()
    await asyncio.gather(desk.leaving.look(), other.leaving.look())
    kept = await desk.kernel.store.read_stream("account-ani")
    assert [each.type for each in kept].count("account-closed") == 1


async def test_whoever_leaves_the_roster_and_holds_an_appointment_stays(desk):
    roster, duty = Roster(desk), Post("district-duty")
    await roster.come()
    await roster.say(Appoint(told=PersonAppointed(person="ani", post=duty)))
    await desk.open("ani")
    await roster.leave()
    await desk.leaving.look()
    assert (await desk.accounts.of("ani")).open
    await roster.say(Dismiss(person="ani", post=duty))
    await desk.leaving.look()
    assert (await desk.accounts.of("ani")).closed


async def test_a_hash_is_kept_and_not_the_link():
    assert hash_of("abc") == hash_of("ABC")
    assert len(hash_of("abc")) == 64
