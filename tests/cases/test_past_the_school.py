"""A case that comes to the district's desk goes past the school, whoever had it there (domain.md, Intake): it is nobody's until somebody of the district
takes it, and the district is told (found by random years, ADR 34).
"""

import json

import pytest

from shared.testing import eventually
from tests.cases.desk import accused

pytestmark = pytest.mark.anyio


async def test_whoever_had_it_at_the_school_gives_it_up_and_the_district_is_told(cases):
    await cases.hear_duty()
    school = await cases.school()
    case = await school.case()
    assert (await cases.get(f"cases/{case}", school.counsellor)).status_code == 200
    assert await school.concern(people=(accused(None),), desk="district") == case

    async def given_up() -> bool:
        return bool(await cases.events(case, "owner-gone"))

    await eventually(given_up)
    told = json.loads((await cases.events(case, "owner-gone"))[0])
    assert (told["person"], told["why"], told["goes_to"]) == (school.named("counsellor"), "other-role", "duty")
    await cases.caught_up()
    assert case in {each["case"] for each in await school.listed("without-an-owner", cases.duty)}
    assert await cases.events(case, "owner-back") == []
