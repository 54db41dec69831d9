"""Whoever forgets to ask for the school in a query still sees nothing of another one (ADR 32)."""

import pytest

from services.cases.reading import case_list, wanted_work
from shared.conditions import Conditions

pytestmark = pytest.mark.anyio


@pytest.fixture
def forgotten(monkeypatch) -> None:
    """The lists no longer say of which schools they are."""

    def nothing(wanted: Conditions, schools: str) -> None:
        """The mistake that the wall is for."""

    for module in (case_list, wanted_work):
        monkeypatch.setattr(module, "of_schools", nothing)


async def test_lists_and_cases_without_the_school_in_their_query_show_the_own_school_alone(cases, forgotten):
    mine, elsewhere = await cases.school(), await cases.school()
    own, foreign = await mine.case(), await elsewhere.case()
    listed = {each["case"] for each in await mine.listed("today", mine.coordinator)} | {
        each["id"] for each in (await cases.get("cases", mine.coordinator)).json()["items"]
    }
    assert (own in listed, foreign in listed) == (True, False)
    assert {each["school"] for each in (await cases.get("cases", mine.counsellor)).json()["items"]} == {mine.id}


async def test_nobody_who_holds_no_post_is_shown_a_row(cases, forgotten):
    school = await cases.school()
    await school.case()
    async with cases.app.state.kernel.database.connection() as connection:
        for table in ("case_list_v1", "worklist_v1", "fact_v1", "strand_v1", "person_v1", "post_v1", "read_log"):
            assert await (await connection.execute(f"SELECT * FROM {table}")).fetchall() == [], table
