"""Kill -9 in the middle of a rebuild: the old generation answers, before and after, and the next process goes on with what there is."""

import asyncio
from contextlib import contextmanager

import httpx
import pytest

from district.deployment import Deployment
from shared.secrettext import decoded, first_secrets
from shared.testing import eventually
from tests.cases.desk import KEY, desk
from tests.logins import login

pytestmark = pytest.mark.anyio


@contextmanager
def processes(folder, database, redis_url):
    given = {"TANGGAP_DEMO_SIGN_IN": "true", "SMTP_URL": "smtp://127.0.0.1:9", "TANGGAP_LOG_LEVEL": "ERROR"}
    known = first_secrets("token_key", decoded(KEY)).completed(first_secrets("master_key", decoded(KEY)))
    own = {"cases": login(database, "cases")}
    deployment = Deployment(folder, own, redis_url, launch="tests.cases.slowly {}", settings=given, secrets=known)
    try:
        yield deployment
    finally:
        deployment.stop()


async def test_a_rebuild_that_is_killed_is_gone_on_with_and_no_list_lacks_a_case(database, redis_url, tmp_path):
    async with desk(database, redis_url) as cases:
        school = await cases.school()
        made = {await school.case(f"student-{number}") for number in range(8)}
    with processes(tmp_path, database, redis_url) as deployment:
        deployment.start("cases")
        async with httpx.AsyncClient(base_url=deployment.origin("cases"), trust_env=False, timeout=20) as client:
            await eventually(lambda: _answers(client), within=30)
            asked = asyncio.create_task(client.post("/cases/api/views/case_list_v2/rebuild", headers=cases.service))
            await eventually(lambda: _half_built(cases))
            deployment.kill("cases")
            with pytest.raises(httpx.TransportError):
                await asked
            assert await cases.sql("SELECT state FROM view_checkpoint WHERE view = 'case_list_v2' ORDER BY generation") == [
                ("answering",),
                ("building",),
            ]
            deployment.start("cases")
            await eventually(lambda: _answers(client), within=30)
            statuses = []
            while await cases.sql("SELECT 1 FROM view_checkpoint WHERE view = 'case_list_v2' AND state <> 'answering'"):
                answer = await client.get("/cases/api/cases", headers=school.counsellor)
                statuses.append(answer.status_code)
                assert answer.status_code == 503 or {row["id"] for row in answer.json()["items"]} == made
            print(f"answers after the kill, until the rebuild that was gone on with answered: {statuses}")
            assert {row["id"] for row in (await client.get("/cases/api/cases", headers=school.counsellor)).json()["items"]} == made
        assert await cases.sql("SELECT count(DISTINCT generation) FROM case_list_v1") == [(1,)]


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/cases/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def _half_built(cases) -> bool:
    return bool(await cases.sql("SELECT 1 FROM view_checkpoint WHERE view = 'case_list_v2' AND state = 'building' AND position >= 4"))
