"""The keyring in PostgreSQL: who may use which keys, and what one failing key does to the others."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from shared import sealing
from shared.destroying import PURPOSES
from shared.errors import HistoryBroken, NotAllowed, Unavailable
from shared.sealed import Erased, Sealed
from shared.sealing import KeyringVault, ToSeal
from shared.wrapping import MasterKey
from tests.erasing import ErasableVault
from tests.shared.vaults import CONTEXT, MASTER, NARRATIVE, connected


def test_a_wrapped_key_opens_only_for_the_person_and_purpose_it_was_made_for():
    wrapped = MasterKey(MASTER).wrap(b"k" * 32, b"ani|concern")
    assert MasterKey(MASTER).unwrap(wrapped, b"ani|concern") == b"k" * 32
    assert b"k" * 32 not in wrapped.box
    for key, bound_to in ((MASTER, b"budi|concern"), (MASTER, b"ani|case"), (b"n" * 32, b"ani|concern")):
        with pytest.raises(HistoryBroken):
            MasterKey(key).unwrap(wrapped, bound_to)


def test_keys_outlive_the_process_and_another_process_makes_no_second_one(database):
    async def scenario():
        async with connected(database) as first, connected(database) as second:
            mine, theirs = KeyringVault(first, MasterKey(MASTER)), KeyringVault(second, MasterKey(MASTER))
            one, two = await asyncio.gather(mine.seal("ani", "concern", "one", CONTEXT), theirs.seal("ani", "concern", "two", CONTEXT))
            assert one.kid == two.kid
            assert await KeyringVault(first, MasterKey(MASTER)).open_many([one, two]) == ["one", "two"]

    asyncio.run(scenario())


def test_another_master_key_opens_nothing_and_says_which_setting_is_wrong(database):
    async def scenario():
        async with connected(database) as known:
            sealed = await KeyringVault(known, MasterKey(MASTER)).seal("ani", "concern", NARRATIVE, CONTEXT)
            with pytest.raises(HistoryBroken, match="TANGGAP_MASTER_KEY"):
                await KeyringVault(known, MasterKey(b"n" * 32)).open(sealed)

    asyncio.run(scenario())


def test_a_key_moved_to_another_person_in_the_table_does_not_open(database):
    async def scenario():
        async with connected(database) as known:
            ani, budi = await KeyringVault(known, MasterKey(MASTER)).seal_many(
                [ToSeal("ani", "concern", NARRATIVE, CONTEXT), ToSeal("budi", "concern", "other", CONTEXT)]
            )
            with psycopg.connect(database, autocommit=True) as administrator:
                administrator.execute(
                    "UPDATE keyring.key SET wrapped = (SELECT wrapped FROM keyring.key WHERE kid = %s) WHERE kid = %s", (ani.kid, budi.kid)
                )
            with pytest.raises(HistoryBroken):
                await KeyringVault(known, MasterKey(MASTER)).open(budi)

    asyncio.run(scenario())


def test_what_one_process_erased_another_opens_no_more_once_it_forgot_the_key(database, monkeypatch):
    async def scenario():
        async with connected(database) as first, connected(database) as second:
            mine, theirs = ErasableVault(first, MasterKey(MASTER)), KeyringVault(second, MasterKey(MASTER))
            sealed = await mine.seal("ani", "concern", NARRATIVE, CONTEXT)
            assert await theirs.open(sealed) == NARRATIVE
            await mine.erase("ani")
            monkeypatch.setattr(sealing, "REMEMBERED", -1)  # as if the seconds had passed
            assert await theirs.open(sealed) == Erased(kid=sealed.kid)
            with pytest.raises(NotAllowed):
                await theirs.seal("ani", "concern", "new", CONTEXT)

    asyncio.run(scenario())


@pytest.mark.parametrize("asking", ["open", "seal"])
def test_a_key_that_was_on_its_way_when_it_was_erased_is_not_remembered(database, monkeypatch, asking):
    async def scenario():
        async with connected(database) as first, connected(database) as second:
            mine, theirs = ErasableVault(first, MasterKey(MASTER)), KeyringVault(second, MasterKey(MASTER))
            sealed, ask = await mine.seal("ani", "concern", NARRATIVE, CONTEXT), theirs._ask

            async def erased_on_the_way(query, wanted):
                found = await ask(query, wanted)
                monkeypatch.undo()
                await mine.erase("ani")
                theirs.forget()
                return found

            monkeypatch.setattr(theirs, "_ask", erased_on_the_way)
            await (theirs.open(sealed) if asking == "open" else theirs.seal("ani", "concern", "new", CONTEXT))
            assert await theirs.open(sealed) == Erased(kid=sealed.kid)
            with pytest.raises(NotAllowed):
                await theirs.seal("ani", "concern", "new", CONTEXT)

    asyncio.run(scenario())


def test_of_an_erased_key_only_the_row_that_says_so_is_left(database):
    async def scenario():
        async with connected(database) as known:
            vault = ErasableVault(known, MasterKey(MASTER))
            await vault.seal("ani", "concern", NARRATIVE, CONTEXT)
            await vault.erase("ani")
        with psycopg.connect(database) as administrator:
            rows = administrator.execute("SELECT person, purpose, wrapped, destroyed_at IS NOT NULL FROM keyring.key").fetchall()
        assert sorted(rows) == sorted(("ani", purpose, None, True) for purpose in PURPOSES)

    asyncio.run(scenario())


ALLOWED = {
    "intake": {"identity", "contact", "concern"},
    "cases": {"identity", "concern", "case", "guardian-notice", "package", "answer"},
    "notifications": {"identity", "contact", "guardian-notice", "package", "answer"},
}
"""Architecture, decision 8, written down a second time on purpose."""


@pytest.mark.parametrize("service", list(ALLOWED))
def test_a_service_uses_the_keys_of_its_own_purposes_and_of_no_other(database, service):
    async def scenario():
        async with connected(database, service) as known:
            vault = KeyringVault(known, MasterKey(MASTER))
            for purpose in ("identity", "contact", "concern", "case", "guardian-notice", "package", "answer"):
                if purpose in ALLOWED[service]:
                    assert await vault.open(await vault.seal("ani", purpose, purpose, CONTEXT)) == purpose
                else:
                    with pytest.raises(NotAllowed):
                        await vault.seal("ani", purpose, purpose, CONTEXT)

    asyncio.run(scenario())


def test_a_service_does_not_open_what_another_sealed_for_a_purpose_it_has_not(database):
    async def scenario():
        async with connected(database, "cases") as cases, connected(database, "notifications") as notifications:
            note, package = await KeyringVault(cases, MasterKey(MASTER)).seal_many(
                [ToSeal("ani", "case", NARRATIVE, CONTEXT), ToSeal("ani", "package", "package", CONTEXT)]
            )
            vault = KeyringVault(notifications, MasterKey(MASTER))
            assert await vault.open(package) == "package"
            with pytest.raises(NotAllowed):
                await vault.open(note)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM keyring.key", "UPDATE keyring.key SET wrapped = NULL", "DELETE FROM keyring.key", "SELECT * FROM keyring.allowed",
        "INSERT INTO keyring.allowed VALUES ('cases', 'contact')", "SELECT keyring.check_allowed(ARRAY['case'])",
    ],
)  # fmt: skip
def test_a_service_reaches_the_keyring_through_its_three_functions_alone(database, statement):
    async def scenario():
        async with connected(database) as known:
            await KeyringVault(known, MasterKey(MASTER)).seal("ani", "case", NARRATIVE, CONTEXT)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with known.connection() as connection:
                    await connection.execute(statement)

    asyncio.run(scenario())


def test_a_role_that_is_no_service_may_use_no_function_of_the_keyring(database):
    async def scenario():
        async with connected(database):
            pass

    asyncio.run(scenario())
    with psycopg.connect(database, autocommit=True) as administrator:
        name = f"stranger_{uuid4().hex[:8]}"
        administrator.execute(f"CREATE ROLE {name}")
        try:
            for statement in (
                "SELECT keyring.destroy('{}', '{}')",
                "SELECT keyring.count_living('{}', '{}')",
                "SELECT * FROM keyring.open_wrapped('{}')",
                "SELECT * FROM keyring.obtain('{}', '{}', '{}', '{}')",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    administrator.execute(f"SET ROLE {name}")
                    administrator.execute(statement)
        finally:
            administrator.execute("RESET ROLE")
            administrator.execute(f"DROP ROLE {name}")


def test_a_keyring_that_does_not_answer_is_unavailable(database):
    async def scenario():
        async with connected(database) as known:
            vault = KeyringVault(known, MasterKey(MASTER))
            await known._pool.close()
            with pytest.raises(Unavailable):
                await vault.seal("ani", "case", NARRATIVE, CONTEXT)

    asyncio.run(scenario())


def test_a_key_that_is_remembered_needs_no_database(database):
    async def scenario():
        async with connected(database) as known:
            vault = KeyringVault(known, MasterKey(MASTER))
            sealed = await vault.seal("ani", "case", NARRATIVE, CONTEXT)
            await known._pool.close()
            assert await vault.open(sealed) == NARRATIVE
            assert await vault.open(await vault.seal("ani", "case", "more", CONTEXT)) == "more"

    asyncio.run(scenario())


def test_erasing_one_person_shows_nobody_else_as_erased(database):
    async def scenario():
        async with connected(database) as known:
            ani, budi = await KeyringVault(known, MasterKey(MASTER)).seal_many(
                [ToSeal("ani", "case", "ani", CONTEXT), ToSeal("budi", "case", "budi", CONTEXT)]
            )
            vault = KeyringVault(known, MasterKey(MASTER))
            assert await vault.open(ani) == "ani"  # remembered; budi's key is not
            opening = asyncio.create_task(vault.open_many([ani, budi]))
            await asyncio.sleep(0)  # the opening has looked, and waits for budi's key
            vault._by_kid.clear()  # what erase() of a third person, and _forget_oldest(), do meanwhile
            assert await opening == ["ani", "budi"]

    asyncio.run(scenario())


def test_erasing_one_person_does_not_fail_the_sealing_about_another(database):
    async def scenario():
        async with connected(database) as known:
            vault = KeyringVault(known, MasterKey(MASTER))
            await vault.seal("ani", "case", "ani", CONTEXT)
            wanted = [ToSeal("ani", "case", "ani", CONTEXT), ToSeal("budi", "case", "budi", CONTEXT)]
            sealing_ = asyncio.create_task(vault.seal_many(wanted))
            await asyncio.sleep(0)
            vault._by_owner.clear()
            assert len(await sealing_) == 2

    asyncio.run(scenario())


def test_a_key_that_does_not_open_stops_only_those_who_asked_for_it(database):
    async def scenario():
        async with connected(database) as kept:
            bad = await KeyringVault(kept, MasterKey(b"o" * 32)).seal("budi", "case", NARRATIVE, CONTEXT)
            good = await KeyringVault(kept, MasterKey(MASTER)).seal("citra", "case", NARRATIVE, CONTEXT)
            vault = KeyringVault(kept, MasterKey(MASTER))
            sealing = [vault.seal(person, "case", NARRATIVE, CONTEXT) for person in ("ani", "budi", "citra")]
            sealed = await asyncio.gather(*sealing, return_exceptions=True)
            assert [type(each) for each in sealed] == [Sealed, HistoryBroken, Sealed]
            opened = await asyncio.gather(*(KeyringVault.open(vault, each) for each in (bad, good)), return_exceptions=True)
            assert [type(each) for each in opened] == [HistoryBroken, str]

    asyncio.run(scenario())
