"""Cases beside the real directory of agencies, for pages that look for a receiver."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.browser.serving import on_a_port
from tests.cases.desk import Desk
from tests.cases.desk import desk as cases_desk
from tests.notifications.desk import desk as notifications_desk

AGENCIES = (
    ("psikolog", "Biro Psikologi Contoh", {"name": "Psikologi remaja", "areas": ["Kabupaten Contoh"], "minimum_age": 10, "maximum_age": 18}),
    ("rsud", "RSUD Contoh", {"name": "Psikiatri anak", "around_the_clock": True, "unaccompanied": True, "phones": ["000-000"]}),
    ("dinsos", "Dinas Sosial Contoh", {"name": "Bantuan sosial", "areas": ["Kabupaten Lain"], "minimum_age": 18}),
)


@asynccontextmanager
async def beside_the_directory(database: str, redis_url: str) -> AsyncIterator[Desk]:
    """Cases, asking a directory with three agencies: two for a student's mind, one that fits nobody here."""
    async with notifications_desk(database, redis_url, "smtp://127.0.0.1:9") as directory:
        for agency, name, offer in AGENCIES:
            body = {"id": agency, "name": name, "services": [offer["name"]]}
            registered = await directory.client.post("/notifications/api/agencies", json=body, headers=directory.as_service())
            told = {"id": agency, "description": "Lembaga contoh.", "offers": [{"service": "s", **offer}]}
            described = await directory.client.post("/notifications/api/agencies/descriptions", json=told, headers=directory.as_service())
            assert (registered.status_code, described.status_code) == (201, 200), described.text
        async with on_a_port(directory.app) as origin, cases_desk(database, redis_url, TANGGAP_ORIGIN_NOTIFICATIONS=origin) as running:
            yield running
