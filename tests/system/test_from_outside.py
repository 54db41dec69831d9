"""What meets a client from outside, in real processes: keys of machines (ADR 43), and whether answers keep what the documents promise."""

import asyncio
from typing import Any

import httpx
import pytest

from services.notifications.subscribers import task_of
from tests.faults.rig import AGENCY, Rig
from tests.system.promises import ROLES, Promises, is_asked_in_brief, roles_for

pytestmark = pytest.mark.servers

AGENCY_KEY = {"holder": AGENCY, "kind": "agency", "scopes": ["referrals:read", "children:send"]}
DASHBOARD_KEY = {"holder": "dasbor-dinas", "kind": "integrator", "scopes": ["statistics:read", "directory:read"]}
TASKS, REPORT, HSDS = "notifications/api/tasks", "cases/api/reports/district?month=2026-11", "notifications/api/agencies/hsds"
FHIR, CONCERNS = "notifications/fhir/R4/Task", "intake/api/concerns"
CASES = "cases/api/cases"


def sent(district: Rig, path: str, key: str, method: str = "GET", **more: Any) -> int:
    url = f"{district.deployment.origin(path.partition('/')[0])}/{path}"
    return httpx.request(method, url, headers={"authorization": f"Bearer {key}"}, timeout=20, trust_env=False, **more).status_code


def given(district: Rig, wanted: dict[str, Any]) -> dict[str, str]:
    url = f"{district.deployment.origin('intake')}/intake/api/machine-keys"
    answer = httpx.post(url, json=wanted, headers=district.service(), timeout=20, trust_env=False)
    assert answer.status_code == 201, answer.text
    return answer.json()


def revoke(district: Rig, key: dict[str, str]) -> None:
    url = f"{district.deployment.origin('intake')}/intake/api/machine-keys/revoke"
    httpx.post(url, json={"id": key["id"]}, headers=district.service(), timeout=20, trust_env=False).raise_for_status()


async def until_refused(district: Rig, path: str, key: str) -> None:
    """Asks all the time; none that began a second after now succeeds."""
    async with httpx.AsyncClient(timeout=20, trust_env=False, headers={"authorization": f"Bearer {key}"}) as client:
        revoked_at, late = asyncio.get_running_loop().time(), list[int]()
        while (began := asyncio.get_running_loop().time()) < revoked_at + 2:
            answer = await client.get(f"{district.deployment.origin(path.partition('/')[0])}/{path}")
            late += [answer.status_code] if began > revoked_at + 1 else []
    assert set(late) == {401}, path


def test_a_key_opens_what_it_is_for_and_nothing_a_second_after_it_was_revoked(district):
    agency, dashboard = given(district, AGENCY_KEY), given(district, DASHBOARD_KEY)
    opened = {path: (sent(district, path, agency["key"]), sent(district, path, dashboard["key"])) for path in (TASKS, FHIR, REPORT, HSDS, CASES)}
    assert opened == {TASKS: (200, 403), FHIR: (200, 403), REPORT: (403, 200), HSDS: (403, 200), CASES: (403, 403)}
    for key in (agency, dashboard):
        assert sent(district, f"notifications/api/tasks/{task_of('none')}/transitions", key["key"], "POST", json={"trigger": "accept"}) == 403
        assert sent(district, "notifications/api/agencies", key["key"], "POST", json={}) == 403
        assert sent(district, "intake/api/machine-keys/look", key["key"], "POST", json={"keys": []}) == 403
        assert sent(district, "intake/feed?partition=0", key["key"]) == 403
    assert sent(district, CONCERNS, agency["key"], "POST", json={}) in (400, 422), "it may send, and this is no concern"
    assert sent(district, CONCERNS, dashboard["key"], "POST", json={}) == 403
    revoke(district, agency)
    revoke(district, dashboard)

    async def everywhere() -> None:
        await asyncio.gather(until_refused(district, TASKS, agency["key"]), until_refused(district, REPORT, dashboard["key"]))

    asyncio.run(everywhere())
    secret = agency["key"].rpartition("_")[2]
    assert [name for name in ("intake", "cases", "notifications") if secret in (district.folder / f"{name}.log").read_text()] == []


# what the documents promise ----------------------------------------------------------------------------------------


def test_no_answer_breaks_what_the_documents_promise_in_brief(district):
    """Schemathesis over the three documents: one operation of five, each in two roles. `make thorough` asks all in each."""
    promises = Promises(district)
    for service, operation in promises.operations():
        for role in roles_for(operation.label, list(ROLES), 2) if is_asked_in_brief(operation.label) else ():
            promises.ask(service, operation, role, 1)
    assert promises.broken == {}
    assert promises.asked > 60


@pytest.mark.thorough
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", list(ROLES))
def test_nor_in_each_role(district, role):
    promises = Promises(district)
    for service, operation in promises.operations():
        promises.ask(service, operation, role, 8)
    assert promises.broken == {}
