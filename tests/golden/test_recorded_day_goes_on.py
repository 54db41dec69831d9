"""The data of the release before, after a stop, under the programs of today: doctor says what comes, they start, every hash holds, and work goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from district.deployment import free_port
from district.embedded.postgres import Postgres, start_postgres
from district.home import Home
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity, service_principal
from shared.logins import SERVICES
from shared.testing import eventually
from tests.district.test_up import becomes_ready, environment, tanggap, up
from tests.golden.day import keys, restore_as_it_was

pytestmark = [pytest.mark.servers, pytest.mark.thorough]

COUNSELLOR = Identity(person_id(SOURCE, "smp1-staf-01"), "person")
CONCERN = {
    "school": school_id(SOURCE, "smp1"), "students": [{"id": person_id(SOURCE, "smp1-murid-017"), "role": "affected"}], "kind": "incident",
    "categories": ["bullying"], "narrative": "Kenari sesudah pembaruan", "channel": "api", "reporter": {"kind": "staff"},
}  # fmt: skip


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """What the first release left behind: its stores, before any script of today."""
    found = start_postgres(tmp_path / "server")
    restore_as_it_was(found.url())
    yield found
    found.stop()


@pytest.fixture
def left(tmp_path: Path) -> Home:
    """Its folder: the two keys that it had."""
    made = Home(tmp_path / "home")
    made.folder.mkdir()
    for name, secret in keys().items():
        (made.folder / f"{name}.secret").write_text(secret)
    return made


def finding(given: dict[str, str], what: str) -> str:
    return next(each["told"] for each in json.loads(tanggap("doctor", "--json", env=given).stdout) if each["what"] == what)


@pytest.mark.anyio
async def test_the_data_of_the_first_release_open_after_the_stop_and_work_goes_on(server, left, redis_url):
    port = free_port()
    given = environment(left.folder, DATABASE_ADMIN_URL=server.url(), REDIS_URL=redis_url, TANGGAP_PORT=str(port), TANGGAP_DEMO_SIGN_IN="true")
    told = finding(given, "upgrade")
    assert "scripts, 0003_earlier_receipts.sql to " in told
    assert "of the first release, which has no backup and cannot run beside this one: stop it, then copy the data folder" in told
    with up(given):
        await becomes_ready(port)
        assert finding(given, "upgrade") == "nothing to do: all schemas are of this release"
        verified = json.loads(tanggap("audit", "verify", "--json", env=given).stdout)
        assert [(each["service"], each["broken"]) for each in verified] == [(service, None) for service in SERVICES]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            await worked_on(client, left, server.url())


async def worked_on(client: httpx.AsyncClient, home: Home, url: str) -> None:
    """A case of that day is read, and a concern of today becomes one that a counsellor acknowledges."""
    theirs = {"authorization": f"Bearer {home.token(COUNSELLOR)}"}
    listed = (await client.get("/cases/api/cases", headers=theirs)).raise_for_status().json()["items"]
    before = (await client.get(f"/cases/api/cases/{listed[-1]['id']}", headers=theirs)).raise_for_status().json()
    assert before["strands"]
    given = {"authorization": f"Bearer {home.token(service_principal('upgrade'))}", "idempotency-key": "after-the-upgrade"}
    first, again = [(await client.post("/intake/api/concerns", json=CONCERN, headers=given)).json() for _ in range(2)]
    assert first["concern_id"] == again["concern_id"]

    async def arrived() -> bool:
        return bool(case_of(url, first["concern_id"]))

    await eventually(arrived, within=20)
    case = case_of(url, first["concern_id"])
    answer = await client.post(f"/cases/api/cases/{case}/acknowledge", json={}, headers=theirs)
    assert answer.is_success, answer.text
    read = (await client.get(f"/cases/api/cases/{case}", headers=theirs)).raise_for_status().json()
    assert read["acknowledged_by"] == COUNSELLOR.id


def case_of(url: str, concern: str) -> str:
    query = "SELECT substr(stream, 6) FROM cases.event WHERE type IN ('strand-added', 'case-opened') AND body LIKE %s"
    with psycopg.connect(url) as connection:
        row = connection.execute(query, (f"%{concern}%",)).fetchone()
    return str(row[0]) if row else ""
