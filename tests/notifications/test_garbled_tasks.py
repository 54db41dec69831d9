"""Tasks of FHIR that are garbled in any way are answers or refused with an outcome: never an error of ours, and what is refused changes nothing."""

import random

import pytest
from fhirclient.models import operationoutcome

from services.notifications.fhir.updates import task_sent
from shared.errors import Invalid, Malformed
from tests.notifications.garbling import as_bytes, garbled
from tests.notifications.test_fhir import BASE, in_step, read, referred, running, triggers, update

__all__ = ["running"]
pytestmark = pytest.mark.anyio

FILLED = {
    "status": "in-progress",
    "businessStatus": in_step("5.1.1"),
    "statusReason": {"coding": [{"system": "s", "code": "capacity"}], "text": "Penuh."},
    "note": [{"text": "Kabar.", "authorReference": {"reference": "Organization/upt"}}],
    "output": [{"type": {"text": "hasil"}, "valueString": "Selesai."}, {"valueReference": {"display": "Laporan"}}],
    "executionPeriod": {"start": "2026-12-01T08:00:00+07:00"},
}


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 2_000), marks=pytest.mark.thorough)], ids=["brief", "full"])
async def test_a_garbled_task_is_an_answer_or_a_clear_outcome(running, seeds):
    task = await referred(running)
    known, headers = await read(running, f"Task/{task}"), running.as_agency("upt") | {"content-type": "application/fhir+json"}
    await update(running, task, status="accepted")
    statuses = set()
    for seed in seeds:
        chance = random.Random(seed)
        body, before = as_bytes(chance, garbled(chance, known | FILLED)), await triggers(running)
        version = (await read(running, f"Task/{task}"))["meta"]["versionId"]
        answer = await running.client.put(f"{BASE}/Task/{task}", content=body, headers=headers | {"if-match": f'W/"{version}"'})
        assert answer.status_code < 500, (seed, answer.status_code)
        statuses.add(answer.status_code // 100)
        if answer.status_code != 200:
            assert operationoutcome.OperationOutcome(answer.json()).issue, seed
            assert await triggers(running) == before, seed
    assert statuses == {2, 4}, "both ends are met"


@pytest.mark.parametrize("seeds", [range(2_000), pytest.param(range(2_000, 200_000), marks=pytest.mark.thorough)], ids=["brief", "full"])
async def test_whatever_a_body_holds_it_is_read_or_refused(seeds):
    outcomes = set()
    for seed in seeds:
        chance = random.Random(seed)
        body = as_bytes(chance, garbled(chance, {"resourceType": "Task", "id": "t", "intent": "order", **FILLED}))
        try:
            words = task_sent(body, "t").words
        except (Malformed, Invalid):
            outcomes.add("refused")
            continue
        assert words is None or words.encode(), seed
        outcomes.add("read")
    assert outcomes == {"read", "refused"}, "both ends are met"
