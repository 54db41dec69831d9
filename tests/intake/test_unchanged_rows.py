"""A row that is as it was is quiet, whatever became of the secrets since; and one that is not never is."""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from district.sample.roster import SOURCE, write_roster
from services.intake.domain.roster import ROSTER, KeepRow
from services.intake.roster.people import person_id
from services.intake.roster.reading import read_bundle
from shared import secretfile
from shared.decider import execute
from shared.message import Occasion
from shared.rewrapping import Rewrapper
from shared.secretfile import write_secrets
from shared.secretset import SECRET_NAMES, SecretSet
from shared.wrapping import MasterKeys
from tests.erasing import erase
from tests.intake.interpreting import interpret
from tests.intake.office import Office, opened, sample
from tests.keys import secrets

anyio = pytest.mark.anyio
SECRETS = "TANGGAP_SECRETS_FILE"


@pytest.fixture(autouse=True)
def _looks_always(monkeypatch):
    monkeypatch.setattr(secretfile, "LOOK_EVERY", -1.0)


@pytest.fixture
async def office(database, tmp_path):
    write_secrets(tmp_path / "secrets", secrets(b"k", "0"))
    async with opened(database, tmp_path, **{SECRETS: str(tmp_path / "secrets")}) as running:
        yield running


async def bring(office: Office, name: str, district) -> tuple[int, int]:
    """How many rows were applied, and how many were as they were."""
    report = await office.bring(write_roster(district, office.folder / name))
    return report.applied, report.unchanged


async def replace_every_secret(office: Office) -> None:
    """A rotation of all, carried through, after which the old ones are dropped."""
    now, known = datetime.now(UTC), secrets(b"k", "0")
    for place, name in enumerate(SECRET_NAMES):
        known = known.rotated(name, bytes([place + 1]) * 32, since=now, until=now + timedelta(hours=1))
    write_secrets(office.folder / "secrets", known)
    kernel = office.kernel
    await Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.clock), kernel.heartbeats).rewrap_all()
    write_secrets(office.folder / "secrets", SecretSet(tuple(known.of(name)[-1] for name in SECRET_NAMES)))


@anyio
async def test_the_same_bundle_after_every_secret_was_replaced_changes_nothing(office):
    district = sample(10)
    await bring(office, "a.zip", district)
    head = await office.kernel.store.head()
    await replace_every_secret(office)
    assert await bring(office, "a.zip", district) == (0, len(district.people))
    assert await office.kernel.store.head() == head


@anyio
async def test_two_people_with_the_same_row_have_different_digests(office):
    district = sample(5)
    await bring(office, "a.zip", district)
    digests = [each["digest"] for each in await office.told("roster-row-kept")]
    assert len(set(digests)) == len(district.people)
    assert all(digest.startswith("own:") for digest in digests)


@anyio
async def test_somebody_who_was_erased_leaves_a_digest_that_nobody_can_compare_with(office):
    district = sample(5)
    await bring(office, "a.zip", district)
    gone = person_id(SOURCE, "smp1-murid-001")
    await erase(office.kernel, gone)
    report = await office.bring(office.folder / "a.zip")
    assert [each.reason for each in report.quarantined] == ["erased"]


# digests of the first release --------------------------------------------------------------------------------------


async def as_the_first_release_kept_it(office: Office) -> None:
    """Everybody's digest is a keyed hash under the token key, as that release made it of the same row."""
    for person in interpret(read_bundle(office.folder / "a.zip")).people:
        digest = hmac.digest(b"k" * 32, repr(person).encode(), "sha256").hex()
        occasion = Occasion("test", None, datetime.now(UTC), cause := uuid4(), cause)
        await execute(office.kernel.store, ROSTER, f"person-{person.id}", KeepRow(digest=digest), occasion)


@anyio
@pytest.mark.parametrize("retired", [False, True])
async def test_rows_that_the_first_release_kept_are_unchanged_also_after_its_token_key_was_retired(office, retired):
    district = sample(8)
    await bring(office, "a.zip", district)
    await as_the_first_release_kept_it(office)
    if retired:
        await replace_every_secret(office)
    registered = len(await office.told("person-registered"))
    assert await bring(office, "a.zip", district) == (0, len(district.people))
    assert len(await office.told("person-registered")) == registered
    kept = [each["digest"] for each in await office.told("roster-row-kept")][-len(district.people) :]
    assert all(digest.startswith("own:") for digest in kept)
    head = await office.kernel.store.head()
    assert await bring(office, "a.zip", district) == (0, len(district.people))
    assert await office.kernel.store.head() == head


@anyio
@pytest.mark.parametrize("field", ["given", "born"])
async def test_of_rows_that_the_first_release_kept_the_changed_one_is_applied(office, field):
    district = sample(8)
    await bring(office, "a.zip", district)
    await as_the_first_release_kept_it(office)
    other: dict[str, Any] = {"given": "Kirana", "born": datetime(2011, 1, 2, tzinfo=UTC).date()}
    people = [replace(each, **{field: other[field]}) if each.key == "smp1-murid-003" else each for each in district.people]
    assert await bring(office, "b.zip", type(district)(district.schools, people)) == (1, len(people) - 1)
    assert (await office.told("person-registered"))[-1]["person"] == person_id(SOURCE, "smp1-murid-003")
