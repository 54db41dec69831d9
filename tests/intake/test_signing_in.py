"""Signing in with a name, a password and a code: the same answer for unknown and wrong, ever more slowly, and nothing counts twice."""

import asyncio
import logging
import threading
import time
from datetime import timedelta

import pytest
import structlog

from services.intake.accounts import signing_in
from services.intake.accounts.codes import typed_code
from services.intake.accounts.hashing import Hashing, SignInBusy
from services.intake.accounts.pacing import OF_A_NAME, OF_A_NETWORK, TriedTooOften
from services.intake.accounts.signing_in import Proved, SignInRefused
from services.intake.domain.account import Close, Lock, RemoveCredential, Unlock
from tests.erasing import erase
from tests.intake.accounts_desk import NETWORK, AccountsDesk
from tests.logins import past_the_wall

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk(office, monkeypatch) -> AccountsDesk:
    monkeypatch.setattr(signing_in, "ANSWERED_AFTER", 0.0)
    return AccountsDesk(office.kernel)


async def refused(desk, told, network=NETWORK):
    with pytest.raises(SignInRefused):
        await desk.signing_in.proved(told, network)


async def test_name_password_and_code_of_the_telephone_sign_in(desk):
    mine = await desk.open("ani")
    told = mine.typed(desk.clock.now(), name=" ANI@contoh.invalid ", code=" ".join(mine.code(desk.clock.now())))
    assert await desk.signing_in.proved(told, NETWORK) == Proved("ani", "password")


@pytest.mark.parametrize("wrong", [{"name": "budi@contoh.invalid"}, {"password": "gunung merapi di sore hari"}, {"code": "000000"}, {"code": ""}])
async def test_whatever_is_wrong_gets_one_answer(desk, wrong):
    mine = await desk.open("ani")
    await refused(desk, mine.typed(desk.clock.now(), **wrong))


async def test_each_try_is_logged_in_fixed_words(desk):
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))  # another test's service may have been set to say less
    mine = await desk.open("ani")
    with structlog.testing.capture_logs() as logged:
        await refused(desk, mine.typed(desk.clock.now(), password="gunung merapi di sore hari"))
        await desk.signing_in.proved(mine.typed(desk.clock.now()), NETWORK)
    said = [{name: value for name, value in each.items() if name != "log_level"} for each in logged if each["event"].startswith("password-")]
    assert said == [{"event": "password-refused"}, {"event": "password-accepted", "way": "password"}]


async def test_a_code_is_never_accepted_twice_also_by_two_at_once(desk):
    mine = await desk.open("ani")
    told = mine.typed(desk.clock.now())
    outcomes = await asyncio.gather(*(desk.signing_in.proved(told, NETWORK) for _ in range(4)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Proved", *["SignInRefused"] * 3]
    desk.later(seconds=30)
    await refused(desk, mine.typed(desk.clock.now() - timedelta(seconds=30)))
    assert await desk.signing_in.proved(mine.typed(desk.clock.now()), NETWORK)


async def test_the_code_that_set_it_up_does_not_sign_in(desk):
    mine = await desk.open("ani")
    await refused(desk, mine.typed(desk.clock.now() - timedelta(seconds=60)))


@pytest.mark.parametrize(("seconds", "counts"), [(-30, True), (30, True), (-60, False), (60, False)])
async def test_a_telephones_clock_may_differ_by_half_a_minute(desk, seconds, counts):
    mine = await desk.open("ani")
    desk.later(minutes=5)
    told = mine.typed(desk.clock.now() + timedelta(seconds=seconds))
    if counts:
        assert await desk.signing_in.proved(told, NETWORK) == Proved("ani", "password")
    else:
        await refused(desk, told)


async def test_each_recovery_code_counts_once_however_it_is_typed(desk):
    mine = await desk.open("ani")
    for number, code in enumerate(mine.draft.codes):
        told = mine.typed(desk.clock.now(), code=code.lower().replace("-", " ") if number % 2 else typed_code(code))
        assert await desk.signing_in.proved(told, NETWORK) == Proved("ani", "recovery")
        await refused(desk, told)
    assert (await desk.accounts.of("ani")).used == frozenset(range(10))


async def test_one_recovery_code_by_two_at_once_counts_once(desk):
    mine = await desk.open("ani")
    told = mine.typed(desk.clock.now(), code=mine.draft.codes[4])
    outcomes = await asyncio.gather(*(desk.signing_in.proved(told, NETWORK) for _ in range(3)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Proved", *["SignInRefused"] * 2]


async def test_a_recovery_code_of_somebody_else_is_none(desk):
    mine, other = await desk.open("ani"), await desk.open("budi", "budi@contoh.invalid")
    await refused(desk, mine.typed(desk.clock.now(), code=other.draft.codes[0]))


@pytest.mark.parametrize("ending", [Close(person="ani"), Lock(person="ani", by="budi")])
async def test_a_closed_or_locked_account_signs_nobody_in(desk, ending):
    mine = await desk.open("ani")
    await desk.do(ending)
    await refused(desk, mine.typed(desk.clock.now()))


async def test_an_unlocked_account_signs_in_again(desk):
    mine = await desk.open("ani")
    await desk.do(Lock(person="ani", by="budi"))
    await desk.do(Unlock(person="ani", by="budi"))
    assert await desk.signing_in.proved(mine.typed(desk.clock.now()), NETWORK)


async def test_an_erased_person_signs_in_no_more(desk):
    mine = await desk.open("ani")
    await erase(desk.kernel, "ani")
    await refused(desk, mine.typed(desk.clock.now()))


async def test_whoever_is_signed_in_proves_again_with_the_own_account_alone(desk):
    mine, other = await desk.open("ani"), await desk.open("budi", "budi@contoh.invalid")
    desk.later(seconds=60)
    assert await desk.signing_in.proved_again("ani", mine.typed(desk.clock.now(), name=""), NETWORK) == Proved("ani", "password")
    with pytest.raises(SignInRefused):
        await desk.signing_in.proved_again("ani", other.typed(desk.clock.now()), NETWORK)
    with pytest.raises(SignInRefused):
        await desk.signing_in.proved_again("citra", mine.typed(desk.clock.now()), NETWORK)


# slower and slower -------------------------------------------------------------------------------------------------


async def waits(desk, told, network=NETWORK) -> int:
    with pytest.raises(TriedTooOften) as told_so:
        await desk.signing_in.proved(told, network)
    return told_so.value.wait


@pytest.mark.parametrize("name", ["ani@contoh.invalid", "nobody@contoh.invalid"])
async def test_guesses_at_a_name_become_slower_and_nobody_waits_longer_than_two_minutes(desk, name):
    mine, seen = await desk.open("ani"), []
    wrong = mine.typed(desk.clock.now(), name=name, password="wrong" * 3)
    for _ in range(OF_A_NAME.free):
        await refused(desk, wrong)
    for number in range(12):
        seen.append(await waits(desk, wrong, f"192.0.2.{number}"))
        desk.later(seconds=seen[-1])
        await refused(desk, wrong, f"192.0.2.{number}")
    assert seen == [1, 2, 4, 8, 16, 32, 64, 120, 120, 120, 120, 120]


async def test_a_hundred_guesses_at_once_are_five(desk):
    mine = await desk.open("ani")
    wrong = mine.typed(desk.clock.now(), password="wrong" * 3)
    outcomes = await asyncio.gather(*(desk.signing_in.proved(wrong, NETWORK) for _ in range(100)), return_exceptions=True)
    told = [type(each).__name__ for each in outcomes]
    assert (told.count("SignInRefused"), told.count("TriedTooOften")) == (OF_A_NAME.free, 100 - OF_A_NAME.free)


async def test_the_right_password_gets_in_after_the_wait_and_all_is_forgotten(desk):
    mine = await desk.open("ani")
    for _ in range(OF_A_NAME.free):
        await refused(desk, mine.typed(desk.clock.now(), password="wrong" * 3))
    desk.later(seconds=await waits(desk, mine.typed(desk.clock.now())))
    assert await desk.signing_in.proved(mine.typed(desk.clock.now()), NETWORK)
    desk.later(seconds=60)
    await refused(desk, mine.typed(desk.clock.now(), code="000000"))


async def test_a_network_is_slowed_down_and_another_one_is_not(desk):
    mine = await desk.open("ani")
    for number in range(OF_A_NETWORK.free):
        await refused(desk, mine.typed(desk.clock.now(), name=f"name-{number}"))
    assert await waits(desk, mine.typed(desk.clock.now())) == 1
    assert await desk.signing_in.proved(mine.typed(desk.clock.now()), "198.51.100.1")


async def test_a_whole_school_signs_in_behind_one_address(desk):
    mine = await desk.open("ani")
    for _ in range(OF_A_NETWORK.free + 5):
        desk.later(seconds=30)
        assert await desk.signing_in.proved(mine.typed(desk.clock.now()), NETWORK)


async def test_tries_are_forgotten_after_a_while_and_their_rows_after_a_day(desk):
    mine = await desk.open("ani")
    for _ in range(OF_A_NAME.free):
        await refused(desk, mine.typed(desk.clock.now(), password="wrong" * 3))
    desk.later(minutes=31)
    await refused(desk, mine.typed(desk.clock.now(), password="wrong" * 3))
    await refused(desk, mine.typed(desk.clock.now(), password="wrong" * 3))
    desk.later(days=2)
    await desk.leaving.look()
    async with past_the_wall(desk.kernel.database).statement() as connection:
        assert await (await connection.execute("SELECT * FROM sign_in_pace")).fetchall() == []


async def test_no_name_and_no_network_stands_open_in_the_database(desk):
    mine = await desk.open("ani")
    await refused(desk, mine.typed(desk.clock.now(), password="wrong" * 3))
    async with past_the_wall(desk.kernel.database).statement() as connection:
        rows = await (await connection.execute("SELECT subject FROM sign_in_pace UNION SELECT stream FROM event")).fetchall()
    assert not any(word in row[0] for row in rows for word in ("ani@", "192.0.2"))


# time --------------------------------------------------------------------------------------------------------------


@pytest.mark.long
async def test_unknown_and_wrong_take_the_same_time(office):
    desk = AccountsDesk(office.kernel)
    mine = await desk.open("ani")
    now = desk.clock.now()
    kinds = [mine.typed(now, name="nobody"), mine.typed(now, password="wrong" * 3), mine.typed(now, code="000000")]
    took: list[list[float]] = [[], [], []]
    for _ in range(4):
        for kind, seen in zip(kinds, took, strict=True):
            desk.later(minutes=31)
            began = time.monotonic()
            await refused(desk, kind)
            seen.append(time.monotonic() - began)
    quickest = [min(each) for each in took]  # what a busy machine adds says nothing about the kind of answer
    assert max(quickest) - min(quickest) < 0.02
    assert min(quickest) >= signing_in.ANSWERED_AFTER


async def test_an_unknown_name_costs_a_hash_as_well():
    hashing = Hashing()
    kept = await hashing.hashed("kata sandi yang benar")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await hashing.matches("kata sandi yang benar", kept)
    assert not await hashing.matches("kata sandi yang salah", kept)
    began = time.monotonic()
    assert not await hashing.matches("kata sandi yang benar", None)
    assert time.monotonic() - began > 0.005


async def test_the_same_letters_from_another_keyboard_are_the_same_password():
    hashing = Hashing()
    assert await hashing.matches("cafe\u0301 di pagi hari", await hashing.hashed("caf\u00e9 di pagi hari"))


async def test_few_may_wait_and_who_comes_next_is_told_to_come_again():
    hashing = Hashing(most=3)
    outcomes = await asyncio.gather(*(hashing.hashed("kata sandi") for _ in range(5)), return_exceptions=True)
    assert [isinstance(each, SignInBusy) for each in outcomes] == [False] * 3 + [True] * 2
    assert SignInBusy.retry_after == 5
    assert await hashing.hashed("kata sandi")


async def test_whose_turn_does_not_come_in_time_is_told_to_come_again_and_the_work_before_ends():
    """On a machine that has too much to do one hash takes a second, and those who wait do not wait for half a minute."""
    hashing, done = Hashing(patience=0.01), threading.Event()
    working = asyncio.create_task(hashing.beside(lambda: done.wait(30)))
    await asyncio.sleep(0)
    with pytest.raises(SignInBusy):
        await hashing.hashed("kata sandi")
    done.set()
    assert await working
    assert await hashing.hashed("kata sandi")


async def test_the_event_loop_goes_on_while_passwords_are_hashed():
    """The work waits for something that only the event loop does, and comes to its end."""
    hashing, went_on = Hashing(), threading.Event()
    working = asyncio.create_task(hashing.beside(lambda: went_on.wait(30)))
    await asyncio.sleep(0)
    went_on.set()
    assert await working


async def test_a_removed_password_signs_nobody_in(desk):
    from services.intake.accounts.verifiers import Secret
    from services.intake.domain.account import AddCredentials
    from services.intake.domain.credentials import Credential

    mine = await desk.open("ani")
    key = Credential("c-key", "passkey", "n-key")
    await desk.do(AddCredentials(person="ani", credentials=(key,)), keep=[Secret("c-key", "passkey", "public key")])
    await desk.do(RemoveCredential(person="ani", credential=mine.draft.password))
    await refused(desk, mine.typed(desk.clock.now()))
    assert await desk.names.holder(await desk.names.hashed("password", mine.name)) is None
