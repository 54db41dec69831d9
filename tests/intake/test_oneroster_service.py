"""Fetching over OneRoster 1.2 REST from a provider in a process of its own, with the faults that such providers have."""

import zipfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.intake.roster.fetched import Asking
from services.intake.roster.known import EVERYBODY, Known, KnownPerson, KnownSchool
from services.intake.roster.oneroster_service import Provider, fetch
from services.intake.roster.people import Roster, person_id, school_id
from services.intake.roster.refusing import leaving
from services.intake.roster.sources import read_source
from shared.errors import Invalid, TanggapError
from tests.intake.interpreting import interpret
from tests.intake.oneroster_service import CANARY, CLIENT, SECRET, STUDENTS
from tests.intake.providers import impatient, running

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

SINCE = datetime(2026, 11, 1, tzinfo=UTC)


def provider(fault: str = "") -> AbstractContextManager[str]:
    """The address of a provider with this fault."""
    return running("tests.intake.oneroster_service", fault)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    async with impatient("OneRoster") as client:
        yield client


async def fetched(
    asking: Asking, address: str, tmp_path: Path, *, secret: str = SECRET, since: datetime | None = None, known: Known | None = None
) -> Roster:
    told = Provider(address, f"{address}/token", CLIENT, secret, "sis")
    counts: dict[str, int] = {}
    files = await fetch(asking, told, since, counts.__setitem__)
    assert list(counts) == ["orgs", "users", "classes", "enrollments", "demographics"]
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for name, content in files.items():
            assert CANARY not in content.decode()
            archive.writestr(name, content)
    return interpret(read_source(tmp_path / "b.zip"), known)


@pytest.mark.parametrize("fault", ["", "small pages", "no pages", "busy twice"])
async def test_everybody_is_fetched_once_with_class_birth_date_guardians_and_role(asking, tmp_path, fault):
    with provider(fault) as address:
        roster = await fetched(asking, address, tmp_path)
    assert len({person.id for person in roster.people}) == len(roster.people) == STUDENTS + 2
    first = next(person for person in roster.people if person.id == person_id("sis", "m0"))
    assert (first.name, first.born, first.homeroom, first.guardians) == ("Murid 0 Contoh", "2012-05-06", "8A", (person_id("sis", "ibu"),))
    assert [person.roles for person in roster.people if person.kind == "staff"] == [("counsellor",)]
    assert roster.covers == EVERYBODY
    assert roster.set_aside == []


async def test_since_a_moment_only_changes_come_and_nobody_leaves(asking, tmp_path):
    school = school_id("sis", "smp1")
    known = Known({person_id("sis", each): KnownPerson("student", school) for each in ("m0", "m500")}, {school: KnownSchool("20109999", "SMP 1")})
    with provider() as address:
        roster = await fetched(asking, address, tmp_path, since=SINCE, known=known)
    assert roster.covers == frozenset()
    assert [person.id for person in roster.people] == [person_id("sis", f"m{number}") for number in range(3)]
    assert leaving(roster, known) == []


@pytest.mark.parametrize(("fault", "code"), [("HTML", "not-oneroster"), ("another model", "not-oneroster"), ("half", "half-answer")])
async def test_an_answer_that_is_none_gives_no_roster(asking, tmp_path, fault, code):
    with provider(fault) as address, pytest.raises(Invalid) as caught:
        await fetched(asking, address, tmp_path)
    assert [each.code for each in caught.value.faults] == [code]


async def test_wrong_credentials_are_told_and_not_shown(asking, tmp_path):
    with provider() as address, pytest.raises(Invalid) as caught:
        await fetched(asking, address, tmp_path, secret="salah-sekali")
    assert [each.code for each in caught.value.faults] == ["wrong-token"]
    assert "salah-sekali" not in str(caught.value)


async def test_a_server_that_is_not_there_is_told(asking, tmp_path):
    with pytest.raises(TanggapError):
        await fetched(asking, "http://127.0.0.1:1", tmp_path)
