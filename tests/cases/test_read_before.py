"""What somebody reads before they take a step, and what each dialogue says will be recorded (people.md, The desk)."""

import pytest

from services.cases.forms.wording import forms_of

pytestmark = pytest.mark.anyio

RULINGS = (
    "take-over-case", "break-glass", "confirm-break-glass", "review-glass", "rule-conflict", "confirm-allegation", "approve-referral", "confirm-override",
    "confirm-data-decision",
)  # fmt: skip


@pytest.mark.parametrize("called", RULINGS)
def test_a_dialogue_says_what_is_recorded_before_it_is_confirmed(called):
    lead = forms_of()[called].lead
    assert lead is not None
    assert ("ercatat" in lead[0], "ecorded" in lead[1] or "on record" in lead[1]) == (True, True)


async def test_a_teacher_reads_the_question_beside_the_answer_and_that_is_on_record(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.ask(case)
    for step in ("answer-as-teacher", "decline-as-teacher"):
        answer = await cases.client.get(f"/cases/cases/{case}/langkah/{step}", headers=school.teacher, params={"activity": activity})
        assert answer.status_code == 200
        assert ("Pertanyaan konselor" in answer.text, "Tanya kenari" in answer.text, "Jawaban ditunggu sampai" in answer.text) == (True, True, True)
        assert "Kenari rahasia" not in answer.text
    kept = (await cases.get(f"cases/{case}/reads", school.counsellor)).json()["items"]
    assert [(each["reader"], each["what"]) for each in kept] == [(school.named("homeroom"), "question")] * 2


async def test_another_teacher_and_another_question_show_nothing(cases):
    school = await cases.school()
    case = await school.case()
    activity = await school.ask(case)
    await school.person("stranger", "staff", "homeroom")
    address = f"/cases/cases/{case}/langkah/answer-as-teacher"
    for who, about in ((school.who("stranger", "homeroom"), activity), (school.teacher, "tidak-ada")):
        answer = await cases.client.get(address, headers=who, params={"activity": about})
        assert (answer.is_error, "Tanya kenari" in answer.text) == (True, False)
    assert (await cases.get(f"cases/{case}/reads", school.counsellor)).json()["items"] == []
