"""Whose erasures, requests and retention somebody sees: an officer's own schools, the operator's tools all, no other service any (ADR 50)."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from services.intake.erasure.retaining import Over
from services.intake.erasure.routes import require_theirs
from services.intake.erasure.routes import router as erasures_router
from services.intake.erasure.view import Claimed, Person
from services.intake.subjects.routes import router as subjects_router
from shared.access import Principal, service_principal
from shared.errors import NotAllowed
from shared.events import Post

pytestmark = pytest.mark.anyio

NOON = datetime(2031, 7, 1, 12, tzinfo=UTC)
OFFICER = Principal("dinas-1", "person", frozenset({Post("district-officer", "smp1")}))
OPERATOR = service_principal("operator")


class Known:
    """Two students at two schools, each of whom asked something."""

    async def person(self, person):
        return {"ani": Person("ani", "student", "smp1", None), "budi": Person("budi", "student", "sma1", None)}.get(person)

    async def claims(self):
        return [Claimed(f"r-{person}", person, "copy", NOON, NOON, None, None) for person in ("ani", "budi")]


class Ending:
    async def over(self, today):  # noqa: ARG002 - the same every day
        for person in ("ani", "budi"):
            yield Over(person, ("case",))


KNOWN: Any = Known()


def get(router: APIRouter, path: str):
    (found,) = [each for each in router.routes if isinstance(each, APIRoute) and each.path == path and "GET" in (each.methods or ())]
    return found.endpoint


@pytest.mark.parametrize(("principal", "people"), [(OFFICER, ["ani"]), (OPERATOR, ["ani", "budi"])])
async def test_requests_and_retention_are_those_of_the_officer_s_schools(principal, people):
    kernel = SimpleNamespace(clock=SimpleNamespace(now=lambda: NOON))
    copies: Any = SimpleNamespace(kernel=kernel, erasures=KNOWN)
    office: Any = SimpleNamespace(kernel=kernel, inquiry=SimpleNamespace(erasures=KNOWN, schedule=SimpleNamespace(source="test")))
    ending: Any = Ending()
    asked = await get(subjects_router(copies), "/intake/api/subject-requests")(principal)
    over = await get(erasures_router(office, ending), "/intake/api/retention")(principal, date(2031, 7, 1))
    assert [each["person"] for each in asked["items"]] == people
    assert [each["person"] for each in over["items"]] == people


class Copying:
    """Says of whom a copy was made, and of which other record of the same child."""

    erasures = KNOWN

    async def other_record(self, person):
        return {"ani": "budi"}.get(person)

    async def of(self, person, by, reader, other):
        return person, by, reader, other


@pytest.mark.parametrize(("principal", "other"), [(OFFICER, None), (OPERATOR, "budi")])
async def test_the_other_record_of_a_child_at_another_officer_s_school_comes_from_that_officer(principal, other):
    copies: Any = Copying()
    made = await get(subjects_router(copies), "/intake/api/subjects/{person}/data")("ani", principal, "student")
    assert made == ("ani", principal.id, "student", other)


async def test_no_service_but_the_operator_s_tools_has_anything_to_do_with_erasures():
    await require_theirs(KNOWN, OPERATOR, "ani")
    for name in ("cases", "notifications", "test"):
        with pytest.raises(NotAllowed):
            await require_theirs(KNOWN, service_principal(name), "ani")
