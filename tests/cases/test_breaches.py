"""A breach, from the record of reads: who and what, whose data, and a notice that is due in 3 × 24 hours (UU PDP, 46; ADR 50)."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.pages.moments import Moments

pytestmark = pytest.mark.anyio


async def test_a_span_says_who_read_what_of_whom_and_drafts_the_notice(cases):
    school = await cases.school()
    before = datetime.now(UTC)
    case, other = await school.case("ani"), await school.case("budi")
    for each in (case, other):
        assert (await cases.get(f"cases/{each}", school.counsellor)).status_code == 200
    reader, span = school.named("counsellor"), {"since": before.isoformat(), "until": (before + timedelta(hours=1)).isoformat()}
    told = (await cases.get("breaches", cases.service, reader=reader, **span)).json()
    assert told["students"] == sorted((school.named("ani"), school.named("budi")))
    assert {each["reader"] for each in told["items"]} == {reader}
    due = datetime.fromisoformat(told["due"])
    assert timedelta(hours=71) < due - datetime.now(UTC) <= timedelta(hours=72)
    assert "data pribadi 2 murid" in told["notice"]
    assert Moments("id", "Asia/Jakarta").moment(due) in told["notice"], "on the district's clock"
    (one,) = (await cases.get("breaches", cases.service, reader=reader, case=case, **span)).json()["items"]
    assert (one["case"], one["student"]) == (case, school.named("ani"))
    nothing = (await cases.get("breaches", cases.service, reader="nobody", **span)).json()
    assert (nothing["items"], nothing["notice"]) == ([], "")


async def test_it_is_for_the_district_s_officer_the_auditor_and_the_operator(cases):
    school = await cases.school()
    span = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}
    assert (await cases.get("breaches", school.coordinator, **span)).status_code == 403
    assert (await cases.get("breaches", cases.officer, **span)).status_code == 200
