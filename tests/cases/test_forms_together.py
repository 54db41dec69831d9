"""A summons, a conference and a visit begin on one page with their second step; closing names first what is still open (ADR 44)."""

import json

import pytest

from shared.decider import load
from tests.cases.test_forms import Fields, page, sent

pytestmark = pytest.mark.anyio


async def case_of(cases):
    """A case in handling whose student has a mother who is safe to contact."""
    school = await cases.school()
    case = await school.case()
    await school.person("mother", "guardian")
    mother = school.named("mother")
    await cases.done(case, "assess-guardian", school.counsellor, guardian=mother, safe=True, reason="Aman")
    await cases.done(case, "assess-case", school.counsellor, field="social", findings="Kenari", safe=True)
    return school, case, mother


async def given(cases, school, address, typed):
    fields = Fields((await page(cases, school.counsellor, address)).text)
    return await sent(cases, school.counsellor, address, fields.hidden | typed)


async def kinds(cases, case, beginning) -> list[str]:
    rows = await cases.sql("SELECT type FROM event WHERE stream = %s ORDER BY version", f"case-{case}")
    return [row[0] for row in rows if row[0].startswith(beginning)]


def meeting(case, mother) -> tuple[str, dict[str, str]]:
    address = f"/cases/cases/{case}/langkah/plan-parent-meeting?guardian={mother}"
    return address, {"kind": "help-at-home", "goal": "Tujuan kenari", "serious_danger": "1"}


SUMMONS = {"channel": "letter", "when": "2031-03-04T10:00", "letter": "421/7"}


async def test_the_first_summons_stands_in_the_same_append_and_its_letter_is_offered(cases):
    school, case, mother = await case_of(cases)
    address, typed = meeting(case, mother)
    answer = await given(cases, school, address, typed | SUMMONS)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/cases/{case}?tersimpan=invite-parent")
    assert await kinds(cases, case, "parent-") == ["parent-meeting-planned", "parent-invited"]
    (invited,) = [json.loads(each) for each in await cases.events(case, "parent-invited")]
    assert (invited["summons"], invited["letter"], invited["channel"]) == (1, "421/7", "letter")
    shown = (await page(cases, school.counsellor, answer.headers["location"])).text
    assert "Terbitkan surat panggilan orang tua" in shown


async def test_without_a_summons_only_the_meeting_is_planned(cases):
    school, case, mother = await case_of(cases)
    address, typed = meeting(case, mother)
    answer = await given(cases, school, address, typed)
    assert answer.headers["location"] == f"/cases/cases/{case}?tersimpan=plan-parent-meeting"
    assert await kinds(cases, case, "parent-") == ["parent-meeting-planned"]


async def test_half_a_summons_is_refused_at_its_fields_and_nothing_is_planned(cases):
    school, case, mother = await case_of(cases)
    address, typed = meeting(case, mother)
    answer = await given(cases, school, address, typed | {"letter": "421/7"})
    assert answer.status_code == 422
    assert [name for name in ("kind", "goal", "channel", "when", "letter") if f'href="#{name}"' in answer.text] == ["channel", "when"]
    assert "421/7" in answer.text and "Tujuan kenari" in answer.text
    assert await kinds(cases, case, "parent-") == []


async def test_pressed_twice_both_steps_are_one_act(cases):
    school, case, mother = await case_of(cases)
    address, typed = meeting(case, mother)
    said = Fields((await page(cases, school.counsellor, address)).text).hidden | typed | SUMMONS
    answers = [await sent(cases, school.counsellor, address, said) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert await kinds(cases, case, "parent-") == ["parent-meeting-planned", "parent-invited"]


async def test_a_conference_is_proposed_and_its_people_invited_by_name_with_their_reason(cases):
    school, case, _ = await case_of(cases)
    address = f"/cases/cases/{case}/langkah/propose-conference"
    people: dict[str, str] = {}
    for number, person in enumerate(("counsellor", "principal", "homeroom")):
        people |= {f"invitees-{number}-person": school.named(person), f"invitees-{number}-side": "school", f"invitees-{number}-reason": "support"}
    answer = await given(cases, school, address, {"kind": "help", "purpose": "Tujuan kenari", "when": "2031-03-04T10:00"} | people)
    assert answer.status_code == 303, answer.text
    (convened,) = [json.loads(each) for each in await cases.events(case, "conference-convened")]
    assert [each["person"] for each in convened["invitees"]] == [school.named(each) for each in ("counsellor", "principal", "homeroom")]


async def test_one_invitee_is_too_few_and_is_told_beside_the_first_name(cases):
    school, case, _ = await case_of(cases)
    address = f"/cases/cases/{case}/langkah/propose-conference"
    one = {"invitees-0-person": school.named("principal"), "invitees-0-side": "school", "invitees-0-reason": "support"}
    answer = await given(cases, school, address, {"kind": "help", "purpose": "Tujuan kenari", "when": "2031-03-04T10:00"} | one)
    assert answer.status_code == 422
    assert 'href="#invitees-0-person"' in answer.text and 'id="invitees-0-person-error"' in answer.text


async def test_a_visit_is_planned_with_its_letter_of_assignment(cases):
    school, case, mother = await case_of(cases)
    address = f"/cases/cases/{case}/langkah/plan-visit?guardian={mother}"
    said = {"gap": "Kenari", "questions": "Kenari", "serious_danger": "1", "when": "2031-03-04T10:00", "letter": "800/7"}
    answer = await given(cases, school, address, said | {"endorsed_by": school.named("principal")})
    assert (answer.status_code, answer.headers.get("location")) == (303, f"/cases/cases/{case}?tersimpan=notify-visit"), answer.text
    assert await kinds(cases, case, "visit-") == ["visit-planned", "visit-notified"]
    assert "Terbitkan surat tugas kunjungan rumah" in (await page(cases, school.counsellor, answer.headers["location"])).text


# closing -----------------------------------------------------------------------------------------------------------


async def test_what_is_still_open_is_named_before_a_case_can_be_closed(cases):
    school, case, _ = await case_of(cases)
    address = f"/cases/cases/{case}/langkah/close"
    asked = await school.ask(case)
    held = (await page(cases, school.counsellor, address)).text
    assert "Selesaikan dahulu." in held and 'name="outcome_class"' not in held
    shown = (await page(cases, school.counsellor, f"/cases/cases/{case}")).text
    assert "Tutup kasus: lihat yang masih terbuka" in shown
    await cases.done(case, "cancel-activity", school.counsellor, activity=asked, reason="Kenari")
    free = await page(cases, school.counsellor, address)
    assert 'name="outcome_class"' in free.text and "Selesaikan dahulu." not in free.text
    answer = await sent(cases, school.counsellor, address, Fields(free.text).hidden | {"outcome_class": "helped", "task_reviewed": "Kenari"})
    assert answer.status_code == 303, answer.text
    closed = await page(cases, school.counsellor, answer.headers["location"])
    assert "Terbitkan surat keterangan selesai layanan" in closed.text
    assert (await page(cases, school.counsellor, address)).status_code == 409


async def test_a_closing_that_came_too_early_says_what_is_open_and_keeps_the_words(cases):
    school, case, _ = await case_of(cases)
    address = f"/cases/cases/{case}/langkah/close"
    fields = Fields((await page(cases, school.counsellor, address)).text)
    await school.ask(case)
    answer = await sent(cases, school.counsellor, address, fields.hidden | {"outcome_class": "helped", "task_reviewed": "Kata kenari"})
    assert answer.status_code == 409
    assert "Selesaikan dahulu." in answer.text and "Kata kenari" in answer.text


@pytest.mark.parametrize("person", ["teacher", "principal"])
async def test_nobody_else_is_told_what_is_open(cases, person):
    school, case, _ = await case_of(cases)
    await school.ask(case)
    answer = await page(cases, getattr(school, person), f"/cases/cases/{case}/langkah/close")
    assert answer.status_code in (403, 404)


async def test_a_failing_form_folds_the_case_once_for_its_page(cases, monkeypatch):
    school, case, mother = await case_of(cases)
    folded = []

    async def counted(*told):
        folded.append(told)
        return await load(*told)

    monkeypatch.setattr("services.cases.forms.pages.load", counted)
    address, typed = meeting(case, mother)
    answer = await sent(cases, school.counsellor, address, {"key": "k", **typed, "goal": ""})
    assert (answer.status_code, len(folded)) == (422, 1)
