"""A receipt holds until its concern ends: over rotations, over an upgrade, over a rebuild; and not a moment longer."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from services.intake.app import create_app
from services.intake.digits import digits_in, secret_of, written
from services.intake.domain.concern import CONCERN
from services.intake.domain.concern.state import Concern
from services.intake.domain.roster import ROSTER, RegisterSchool
from services.intake.earlier_receipts import EarlierReceipts
from services.intake.guessing import Guessing
from services.intake.lettering import lettered, normalised
from services.intake.receipts import Receipts, kept, locator
from services.intake.reporters import Reporters
from services.intake.views import TABLES, VIEW, Directory, project
from shared import secretfile
from shared.access import ANONYMOUS, service_principal
from shared.decider import execute, load
from shared.errors import Unavailable
from shared.events import SchoolRegistered
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion
from shared.rewrapping import Rewrapper
from shared.secretfile import write_secrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet
from shared.settings import read_settings
from shared.wrapping import MasterKeys
from tests.erasing import erase
from tests.keys import bearer, secrets
from tests.logins import login, past_the_wall

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

    async def concern(self, concern: str) -> Concern:
        return (await load(self.kernel.store, CONCERN, f"concern-{concern}")).state

    async def register_school(self) -> None:
        """The one school, known to the view."""
        school = SchoolRegistered(school="s1", npsn="20100002", name="SMP", level="smp")
        occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, TANGGAP)
        await execute(self.kernel.store, ROSTER, "school-s1", RegisterSchool(school=school), occasion)
        while await self.view.step():
            pass

    async def do(self, *statements: str) -> None:
        async with past_the_wall(self.kernel.database).connection() as connection:
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


def swapped(digits: str) -> str:
    """Two neighbours that differ, changed about."""
    place = next(place for place in range(40) if digits[place] != digits[place + 1])
    return digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]


def crowded() -> Guessing:
    """From where so many wrong receipts came that whoever has to wait is sent away."""

    async def at_once(_: float) -> None:
        pass

    return Guessing(lambda: 0.0, at_once)


@anyio
async def test_a_right_receipt_never_waits_behind_whoever_guesses_on_the_same_line(office):
    guessing, raised = crowded(), await office.raises("k1")
    assert await office.finds(raised["receipt"]) == 200
    with pytest.raises(Unavailable):
        for _ in range(10_000):
            await guessing.turn("school")
    reporters = Reporters(office.kernel.store, office.receipts, Directory(office.kernel.database, office.view), guessing)
    concern = await reporters.by_receipt(raised["receipt"], "school")
    assert concern.concern == raised["concern_id"]
    assert await reporters.own(raised["concern_id"], ANONYMOUS, raised["receipt"], "school") == concern
    for wrong in (swapped(digits_in(raised["receipt"])), written(b"k" * 16), of_the_first_release(raised["concern_id"])):
        with pytest.raises(Unavailable):
            await reporters.by_receipt(wrong, "school")
        with pytest.raises(Unavailable):
            await reporters.own(raised["concern_id"], ANONYMOUS, wrong, "school")


_AS_BEFORE = (
    "ALTER TABLE intake.event DISABLE TRIGGER USER",
    "UPDATE intake.event SET body = (body::jsonb - 'receipt' || '{\"version\": 1}')::text, schema_version = 1 WHERE type = 'concern-received'",
    "DELETE FROM intake.concern_locator_v1",
)
"""Concerns as a release before receipts of digits kept them: version 1, without a receipt."""


async def as_before(database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as connection:
        for statement in _AS_BEFORE:
            await connection.execute(statement)


def in_threes(letters: str) -> str:
    return "-".join(letters[place : place + 3] for place in range(0, 18, 3))


@pytest.fixture(autouse=True)
def _looks_always(monkeypatch):
    monkeypatch.setattr(secretfile, "LOOK_EVERY", -1.0)


@pytest.fixture
async def office(database, tmp_path):
    async with opened(database, tmp_path, secrets()) as running:
        yield running


@anyio
async def test_a_receipt_is_forty_digits_that_find_their_concern_however_they_are_typed(office):
    told = await office.raises("k1")
    assert [len(part) for part in told["receipt"].split(" ")] == [4] * 10
    digits = digits_in(told["receipt"])
    for typed in (told["receipt"], digits, digits.replace("0", "O").replace("1", "l"), f" {digits[:9]}-{digits[9:]}.\r\n"):
        assert await office.finds(typed) == 200
    for wrong in (digits[:-1], digits + "0", swapped(digits), str((int(digits[0]) + 1) % 10) + digits[1:]):
        assert await office.finds(wrong) == 404


@anyio
async def test_of_a_receipt_nothing_is_stored_but_its_hash(office):
    """The secret follows from the concern's own key; whoever reads the whole database cannot ask for a concern."""
    told = await office.raises("k1")
    digits = digits_in(told["receipt"])
    secret = secret_of(told["receipt"])
    assert secret is not None
    async with past_the_wall(office.kernel.database).connection() as connection:
        bodies = [row[0] for row in await (await connection.execute("SELECT body FROM event")).fetchall()]
        await office.finds(told["receipt"])
        located = [row[0] for row in await (await connection.execute("SELECT locator FROM concern_locator_v1")).fetchall()]
    assert located == [kept(secret)]
    assert [body for body in bodies if kept(secret) in body] == [body for body in bodies if '"concern-received"' in body]
    for trace in (digits, told["receipt"], secret.hex(), normalised(told["receipt"]) or digits):
        assert not any(trace in body for body in [*bodies, *located])


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
    await erase(office.kernel, f"concern-{first['concern_id']}")
    assert (await office.finds(first["receipt"]), await office.finds(other["receipt"])) == (404, 200)
    erased = await office.concern(first["concern_id"])
    assert [await office.receipts.matches(each, erased) for each in ("", "0" * 18, first["receipt"])] == [False] * 3


@anyio
async def test_letters_of_sixty_bits_never_open_what_has_a_receipt_of_digits(office):
    """The letters that an earlier release would have given for the same concern."""
    told = await office.raises("k1")
    (key,) = await office.kernel.vault.derive_many([f"concern-{told['concern_id']}"], "concern", "receipt")
    letters = locator(told["concern_id"]) + lettered(key, 12)
    assert await office.finds(letters) == 404
    answer = await office.client.get(f"/intake/api/concerns/{told['concern_id']}", headers={"receipt": letters})
    assert answer.status_code == 404


@anyio
async def test_receipts_of_the_release_before_hold_until_their_concern_ends(database, tmp_path):
    """18 letters from the concern's own key; nothing of them is stored but where they lead."""
    async with opened(database, tmp_path, secrets()) as office:
        concern = (await office.raises("k1"))["concern_id"]
    await as_before(database)
    async with opened(database, tmp_path, office.known) as later:
        (key,) = await later.kernel.vault.derive_many([f"concern-{concern}"], "concern", "receipt")
        letters = locator(concern) + lettered(key, 12)
        assert await later.finds(in_threes(letters).lower()) == 200
        assert (await later.raises("k1"))["receipt"] == in_threes(letters)
        await erase(later.kernel, f"concern-{concern}")
        assert await later.finds(letters) == 404


# receipts of the first release -------------------------------------------------------------------------------------


def of_the_first_release(concern: str) -> str:
    """As it was derived from the token key."""
    digest = int.from_bytes(hmac.digest(b"k" * 32, f"receipt|{concern}".encode(), "sha256"))
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[digest >> 5 * place & 31] for place in range(18))
    return in_threes(letters)


@asynccontextmanager
async def upgraded(database: str, folder: Path) -> AsyncIterator[tuple[Office, str, str]]:
    """A district of the first release that was just upgraded: an accepted concern that its view had located, and one that came later."""
    async with opened(database, folder, secrets(b"k", "0")) as before:
        located, late = [(await before.raises(key))["concern_id"] for key in ("k1", "k2")]
    await as_before(database)
    async with opened(database, folder, before.known) as office:
        receipt = normalised(of_the_first_release(located))
        await office.do(
            "DELETE FROM concern_locator_v1",
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
        async with past_the_wall(office.kernel.database).connection() as connection:
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
        await erase(office.kernel, f"concern-{late}")
        await office.earlier.keep_all()
        await erase(office.kernel, f"concern-{located}")
        assert [await office.finds(of_the_first_release(concern)) for concern in (located, late)] == [404, 404]


@anyio
async def test_concerns_of_this_release_are_looked_for_once_and_keep_their_own_receipts(office):
    told = await office.raises("k1")
    await office.earlier.find_latest()
    own = await office.raises("k2")
    await office.earlier.find_latest()
    async with past_the_wall(office.kernel.database).connection() as connection:
        kept = await (await connection.execute("SELECT concern FROM earlier_receipt")).fetchall()
    assert kept == [(told["concern_id"],)]
    assert [await office.finds(each["receipt"]) for each in (told, own)] == [200, 200]
