"""Only intake asks cases what forbids an erasure, or has it purge (ADR 50)."""

import pytest

from shared.access import service_principal
from tests.keys import bearer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("service", "status"), [("intake", 200), ("notifications", 403), ("test", 403)])
async def test_only_intake_asks_cases_about_an_erasure(cases, service, status):
    body = {"erasure": "e", "person": "nobody", "dry": True}
    answer = await cases.client.post("/cases/api/erasures/claim", json=body, headers=bearer(cases.settings, service_principal(service)))
    assert answer.status_code == status, answer.text
