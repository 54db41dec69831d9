"""What newcomers stumbled over (first use): matching a student by name, and an auditor who asks who read what."""

import re

import pytest

from tests.cases.test_case_page import Seen, shown
from tests.cases.test_forms import Fields, page, sent

pytestmark = pytest.mark.anyio


async def test_row_17_an_unidentified_student_is_found_by_name_among_those_of_the_school(cases):
    """It needed an id, and the list of people was closed to counsellors."""
    school, elsewhere = await cases.school(), await cases.school()
    for each in (school, elsewhere):
        await each.person("ani", "student")
    case, address = await school.concern(None), "/cases/cases/{}/langkah/match"
    form = Fields((await page(cases, school.counsellor, address.format(case))).text)
    assert form.options["student"] == [school.named("ani")]
    answer = await sent(cases, school.counsellor, address.format(case), form.hidden | {"student": school.named("ani")})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/cases/{case}?tersimpan=match")
    assert (await cases.get(f"cases/{case}", school.counsellor)).json()["student"] == school.named("ani")


async def test_row_18_an_auditor_is_led_from_a_case_to_everybody_who_read_it_with_local_days_and_can_print_it(cases):
    """What was kept was shown nowhere, and there was no print style. Who only sees a summary is not led there."""
    school = await cases.school()
    case, auditor = await school.case(), cases.who("auditor", "auditor")
    await cases.get(f"cases/{case}", school.counsellor)
    (link,) = re.findall(r'href="([^"]*/pembaca)"', await shown(cases, case, auditor))
    assert "/pembaca" not in await shown(cases, case, school.principal)
    looked = await page(cases, auditor, link)
    assert looked.status_code == 200
    texts = Seen(looked.text).texts
    assert texts[texts.index("counsellor") - 1 : texts.index("counsellor") + 1] == [local_moment(looked.text), "counsellor"]
    (style,) = re.findall(r'href="([^"]*tanggap\.css[^"]*)"', looked.text)
    assert "@media print" in (await page(cases, auditor, style)).text


def local_moment(html: str) -> str:
    """The moment of the newest reading as the page says it: a day of the school, not of the server."""
    (told,) = re.findall(r"<time[^>]*>(\d{1,2} [A-Z][a-z]+ \d{4}, \d\d\.\d\d)</time>", html)
    return str(told)
