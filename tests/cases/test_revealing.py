"""A confidential reporter's name: one person asks with a reason, another agrees, and no event of a case holds it (ADR 59)."""

import json

import pytest

pytestmark = pytest.mark.anyio
WHY = {"ground": "safety", "reason": "Pelapor melihat kejadiannya kenari"}


async def concern_of(cases, case) -> str:
    return json.loads((await cases.events(case, "strand-added"))[0])["concern"]["concern"]


async def asked(cases, school, case) -> str:
    """Who has the case asks; the act."""
    await cases.done(case, "ask-reporter", school.counsellor, concern=await concern_of(cases, case), **WHY)
    return json.loads((await cases.events(case, "reporter-asked"))[-1])["act"]


async def test_two_people_open_a_name_and_intake_is_told_to_whom_and_until_when(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="confidential")
    reveal = await asked(cases, school, case)
    assert await cases.events(case, "reporter-revealed") == [], "one person is not enough"
    assert (await cases.act(case, "confirm-reporter", school.counsellor, reveal=reveal)).status_code == 403
    await cases.done(case, "confirm-reporter", school.principal, reveal=reveal)
    (told,) = [json.loads(body) for body in await cases.events(case, "reporter-revealed")]
    who = {"asked_by": school.named("counsellor"), "by": school.named("principal")}
    assert {name: told[name] for name in (*who, "reveal", "ground", "concern")} == who | {
        "reveal": reveal, "ground": "safety", "concern": await concern_of(cases, case),
    }  # fmt: skip
    assert "kenari" not in json.dumps(told), "the reason stays sealed in the case"
    await cases.done(case, "confirm-reporter", school.principal, reveal=reveal)
    assert len(await cases.events(case, "reporter-revealed")) == 1


async def test_who_asked_and_may_confirm_cannot_confirm_it_alone(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="confidential")
    await cases.done(case, "ask-reporter", school.coordinator, concern=await concern_of(cases, case), **WHY)
    reveal = json.loads((await cases.events(case, "reporter-asked"))[-1])["act"]
    alone = await cases.act(case, "confirm-reporter", school.coordinator, reveal=reveal)
    assert (alone.status_code, alone.json()["type"].rsplit("/", 1)[-1]) == (409, "second-person-reveals")


async def test_a_leader_hears_that_somebody_asks_and_who_asked_that_it_was_agreed(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="confidential")
    reveal = await asked(cases, school, case)
    await cases.done(case, "confirm-reporter", school.principal, reveal=reveal)
    told = [json.loads(body) for body in await cases.events(case, "staff-to-be-told")]
    heard = [(each["person"], each["message"]) for each in told if each["message"].startswith("reporter-")]
    assert heard == [(school.named("coordinator"), "reporter-asked"), (school.named("counsellor"), "reporter-revealed")]


async def test_who_gave_no_name_or_gave_it_openly_has_none_to_reveal(cases):
    school = await cases.school()
    for kind in ("anonymous", "staff"):
        case = await school.case(reporter_kind=kind)
        answer = await cases.act(case, "ask-reporter", school.counsellor, concern=await concern_of(cases, case), **WHY)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (409, "not-kept-confidential")


async def test_the_page_of_the_case_says_that_the_reporter_is_confidential_and_how_to_ask(cases):
    school = await cases.school()
    case = await school.case(reporter_kind="confidential")
    concern = await concern_of(cases, case)
    page = (await cases.client.get(f"/cases/cases/{case}", headers=school.counsellor)).text
    assert "pelapor dirahasiakan" in page
    assert f'href="/intake/pelapor/{concern}"' in page
    assert f"/cases/cases/{case}/langkah/ask-reporter?concern={concern}" in page
