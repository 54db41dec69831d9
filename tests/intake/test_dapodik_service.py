"""Fetching from Dapodik's web service, which runs as a process of its own and has the faults that such services have."""

import zipfile
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from services.intake.roster.dapodik.service import fetch
from services.intake.roster.fetched import Asking
from services.intake.roster.people import Roster
from services.intake.roster.sources import read_source
from shared.errors import Invalid, TanggapError, Unavailable
from tests.intake.dapodik import CANARY, NIK
from tests.intake.dapodik_service import NPSN, STUDENTS, TOKEN
from tests.intake.interpreting import interpret
from tests.intake.providers import impatient, running

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


def service(fault: str = "") -> AbstractContextManager[str]:
    """The address of a provider with this fault."""
    return running("tests.intake.dapodik_service", fault)


@pytest.fixture
async def asking() -> AsyncIterator[Asking]:
    async with impatient("Dapodik") as client:
        yield client


async def fetched(asking: Asking, address: str, tmp_path: Path, token: str = TOKEN) -> Roster:
    files = await fetch(asking, address, token, NPSN)
    with zipfile.ZipFile(tmp_path / "jawaban.zip", "w") as archive:
        for place, content in files.items():
            assert CANARY not in content.decode()
            assert NIK not in content.decode()
            archive.writestr(str(place), content)
    return interpret(read_source(tmp_path / "jawaban.zip"))


@pytest.mark.parametrize("fault", ["", "no pages", "small pages", "busy twice", "silence once"])
async def test_every_student_is_fetched_once(asking, tmp_path, fault):
    with service(fault) as address:
        roster = await fetched(asking, f"{address}/", tmp_path)
    students = [person.id for person in roster.people if person.kind == "student"]
    assert len(students) == len(set(students)) == STUDENTS
    assert [school.npsn for school in roster.schools] == [NPSN]


REFUSED: dict[str, tuple[type[TanggapError], str]] = {
    "a page of HTML": (Invalid, "not-an-answer"),
    "half the pages": (Invalid, "half-answer"),
    "elsewhere": (Invalid, "no-such-service"),
    "always busy": (Unavailable, ""),
    "cut off": (Unavailable, ""),
}


@pytest.mark.parametrize("fault", REFUSED)
async def test_a_service_that_fails_gives_no_roster(asking, tmp_path, fault):
    kind, code = REFUSED[fault]
    with service(fault) as address, pytest.raises(kind) as caught:
        await fetched(asking, address, tmp_path)
    faults = caught.value.faults if isinstance(caught.value, Invalid) else ()
    assert [each.code for each in faults] == ([code] if code else [])


@pytest.mark.parametrize(("fault", "code"), [("", "wrong-token"), ("a refusal as 200", "not-an-answer")])
async def test_a_wrong_token_is_told_and_not_repeated(asking, tmp_path, fault, code):
    with service(fault) as address, pytest.raises(Invalid) as caught:
        await fetched(asking, address, tmp_path, token="rahasia-salah")
    assert [each.code for each in caught.value.faults] == [code]
    assert "rahasia-salah" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://[", "bukan alamat", "ftp://127.0.0.1"])
async def test_an_address_that_leads_nowhere_is_told(asking, tmp_path, address):
    with pytest.raises((Invalid, Unavailable)):
        await fetched(asking, address, tmp_path)
