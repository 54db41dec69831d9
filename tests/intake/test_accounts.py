"""Accounts over a real store: two at once, names, what verifies, and erasing it."""

import asyncio
from datetime import timedelta

import pytest

from services.intake.accounts.accounts import Accounts
from services.intake.accounts.names import SignInNames, typed
from services.intake.accounts.occasions import occasion_of
from services.intake.accounts.verifiers import Hashed, Secret, Verifiers
from services.intake.domain.account import Accept, AddCredentials, Close, InvitationNotValid, Invite
from services.intake.domain.credentials import Credential
from services.intake.domain.sign_in_name import Holder, NameTaken
from shared.errors import NotAllowed
from tests.erasing import erase
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio


class Desk:
    """The accounts of an intake."""

    def __init__(self, kernel) -> None:
        self.kernel = kernel
        self.verifiers = Verifiers(kernel.database, kernel.vault)
        self.accounts = Accounts(kernel.store, self.verifiers, kernel.clock)
        self.names = SignInNames(kernel.store, kernel.vault)

    async def do(self, command, *keep):
        return await self.accounts.change(command, occasion_of("budi", self.kernel.clock), keep=keep)

    async def invite(self, person: str, link: str):
        until = self.kernel.clock.now() + timedelta(days=1)
        await self.do(Invite(person=person, invitation=link, until=until, by="budi", way="paper"))

    async def open(self, person: str, link: str, credential: Credential):
        command = Accept(person=person, invitation=link, at=self.kernel.clock.now(), credentials=(credential,))
        return await self.do(command, Secret(credential.id, credential.kind, f"key of {credential.id}"))


@pytest.fixture
def desk(office) -> Desk:
    return Desk(office.kernel)


async def test_of_two_who_follow_one_link_at_once_one_gets_in(desk):
    await desk.invite("ani", "link-1")
    keys = [Credential(f"c-{each}", "passkey", f"n-{each}") for each in range(4)]
    outcomes = await asyncio.gather(*(desk.open("ani", "link-1", each) for each in keys), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Account", *["InvitationNotValid"] * 3]
    account = await desk.accounts.of("ani")
    assert len(account.credentials) == 1
    (held,) = account.credentials.values()
    assert [await desk.names.holder(each.name) for each in keys] == [Holder("ani", each.id) if each == held else None for each in keys]


async def test_a_name_is_one_persons_also_for_two_at_once(desk):
    name = await desk.names.hashed("password", typed("  Ani@Contoh.invalid "))
    assert name == await desk.names.hashed("password", typed("ani@contoh.INVALID"))
    assert name != await desk.names.hashed("openid", typed("ani@contoh.invalid"))
    for person in ("ani", "budi"):
        await desk.invite(person, f"link-{person}")
    outcomes = await asyncio.gather(
        *(desk.open(person, f"link-{person}", Credential(f"c-{person}", "passkey", name)) for person in ("ani", "budi")), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["Account", "NameTaken"]
    assert isinstance(next(each for each in outcomes if isinstance(each, Exception)), NameTaken)


async def test_leaving_gives_names_and_verifiers_back(desk):
    await desk.invite("ani", "link-1")
    await desk.open("ani", "link-1", Credential("c-1", "passkey", "n-1"))
    assert await desk.verifiers.find("ani", "c-1") is not None
    await desk.do(Close(person="ani"))
    assert await desk.names.holder("n-1") is None
    assert await desk.verifiers.find("ani", "c-1") is None
    await desk.invite("budi", "link-2")
    await desk.open("budi", "link-2", Credential("c-2", "passkey", "n-1"))
    assert await desk.names.holder("n-1") == Holder("budi", "c-2")


async def test_what_verifies_is_sealed_and_ends_with_the_persons_keys(desk):
    await desk.invite("ani", "link-1")
    await desk.open("ani", "link-1", Credential("c-1", "passkey", "n-1"))
    async with past_the_wall(desk.kernel.database).statement() as connection:
        (row,) = await (await connection.execute("SELECT sealed::text FROM verifier")).fetchall()
    assert "key of c-1" not in row[0]
    await erase(desk.kernel, "ani")
    assert await desk.verifiers.of("ani") == []
    with pytest.raises(NotAllowed):
        await desk.do(AddCredentials(person="ani", credentials=(Credential("c-2", "passkey", "n-2"),)), Secret("c-2", "passkey", "x"))
    assert set((await desk.accounts.of("ani")).credentials) == {"c-1"}


async def test_a_counter_moves_forward_once_also_for_two_at_once(desk):
    now = desk.kernel.clock.now()
    await desk.verifiers.keep("ani", [Secret("c-code", "one-time-code", "seed", counter=7)], now)
    assert not await desk.verifiers.advance("ani", "c-code", 7, now)
    tried = await asyncio.gather(*(desk.verifiers.advance("ani", "c-code", 8, now) for _ in range(8)))
    assert sorted(tried) == [False] * 7 + [True]
    found = await desk.verifiers.find("ani", "c-code")
    assert (found.counter, found.used_at) == (8, now)


async def test_hashes_are_kept_by_number(desk):
    rows = [Hashed("c-codes", "recovery-codes", bytes([each]), each) for each in range(3)]
    await desk.verifiers.keep("ani", rows, desk.kernel.clock.now())
    assert await desk.verifiers.hashes("ani", "c-codes") == {0: b"\x00", 1: b"\x01", 2: b"\x02"}
    await desk.verifiers.drop("ani", ["c-codes"])
    assert await desk.verifiers.hashes("ani", "c-codes") == {}


async def test_a_refused_command_changes_nothing(desk):
    with pytest.raises(InvitationNotValid):
        await desk.open("ani", "made-up", Credential("c-1", "passkey", "n-1"))
    assert (await desk.accounts.of("ani")).credentials == {}
    assert await desk.names.holder("n-1") is None
