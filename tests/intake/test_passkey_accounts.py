"""Passkeys of accounts over a real store: whom they sign in, and when they count no more."""

import asyncio
import json
from datetime import timedelta

import pytest

from services.intake.accounts.passkeys.ceremonies import PasskeyNotProved
from services.intake.domain.account import Close, InvitationNotValid, Lock, RemoveCredential
from services.intake.domain.sign_in_name import NameTaken
from tests.erasing import erase
from tests.intake.passkeys_device import Device
from tests.intake.ways_desk import WaysDesk
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(office) -> WaysDesk:
    return WaysDesk(office.kernel)


async def refused(waiting) -> str:
    with pytest.raises(PasskeyNotProved) as error:
        await waiting
    return error.value.why


async def test_a_passkey_made_by_an_invitation_signs_in(desk):
    phone = Device()
    await desk.opened("ani", phone)
    assert await desk.signs_in(phone) == "ani"
    assert await desk.signs_in(phone, handle=b"ani") == "ani"


async def test_an_unknown_passkey_signs_nobody_in(desk):
    await desk.opened("ani", Device())
    assert await refused(desk.signs_in(Device())) == "unknown"


async def test_several_passkeys_of_one_person_each_sign_in_and_have_their_names(desk):
    phone, tablet = Device(), Device()
    await desk.opened("ani", phone)
    await desk.opening.add("ani", await desk.made("ani", tablet, "Tablet sekolah"), keeping=None)
    assert [await desk.signs_in(each) for each in (phone, tablet)] == ["ani", "ani"]
    kept = [json.loads(each.text)["name"] for each in await desk.verifiers.of("ani")]
    assert kept == ["HP saya", "Tablet sekolah"]


async def test_a_device_is_told_which_passkeys_it_must_not_make_again(desk):
    phone = Device()
    await desk.opened("ani", phone)
    told = json.loads((await desk.passkeys.ask_to_make("ani", "Ibu Ani")).options)
    assert len(told["excludeCredentials"]) == 1
    assert told["user"]["name"] == "Ibu Ani"


async def test_a_challenge_is_answered_once_also_by_two_at_once(desk):
    phone = Device()
    await desk.opened("ani", phone)
    begun = desk.passkeys.ask().begun
    answer = phone.answers(begun.challenge)
    outcomes = await asyncio.gather(*(desk.passkeys.signed_in(begun, answer) for _ in range(4)), return_exceptions=True)
    assert [each for each in outcomes if isinstance(each, str)] == ["ani"]
    assert {each.why for each in outcomes if isinstance(each, PasskeyNotProved)} == {"answered-before"}


async def test_a_challenge_to_make_a_passkey_is_answered_once(desk):
    begun = (await desk.passkeys.ask_to_make("ani", "Ibu Ani")).begun
    phone = Device()
    await desk.passkeys.made(begun, "ani", phone.makes(begun.challenge), "HP")
    assert await refused(desk.passkeys.made(begun, "ani", phone.makes(begun.challenge), "HP")) == "answered-before"


async def test_an_answer_counts_for_what_was_asked_and_of_whom(desk):
    phone = Device()
    await desk.opened("ani", phone)
    sign_in, proof = desk.passkeys.ask().begun, (await desk.passkeys.ask_again("ani")).begun
    assert await refused(desk.passkeys.proved(sign_in, "ani", phone.answers(sign_in.challenge))) == "not-asked"
    assert await refused(desk.passkeys.signed_in(proof, phone.answers(proof.challenge))) == "not-asked"
    assert await refused(desk.passkeys.proved(proof, "budi", phone.answers(proof.challenge))) == "not-asked"
    assert await refused(desk.passkeys.signed_in(None, phone.answers(sign_in.challenge))) == "not-asked"
    make = (await desk.passkeys.ask_to_make("ani", "Ibu Ani")).begun
    assert await refused(desk.passkeys.made(make, "budi", phone.makes(make.challenge), "HP")) == "not-asked"
    await desk.passkeys.proved(proof, "ani", phone.answers(proof.challenge))


async def test_a_step_up_with_somebody_elses_passkey_is_refused(desk):
    mine, theirs = Device(), Device()
    await desk.opened("ani", mine)
    await desk.opened("budi", theirs)
    begun = (await desk.passkeys.ask_again("ani")).begun
    assert await refused(desk.passkeys.proved(begun, "ani", theirs.answers(begun.challenge))) == "other-owner"


async def test_a_copied_key_is_found_by_its_count(desk):
    phone = Device(count=5)
    await desk.opened("ani", phone)
    phone.count = 6
    assert await desk.signs_in(phone) == "ani"
    assert await refused(desk.signs_in(phone)) == "InvalidAuthenticationResponse"
    phone.count = 7
    assert await desk.signs_in(phone) == "ani"


async def test_two_at_once_with_one_count_are_a_copied_key(desk):
    phone = Device(count=1)
    await desk.opened("ani", phone)
    phone.count = 2
    outcomes = await asyncio.gather(*(desk.signs_in(phone) for _ in range(4)), return_exceptions=True)
    assert [each for each in outcomes if isinstance(each, str)] == ["ani"]


@pytest.mark.parametrize("end", ["removed", "locked", "closed", "erased"])
async def test_what_was_ended_signs_in_no_more(desk, end):
    phone, other = Device(), Device()
    await desk.opened("ani", phone)
    await desk.opening.add("ani", await desk.made("ani", other), keeping=None)
    first = next(iter((await desk.accounts.of("ani")).credentials))
    match end:
        case "removed":
            await desk.do(RemoveCredential(person="ani", credential=first))
        case "locked":
            await desk.do(Lock(person="ani", by="budi"))
        case "closed":
            await desk.do(Close(person="ani"))
        case "erased":
            await erase(desk.kernel, "ani")
    assert await refused(desk.signs_in(phone)) == "unknown"


async def test_a_passkey_is_one_persons(desk):
    phone = Device()
    await desk.opened("ani", phone)
    with pytest.raises(NameTaken):
        await desk.opened("budi", phone)
    assert await desk.signs_in(phone) == "ani"


async def test_a_removed_passkey_may_be_made_anew_and_then_counts_again(desk):
    phone, other = Device(), Device()
    await desk.opened("ani", phone)
    await desk.opening.add("ani", await desk.made("ani", other), keeping=None)
    first = next(iter((await desk.accounts.of("ani")).credentials))
    await desk.do(RemoveCredential(person="ani", credential=first))
    await desk.opening.add("ani", await desk.made("ani", phone), keeping=None)
    assert await desk.signs_in(phone) == "ani"


async def test_an_invitation_is_used_once(desk):
    link = await desk.invited("ani")
    await desk.opening.accept("ani", link, await desk.made("ani", Device()))
    with pytest.raises(InvitationNotValid):
        await desk.opening.accept("ani", link, await desk.made("ani", Device()))


async def test_spent_challenges_are_forgotten_when_they_could_hold_no_more(desk):
    phone = Device()
    await desk.opened("ani", phone)
    old = desk.passkeys.ask().begun.model_copy(update={"ends": desk.clock.now() - timedelta(days=1)})
    await desk.passkeys.signed_in(old, phone.answers(old.challenge))
    await desk.signs_in(phone)
    async with past_the_wall(desk.kernel.database).connection() as connection:
        (count,) = await (await connection.execute("SELECT count(*) FROM spent_challenge WHERE until < now()")).fetchone()
    assert count == 0


async def test_nothing_of_a_passkey_stands_open_in_the_database(desk):
    phone = Device()
    await desk.opened("ani", phone)
    async with past_the_wall(desk.kernel.database).connection() as connection:
        rows = await (await connection.execute("SELECT v::text FROM verifier v UNION ALL SELECT e::text FROM event e")).fetchall()
    told = json.loads(phone.makes(b"x"))["id"]
    assert rows
    assert not any(told in row[0] or "HP saya" in row[0] for row in rows)
