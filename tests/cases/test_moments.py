"""A moment that nobody means is told at its field and nothing is stored: no date can be reckoned on from the end of all years."""

import pytest

pytestmark = pytest.mark.anyio

NOT_MEANT = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1931-12-31T08:00:00+07:00", "2200-01-01T00:00:00Z")


@pytest.mark.parametrize("moment", NOT_MEANT)
async def test_a_moment_outside_all_calendars_is_refused_at_its_field(cases, moment):
    school = await cases.school()
    case = await school.case()
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="personal", reason="Ingin bicara"))["activity"]
    before = (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"]
    for field, told in (("when", {"when": moment}), ("happened_at", {"when": "2026-12-01T08:00:00+07:00", "happened_at": moment})):
        answer = await cases.act(case, "schedule-counselling", school.counsellor, activity=activity, place="Ruang BK", **told)
        assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (422, [f"/{field}"])
    assert (await cases.get(f"cases/{case}/history", school.counsellor)).json()["items"] == before
    goals = [{"words": "Tenang", "field": "personal", "owner": "counsellor", "due": moment}]
    assert (await cases.act(case, "plan-case", school.counsellor, goals=goals)).status_code == 422


@pytest.mark.parametrize("typed", ["0001-01-01T00:00", "9999-12-31T23:59", "1900-01-01T08:00"])
async def test_in_a_form_it_is_said_in_words_and_what_was_typed_stays(cases, typed):
    school = await cases.school()
    case = await school.case()
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="personal", reason="Ingin bicara"))["activity"]
    form = f"/cases/cases/{case}/langkah/schedule-counselling?activity={activity}"
    answer = await cases.client.post(form, data={"when": typed, "place": "Ruang BK"}, headers=school.counsellor)
    assert (answer.status_code, "Tulis tanggal dan waktu yang ada di kalender." in answer.text, typed in answer.text) == (422, True, True)
    recorded = await cases.client.post(f"/cases/cases/{case}/catat", data={"at": typed}, headers=school.counsellor)
    assert recorded.status_code == 422


@pytest.mark.parametrize("version", ["9" * 5000, "²", "-1", "x"])
async def test_a_version_that_is_none_and_a_number_without_end_are_no_failure(cases, version):
    school = await cases.school()
    case = await school.case()
    form = f"/cases/cases/{case}/langkah/note"
    answer = await cases.client.post(form, data={"text": "Catatan", "version": version}, headers=school.counsellor)
    assert answer.status_code in (303, 409, 422)
    activity = (await cases.done(case, "request-counselling", school.counsellor, origin="self", field="personal", reason="Ingin bicara"))["activity"]
    held = f"/cases/cases/{case}/langkah/schedule-counselling?activity={activity}"
    await cases.client.post(held, data={"when": "2026-12-01T08:00", "place": "Ruang BK"}, headers=school.counsellor)
    hold = f"/cases/cases/{case}/langkah/hold-counselling?activity={activity}"
    assert (await cases.client.post(hold, data={"meeting": version}, headers=school.counsellor)).status_code == 422
