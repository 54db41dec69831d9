"""A receipt holds until its concern ends: over rotations, over an upgrade, over a rebuild; and not a moment longer."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.intake.app import create_app
from services.intake.domain.roster import ROSTER, RegisterSchool
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.lettering import normalised
from services.intake.receipts import Receipts, locator, locator_of
from services.intake.views import TABLES, VIEW, project
from shared import secretfile
from shared.access import service_principal
from shared.decider import execute
from shared.events import SchoolRegistered
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion
from shared.rewrapping import Rewrapper
from shared.sealing import MemoryVault
from shared.secretfile import write_secrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet
from shared.settings import read_settings
from shared.wrapping import MasterKeys
from tests.keys import bearer, secrets
from tests.logins import login

anyio = pytest.mark.anyio
FORM = {"school": "s1", "students": [{"description": "somebody", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": "words"}


@dataclass
class Office:
    """Intake over PostgreSQL, its view applied when somebody asks, and the secrets of the moment."""

    app: FastAPI
    view: Projection
    client: httpx.AsyncClient
    file: Path
    known: SecretSet

    @property
    def kernel(self):
        return self.app.state.kernel

    @property
    def earlier(self) -> EarlierReceipts:
        return EarlierReceipts(self.kernel.database, self.kernel.vault, self.kernel.keys, self.kernel.heartbeats)

    @property
    def receipts(self) -> Receipts:
        return Receipts(self.kernel.vault, self.earlier)

    def change(self, known: SecretSet) -> None:
        self.known = known
        write_secrets(self.file, known)

    def rotate_all(self) -> None:
        now = datetime.now(UTC)
        for place, name in enumerate(SECRET_NAMES):
            fresh = bytes([len(self.known.secrets), place]) * 16
            self.change(self.known.rotated(name, fresh, since=now, until=now + timedelta(hours=1)))

    def keep_only_the_newest(self, *names: str) -> None:
        self.change(SecretSet(tuple(each for each in self.known.secrets if each.name not in names or each == self.known.of(each.name)[-1])))

    async def raises(self, key: str) -> dict[str, str]:
        headers = bearer(self.kernel.settings, service_principal("test")) | {"idempotency-key": key}
        answer = await self.client.post("/intake/api/concerns", json=FORM | {"channel": "api", "reporter": {"kind": "staff"}}, headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def finds(self, receipt: str) -> int:
        while await self.view.step():
            pass
        return (await self.client.post("/intake/api/status", json={"receipt": receipt})).status_code

    async def register_school(self) -> None:
        """The one school, known to the view."""
        school = SchoolRegistered(school="s1", npsn="20100002", name="SMP", level="smp")
        occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, TANGGAP)
        await execute(self.kernel.store, ROSTER, "school-s1", RegisterSchool(school=school), occasion)
        while await self.view.step():
            pass

    async def do(self, *statements: str) -> None:
        async with self.kernel.database.connection() as connection:
            for statement in statements:
                await connection.execute(statement)


@asynccontextmanager
async def opened(database: str, folder: Path, known: SecretSet) -> AsyncIterator[Office]:
    file = folder / "secrets"
    write_secrets(file, known)
    given = {"DATABASE_URL": login(database, "intake"), "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_SECRETS_FILE": str(file)}
    app = create_app(read_settings(given))
    kernel = app.state.kernel
    await kernel.database.open()
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
            view = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats)
            office = Office(app, view, client, file, known)
            await office.register_school()
            yield office
    finally:
        await kernel.database.close()


@pytest.fixture(autouse=True)
def _looks_always(monkeypatch):
    monkeypatch.setattr(secretfile, "LOOK_EVERY", -1.0)


@pytest.fixture
async def office(database, tmp_path):
    async with opened(database, tmp_path, secrets()) as running:
        yield running


@anyio
async def test_a_receipt_is_eighteen_letters_that_find_their_concern_however_they_are_typed(office):
    told = await office.raises("k1")
    assert [len(part) for part in told["receipt"].split("-")] == [3] * 6
    letters = normalised(told["receipt"])
    for typed in (told["receipt"], letters.lower(), letters.replace("0", "o").replace("1", "l"), f" {letters[:9]} {letters[9:]}. "):
        assert await office.finds(typed) == 200
    assert await office.finds(letters[:-1] + ("A" if letters[-1] != "A" else "B")) == 404


@anyio
async def test_a_repeat_gives_the_same_receipt_over_rotations_of_every_secret_and_after_the_old_ones_are_gone(office, database):
    first = await office.raises("k1")
    for _ in range(2):
        office.rotate_all()
        assert await office.raises("k1") == first
        assert await office.finds(first["receipt"]) == 200
    kernel = office.kernel
    await Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.clock), kernel.heartbeats).rewrap_all()
    office.keep_only_the_newest(*SECRET_NAMES)
    async with opened(database, office.file.parent, office.known) as later:
        assert await later.raises("k1") == first
        assert await later.finds(first["receipt"]) == 200


@anyio
async def test_an_erasure_ends_the_receipt(office):
    first, other = await office.raises("k1"), await office.raises("k2")
    await office.kernel.vault.erase(f"concern-{first['concern_id']}")
    assert (await office.finds(first["receipt"]), await office.finds(other["receipt"])) == (404, 200)
    assert not await office.receipts.matches("", first["concern_id"])
    assert not await office.receipts.matches("0" * 18, first["concern_id"])


@anyio
async def test_only_the_letters_that_find_a_concern_follow_from_what_lies_open(office):
    """In another district the same concern has another proof."""
    concern = str(uuid4())
    mine = normalised(await office.receipts.receipt(concern))
    theirs = normalised(await Receipts(MemoryVault(), office.earlier).receipt(concern))
    assert mine[:6] == theirs[:6] == locator(concern) == locator_of(mine)
    assert mine[6:] != theirs[6:]


# receipts of the first release -------------------------------------------------------------------------------------


def of_the_first_release(concern: str) -> str:
    """As it was derived from the token key."""
    digest = int.from_bytes(hmac.digest(b"k" * 32, f"receipt|{concern}".encode(), "sha256"))
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digest >> 5 * place & 31] for place in range(18))
    return "-".join(letters[place : place + 3] for place in range(0, 18, 3))


@asynccontextmanager
async def upgraded(database: str, folder: Path) -> AsyncIterator[tuple[Office, str, str]]:
    """A district of the first release that was just upgraded: an accepted concern that its view had located, and one that came later."""
    async with opened(database, folder, secrets(b"k", "0")) as office:
        located, late = [(await office.raises(key))["concern_id"] for key in ("k1", "k2")]
        receipt = normalised(of_the_first_release(located))
        await office.do(
            f"INSERT INTO concern_locator_v1 (locator, concern, generation) SELECT '{receipt[:6]}', '{located}', generation"
            " FROM view_checkpoint WHERE state = 'answering'",
            f"INSERT INTO earlier_receipt (concern, locator) VALUES ('{located}', '{receipt[:6]}')",
            "UPDATE first_release SET ended = false",
        )
        yield office, located, late


@anyio
async def test_receipts_of_the_first_release_hold_at_once_after_the_upgrade(database, tmp_path):
    async with upgraded(database, tmp_path) as (office, located, late):
        assert await office.finds(of_the_first_release(located)) == 200
        await office.earlier.find_latest()
        await office.earlier.keep_all()
        assert await office.finds(of_the_first_release(late)) == 200
        assert [each.count for each in await office.earlier.depends()] == [0]


@anyio
async def test_they_hold_and_are_repeated_after_the_token_key_was_retired_and_the_view_was_rebuilt(database, tmp_path):
    async with upgraded(database, tmp_path) as (office, located, late):
        await office.earlier.find_latest()
        await office.earlier.keep_all()
        office.rotate_all()
        office.keep_only_the_newest("access", "intake", "cases", "notifications")
        assert office.kernel.keys.first_release() is None
        await office.do("DELETE FROM concern_locator_v1")
        for key, concern in (("k1", located), ("k2", late)):
            assert await office.finds(of_the_first_release(concern)) == 200
            assert (await office.raises(key))["receipt"] == of_the_first_release(concern)
        async with office.kernel.database.connection() as connection:
            kept = str(await (await connection.execute("SELECT receipt::text FROM earlier_receipt")).fetchall())
        assert normalised(of_the_first_release(located))[6:] not in kept


@anyio
async def test_the_token_key_stays_needed_until_all_of_them_are_kept(database, tmp_path):
    async with upgraded(database, tmp_path) as (office, *_):
        await office.earlier.find_latest()
        assert [(each.name, each.id, each.count) for each in await office.earlier.depends()] == [("intake", "0", 2)]
        office.rotate_all()
        office.keep_only_the_newest("intake")
        await office.earlier.keep_all()  # nothing can be done without it, and nothing is lost
        assert [each.count for each in await office.earlier.depends()] == [2]
        office.change(SecretSet((Secret("intake", "0", b"k" * 32), *office.known.secrets)))
        await office.earlier.keep_all()
        assert [each.count for each in await office.earlier.depends()] == [0]


@anyio
async def test_an_erasure_ends_an_earlier_receipt_too_before_and_after_it_was_kept(database, tmp_path):
    async with upgraded(database, tmp_path) as (office, located, late):
        await office.earlier.find_latest()
        await office.kernel.vault.erase(f"concern-{late}")
        await office.earlier.keep_all()
        await office.kernel.vault.erase(f"concern-{located}")
        assert [await office.finds(of_the_first_release(concern)) for concern in (located, late)] == [404, 404]


@anyio
async def test_concerns_of_this_release_are_looked_for_once_and_keep_their_own_receipts(office):
    told = await office.raises("k1")
    await office.earlier.find_latest()
    own = await office.raises("k2")
    await office.earlier.find_latest()
    async with office.kernel.database.connection() as connection:
        kept = await (await connection.execute("SELECT concern FROM earlier_receipt")).fetchall()
    assert kept == [(told["concern_id"],)]
    assert [await office.finds(each["receipt"]) for each in (told, own)] == [200, 200]
