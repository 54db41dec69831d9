"""Sealed text: what can be opened, what cannot, and what is gone for good, in memory and with real keys in PostgreSQL."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable, Coroutine
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from shared.errors import HistoryBroken, NotAllowed
from shared.sealed import Erased, Sealed
from shared.sealing import MemoryVault, ToSeal, Vault
from shared.wrapping import MasterKey
from tests.erasing import ErasableVault
from tests.shared.vaults import CONTEXT, MASTER, NARRATIVE, connected

Scenario = Callable[[Vault], Coroutine[Any, Any, None]]


@pytest.fixture(params=["memory", "postgresql"])
def run(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    """Runs a scenario on a fresh vault."""

    async def on_postgresql(scenario: Scenario) -> None:
        async with connected(request.getfixturevalue("database")) as database:
            await scenario(ErasableVault(database, MasterKey(MASTER)))

    return lambda scenario: asyncio.run(scenario(MemoryVault()) if request.param == "memory" else on_postgresql(scenario))


def altered(sealed: Sealed, place: int) -> Sealed:
    """The same with one bit of the box turned."""
    box = bytearray(b64decode(sealed.box))
    box[place] ^= 1
    return sealed.model_copy(update={"box": b64encode(bytes(box)).decode()})


@pytest.mark.parametrize("text", [NARRATIVE, "", "é 🦋 \n\"'\\", "x" * 20_000])
def test_what_was_sealed_comes_back_and_does_not_show(run, text):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", text, CONTEXT)
        assert await vault.open(sealed) == text
        assert (sealed.context, "ani" in sealed.kid) == (CONTEXT, False)
        assert len(text) < 5 or text.encode() not in b64decode(sealed.box)

    run(scenario)


def test_a_box_survives_its_way_through_json(run):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        assert await vault.open(Sealed.model_validate_json(sealed.model_dump_json())) == NARRATIVE

    run(scenario)


def test_the_same_text_twice_gives_two_boxes_under_one_key(run):
    async def scenario(vault):
        one, two = [await vault.seal("ani", "concern", NARRATIVE, CONTEXT) for _ in range(2)]
        assert one.box != two.box
        assert one.kid == two.kid

    run(scenario)


def test_every_person_and_every_purpose_has_a_key_of_its_own(run):
    async def scenario(vault):
        wanted = [ToSeal(person, purpose, "x", CONTEXT) for person in ("ani", "budi", "concern-1") for purpose in ("concern", "case", "answer")]
        kids = [each.kid for each in await vault.seal_many(wanted)]
        assert len(set(kids)) == len(wanted)

    run(scenario)


def test_many_are_sealed_and_opened_in_the_order_they_were_given(run):
    async def scenario(vault):
        wanted = [ToSeal(f"person-{place % 7}", "case", f"text {place}", f"case-{place}/note") for place in range(50)]
        sealed = await vault.seal_many(wanted)
        assert [each.context for each in sealed] == [each.context for each in wanted]
        assert await vault.open_many(sealed[::-1]) == [each.text for each in wanted[::-1]]
        assert await vault.seal_many([]) == []
        assert await vault.open_many([]) == []

    run(scenario)


@pytest.mark.parametrize("elsewhere", ["concern-2/narrative", "concern-1/text", "", CONTEXT + " "])
def test_a_box_that_is_said_to_stand_elsewhere_does_not_open(run, elsewhere):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        with pytest.raises(HistoryBroken) as caught:
            await vault.open(sealed.model_copy(update={"context": elsewhere}))
        assert NARRATIVE not in str(caught.value)

    run(scenario)


def test_the_box_of_one_event_does_not_open_in_another_nor_under_anothers_key(run):
    async def scenario(vault):
        mine = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        elsewhere = await vault.seal("ani", "concern", "other", "concern-2/narrative")
        theirs = await vault.seal("budi", "concern", "other", CONTEXT)
        for place in (elsewhere, theirs):
            with pytest.raises(HistoryBroken):
                await vault.open(place.model_copy(update={"box": mine.box}))
        with pytest.raises(HistoryBroken):
            await vault.open(mine.model_copy(update={"kid": theirs.kid}))

    run(scenario)


@pytest.mark.parametrize("place", [0, 11, 12, -17, -1])
def test_a_box_with_one_bit_turned_does_not_open(run, place):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        with pytest.raises(HistoryBroken):
            await vault.open(altered(sealed, place))
        assert await vault.open(sealed) == NARRATIVE

    run(scenario)


@pytest.mark.parametrize("cut", ["", "AAAA", "AAA", "!!!!"])
def test_a_box_that_was_cut_does_not_open_either(run, cut):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        with pytest.raises(HistoryBroken):
            await vault.open(sealed.model_copy(update={"box": cut}))

    run(scenario)


def test_what_was_sealed_about_an_erased_person_is_gone_and_says_so(run):
    async def scenario(vault):
        wanted = [ToSeal("ani", purpose, NARRATIVE, CONTEXT) for purpose in ("identity", "concern", "case")]
        mine, theirs = await vault.seal_many(wanted), await vault.seal("budi", "concern", "stays", CONTEXT)
        assert await vault.erase("ani") == 3
        assert await vault.open_many([*mine, theirs]) == [*(Erased(kid=each.kid) for each in mine), "stays"]
        assert str(await vault.open(mine[0])) == "[dihapus / erased]"

    run(scenario)


def test_nothing_new_is_sealed_about_an_erased_person_and_erasing_again_finds_nothing(run):
    async def scenario(vault):
        await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        assert await vault.erase("ani") == 1
        assert await vault.erase("ani") == 0
        with pytest.raises(NotAllowed):
            await vault.seal("ani", "concern", "new", CONTEXT)
        assert await vault.erase("nobody") == 0

    run(scenario)


def test_a_key_that_nobody_knows_opens_nothing(run):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        unknown = sealed.model_copy(update={"kid": str(uuid4())})
        assert await vault.open(unknown) == Erased(kid=unknown.kid)

    run(scenario)


@settings(max_examples=60, database=None)
@drawn(st.text(max_size=200), st.text("abc-/123", max_size=20))
def test_any_text_in_any_place_comes_back(text, context):
    async def scenario():
        vault = MemoryVault()
        assert await vault.open(await vault.seal("ani", "concern", text, context)) == text

    asyncio.run(scenario())


def test_what_is_derived_from_a_persons_key_is_theirs_for_one_use_and_the_same_every_time(run):
    async def scenario(vault):
        told = await vault.derive_many(["ani", "budi", "ani"], "concern", "receipt")
        assert told[0] == told[2] != told[1]
        assert await vault.derive_many(["ani"], "concern", "receipt") == told[:1]
        others = [*await vault.derive_many(["ani"], "case", "receipt"), *await vault.derive_many(["ani"], "concern", "row-digest")]
        assert len({told[0], *others}) == 3
        assert await vault.derive_many([], "concern", "receipt") == []

    run(scenario)


def test_nothing_is_derived_from_a_key_that_was_destroyed(run):
    async def scenario(vault):
        sealed = await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
        await vault.derive_many(["budi"], "concern", "receipt")
        await vault.erase("ani")
        gone, there = await vault.derive_many(["ani", "budi"], "concern", "receipt")
        assert gone == Erased(kid=sealed.kid)
        assert isinstance(there, bytes)

    run(scenario)
