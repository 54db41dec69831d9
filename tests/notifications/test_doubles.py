"""Whom no message may reach, where the roster has a child under two ids: a mark under one holds under the other (ADR 58)."""

import pytest

from services.notifications.contacting import register_of
from services.notifications.domain.register import REGISTER, HomeMarkedUnsafe, HomeShared, NoteDouble
from shared.events import PersonsMatched, PersonsUnmatched
from shared.testing import given
from tests.notifications.desk import desk
from tests.notifications.scenes import in_states, staffed, to_be_told

PAIR = {"person": "siswa", "other": "siswa-2", "by": "operator"}
SHARED, ALONE = HomeShared(student="siswa", other="siswa-2"), HomeShared(student="siswa", other=None)


def test_a_home_is_shared_and_is_not_and_no_mark_is_lifted():
    given(REGISTER).when(NoteDouble(student="siswa", other="siswa-2")).then(SHARED)
    given(REGISTER, SHARED).when(NoteDouble(student="siswa", other="siswa-2")).then()
    after = given(REGISTER, SHARED, HomeMarkedUnsafe(student="siswa")).when(NoteDouble(student="siswa", other=None)).then(ALONE)
    assert (after.state.double, after.state.marked) == (None, True)


@pytest.mark.anyio
@pytest.mark.parametrize("order", ["marked before", "marked after"])
async def test_nobody_at_home_is_told_where_a_guardian_is_marked_under_the_other_id(database, redis_url, order):
    async with desk(database, redis_url, "smtp://127.0.0.1:9") as running:
        await staffed(running)
        await running.person("siswa-2", "student", guardians=("ibu-2",))
        await running.person("ibu-2", "guardian")
        if order == "marked before":
            await mark(running)
        await running.hear(PersonsMatched(**PAIR))
        if order == "marked after":
            await mark(running)
        await running.hear(PersonsUnmatched(**PAIR))
        register = await register_of(running.kernel.store, "siswa")
        assert (register.home, register.double) == (True, None), "undoing the match lifts no mark"
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "cancelled")


async def mark(running) -> None:
    body = {"student": "siswa-2", "guardian": "ibu-2", "school": "school-1"}
    answer = await running.client.post("/notifications/api/do-not-contact", json=body, headers=running.as_person("ani", "counsellor", "school-1"))
    assert answer.status_code == 200
