"""Accounts of issuers as ways in, over a real store: linked once by an invitation, found by issuer and subject alone."""

import pytest

from services.intake.accounts.openid.desk import NotInvited
from services.intake.accounts.openid.refusing import NotProved
from services.intake.accounts.openid.tokens import Proof
from services.intake.domain.account import Close, Lock
from services.intake.domain.sign_in_name import NameTaken
from tests.erasing import erase
from tests.intake.openid.forger import ISSUER, Forger
from tests.intake.ways_desk import WaysDesk
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio
MINE = Proof(ISSUER, "guru-1", two_factor=False)


@pytest.fixture
def desk(office) -> WaysDesk:
    return WaysDesk(office.kernel)


@pytest.fixture
def openid(desk):
    return desk.openid(contoh=Forger().client())


async def linked(desk, openid, person: str, proof: Proof) -> None:
    _, journey = await openid.client("contoh").depart()
    await desk.opening.accept(person, await desk.invited(person), await openid.made(proof, journey))


async def test_an_account_linked_by_an_invitation_signs_in(desk, openid):
    await linked(desk, openid, "ani", MINE)
    assert await openid.signed_in(MINE) == "ani"


@pytest.mark.parametrize("other", [Proof(ISSUER, "guru-2", two_factor=True), Proof("https://lain.contoh.id", "guru-1", two_factor=True)])
async def test_another_subject_or_another_issuer_is_somebody_else(desk, openid, other):
    await linked(desk, openid, "ani", MINE)
    with pytest.raises(NotInvited):
        await openid.signed_in(other)


async def test_who_was_never_invited_is_told_to_ask_for_an_invitation(openid):
    with pytest.raises(NotInvited, match="Ask the coordinator"):
        await openid.signed_in(MINE)


async def test_one_issuers_account_is_one_persons(desk, openid):
    await linked(desk, openid, "ani", MINE)
    with pytest.raises(NameTaken):
        await linked(desk, openid, "budi", MINE)


async def test_a_step_up_as_somebody_else_is_refused(desk, openid):
    theirs = Proof(ISSUER, "guru-2", two_factor=False)
    await linked(desk, openid, "ani", MINE)
    await linked(desk, openid, "budi", theirs)
    await openid.proved(MINE, "ani")
    with pytest.raises(NotProved):
        await openid.proved(theirs, "ani")


@pytest.mark.parametrize("end", ["locked", "closed", "erased"])
async def test_what_was_ended_signs_in_no_more(desk, openid, end):
    await linked(desk, openid, "ani", MINE)
    match end:
        case "locked":
            await desk.do(Lock(person="ani", by="budi"))
        case "closed":
            await desk.do(Close(person="ani"))
        case "erased":
            await erase(desk.kernel, "ani")
    with pytest.raises(NotInvited):
        await openid.signed_in(MINE)


async def test_an_unknown_issuer_is_refused(openid):
    with pytest.raises(NotProved):
        openid.client("lain")


async def test_nothing_of_a_subject_stands_open_in_the_database(desk, openid):
    await linked(desk, openid, "ani", MINE)
    async with past_the_wall(desk.kernel.database).connection() as connection:
        rows = await (await connection.execute("SELECT v::text FROM verifier v UNION ALL SELECT e::text FROM event e")).fetchall()
    assert rows
    assert not any("guru-1" in row[0] or ISSUER in row[0] for row in rows)
