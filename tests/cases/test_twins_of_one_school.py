"""Two cases of one school that differ in content alone are the same to whoever sees summaries, to the byte: no size, order or state tells what was said
(security, row 13).
"""

import re

import pytest

from tests.cases.desk import soon

pytestmark = pytest.mark.anyio

PATHS = ("", "/history", "/decisions", "/documents", "/possible", "/reads", "/issued")
OWN = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)|twin-\w+|\"position\":\d+"
    r"|\d+ (Nov|Des|November|Desember)[^<\"]*"
)
"""What each case has of its own: ids, hashes, moments, its student."""


async def told_case(school, student, words, origin, field, **told):
    """The same course of events with these words in each field."""
    case = await school.case(student, **told)
    done = school.desk.done
    await done(case, "note", school.counsellor, text=words)
    asked = await done(case, "request-counselling", school.counsellor, origin=origin, field=field, reason=words)
    known = {"activity": asked["activity"]}
    await done(case, "schedule-counselling", school.counsellor, when=soon(days=1), place=words, **known)
    said = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), words)
    await done(case, "hold-counselling", school.counsellor, meeting=1, confidentiality_told=True, **said, **known)
    await done(case, "assign", school.coordinator, to=school.named("counsellor"))
    return case


async def seen(cases, school, case):
    """Everything that those who do not read the case receive of it."""
    askers = {
        "other": school.other, "coordinator": school.coordinator, "principal": school.principal, "duty": cases.duty, "officer": cases.officer,
        "auditor": cases.who("auditor", "auditor"),
    }  # fmt: skip
    found = {}
    for name, who in askers.items():
        for path in PATHS:
            answer = await cases.get(f"cases/{case}{path}", who)
            found[name, path] = (answer.status_code, OWN.sub("*", answer.text))
        answer = await cases.client.get(f"/cases/cases/{case}", headers=who | {"accept": "text/html"})
        found[name, "page"] = (answer.status_code, OWN.sub("*", answer.text))
    return found


async def test_what_differs_in_content_alone_is_the_same_to_whoever_sees_the_summary(cases):
    school = await cases.school()
    short = await told_case(school, "twin-a", "Kenari", "self", "social", facts={"repeated": False})
    facts = {"repeated": False, "injury": False, "power_imbalance": False}
    many = await told_case(
        school, "twin-b", "Kenari " * 400, "observation", "personal", facts=facts, categories=("bullying", "quarrel"), reporter_kind="student"
    )
    first, second = await seen(cases, school, short), await seen(cases, school, many)
    assert [each for each in first if first[each] != second[each]] == []
    assert sum(status == 200 for status, _ in first.values()) >= 12, "it was read"
    read = await cases.get(f"cases/{many}", school.counsellor)
    assert "Kenari Kenari" in read.text, "whose case it is reads it"
