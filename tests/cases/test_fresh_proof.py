"""Breaking the glass asks for a proof that is at most ten minutes old, over the API and by its form (people.md, Signing in)."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.access import Identity, Permissions, issue_token
from shared.clock import FixedClock
from shared.keys import Keys

pytestmark = pytest.mark.anyio


def proved_ago(cases, person: str, **ago: float) -> dict[str, str]:
    """A token that was made so long ago, and still holds."""
    then = FixedClock(datetime.now(UTC) - timedelta(**ago))
    token = issue_token(Keys("district", cases.settings.secret_source(), then), Identity(person, "person"), datetime.now(UTC) + timedelta(minutes=30))
    return {"authorization": f"Bearer {token}"}


async def test_an_old_proof_does_not_break_the_glass_and_a_new_one_does(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    said = {"activity": activity, "ground": "safety", "reason": "Darurat"}
    old = proved_ago(cases, school.named("coordinator"), minutes=11)
    refused = await cases.act(case, "break-glass", old, **said)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/proof-needed")
    assert await cases.events(case, "glass-broken") == []
    assert (await cases.act(case, "break-glass", school.coordinator, **said)).status_code == 200


async def test_its_form_leads_to_where_one_proves_it_again_and_keeps_what_was_typed(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.held(case)
    old = proved_ago(cases, school.named("coordinator"), minutes=11) | {"accept": "text/html"}
    address = f"/cases/cases/{case}/langkah/break-glass"
    led = await cases.client.get(address, params={"activity": activity}, headers=old)
    assert led.status_code == 303
    assert led.headers["location"].startswith("/intake/masuk?next=%2Fcases%2Fcases%2F")
    assert led.headers["location"].endswith("again=1")
    typed = {"ground": "safety", "reason": "Kenari darurat"}
    kept = await cases.client.post(address, params={"activity": activity}, headers=old, data=typed)
    assert (kept.status_code, "Kenari darurat" in kept.text) == (403, True)
    assert await cases.events(case, "glass-broken") == []


def test_what_is_asked_for_freshly_stands_in_the_file():
    told = Permissions()
    assert [name for name in sorted(told.groups) if told.command(name).fresh] == ["break-glass", "reveal"]
