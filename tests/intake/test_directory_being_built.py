"""Intake while its directory of schools and people is built, or is behind: nothing is taken for unknown that is only not there yet."""

from base64 import urlsafe_b64encode

import httpx
import pytest

from services.intake.app import create_app
from services.intake.views import VIEW
from shared.access import service_principal
from shared.eventstore import projection
from shared.settings import read_settings
from tests.intake.form import fill
from tests.keys import bearer
from tests.logins import login, past_the_wall
from tests.shared.test_tail import event, item

pytestmark = pytest.mark.anyio

CONCERN = {
    "school": "s1", "students": [{"id": "ani", "role": "affected"}], "kind": "need", "categories": ["other"], "narrative": "Kenari", "channel": "api",
    "reporter": {"kind": "staff"},
}  # fmt: skip


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Office:
    """Intake without its running parts: the directory is what the test says."""

    def __init__(self, app, client) -> None:
        self.kernel, self.client = app.state.kernel, client

    async def sql(self, query: str) -> None:
        async with past_the_wall(self.kernel.database).connection() as connection:
            await connection.execute(query)

    async def directory(self, state: str) -> None:
        """One school and one student, in a generation in this state."""
        await self.sql(f"INSERT INTO view_checkpoint (view, position, state) VALUES ('{VIEW}', 0, '{state}')")
        await self.sql("INSERT INTO school_v1 VALUES ('s1', '20100002', 'SMP', 'smp', NULL, 1)")
        await self.sql("INSERT INTO person_v1 VALUES ('ani', 'student', 's1', '{}', NULL, '{}', 1)")

    async def ask(self, method: str, path: str, **more) -> httpx.Response:
        return await self.client.request(method, f"/intake{path}", **more)


@pytest.fixture
async def office(database, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.05)
    key = urlsafe_b64encode(b"k" * 32).decode()
    given = {"DATABASE_URL": login(database, "intake"), "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_MASTER_KEY": key, "TANGGAP_TOKEN_KEY": key}
    app = create_app(read_settings(given))
    await app.state.kernel.database.open()
    headers = bearer(app.state.kernel.settings, service_principal("test"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test", headers=headers) as client:
        yield Office(app, client)
    await app.state.kernel.database.close()


async def raised(office) -> httpx.Response:
    return await office.ask("POST", "/api/concerns", json=CONCERN, headers={"idempotency-key": "k-1"})


async def school_page(office) -> httpx.Response:
    """The page of the public form that offers the schools."""
    await fill(office.client, about="other", narrative="words")
    return await office.ask("GET", "/lapor/sekolah")


async def test_while_it_is_built_nobody_is_unknown_and_a_concern_is_to_be_sent_again(office):
    await office.directory("building")
    for answer in (
        await raised(office),
        await school_page(office),
        await office.ask("GET", "/api/schools"),
        await office.ask("GET", "/api/people"),
        await office.ask("POST", "/api/status", json={"receipt": "ABC-DEF-GHJ-KMN-PQR-STV"}),
    ):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
        assert answer.json()["type"] == "/problems/still-building"
    assert await office.kernel.store.head() == 0, "nothing was stored"
    await office.sql("UPDATE view_checkpoint SET state = 'answering'")
    assert (await raised(office)).status_code == 201


async def test_a_directory_that_is_behind_serves_the_form_and_refuses_what_must_be_whole(office):
    await office.directory("answering")
    await office.kernel.store.append(item(event()))
    assert "SMP" in (await school_page(office)).text
    assert [school["school"] for school in (await office.ask("GET", "/api/schools")).json()["items"]] == ["s1"]
    assert (await raised(office)).status_code == 201
    for answer in (await office.ask("GET", "/api/people"), await office.ask("POST", "/api/status", json={"receipt": "ABC-DEF-GHJ-KMN-PQR-STV"})):
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/behind-write")
