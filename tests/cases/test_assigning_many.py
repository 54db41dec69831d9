"""`/cases/tunjuk`: a coordinator gives several cases at once; each is recorded by itself, and one that is refused holds up no other."""

import json
import re
from html import unescape

import pytest

pytestmark = pytest.mark.anyio

ADDRESS = "/cases/tunjuk"


async def shown(cases, who: dict[str, str]) -> str:
    answer = await cases.client.get(ADDRESS, headers=who)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def key_of(page: str) -> str:
    return re.findall(r'name="key" value="([^"]+)"', page)[0]


async def sent(cases, who: dict[str, str], **typed) -> tuple[int, str]:
    answer = await cases.client.post(ADDRESS, data=typed, headers=who)
    return answer.status_code, unescape(answer.text)


async def assigned(cases, case: str) -> list[str]:
    return [json.loads(each)["to"] for each in await cases.events(case, "case-assigned")]


@pytest.fixture
async def school(cases):
    return await cases.school()


async def test_what_nobody_has_stands_first_and_several_are_given_at_once_also_when_the_button_is_pressed_twice(cases, school):
    first, second = await school.concern(), await school.concern("student-2")
    page = await shown(cases, school.coordinator)
    assert page.index("Belum ada yang memegang") < page.index(first)
    typed = {"key": key_of(page), "kasus": [first, second], "kepada": school.named("counsellor")}
    answers = [await sent(cases, school.coordinator, **typed) for _ in range(2)]
    assert [(status, "Kasus yang tersimpan: 2." in page) for status, page in answers] == [(200, True)] * 2
    assert [await assigned(cases, each) for each in (first, second)] == [[school.named("counsellor")]] * 2


async def test_one_that_is_not_theirs_is_named_and_the_others_are_given(cases, school):
    elsewhere = await cases.school()
    mine, foreign = await school.concern(), await elsewhere.concern()
    status, page = await sent(cases, school.coordinator, key="k", kasus=[foreign, mine], kepada=school.named("counsellor"))
    assert (status, "Kasus yang tersimpan: 1." in page, "Kasus ini tidak dapat Anda berikan." in page) == (200, True, True)
    assert await assigned(cases, mine) == [school.named("counsellor")]
    assert await assigned(cases, foreign) == []


async def test_whoever_may_not_have_a_case_is_refused_in_words(cases, school):
    case = await school.concern()
    status, page = await sent(cases, school.coordinator, key="k", kasus=[case], kepada=school.named("homeroom"))
    assert (status, "Belum tersimpan" in page, "Kasus yang tersimpan" in page) == (200, True, False)
    assert await assigned(cases, case) == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [({"kasus": ["x"]}, "Pilih siapa yang memegangnya."), ({"kepada": "x"}, "Pilih paling sedikit satu kasus"),
     ({"kepada": "x", "kasus": ["x"] * 51}, "paling banyak 50")],
)  # fmt: skip
async def test_what_is_missing_is_said_at_its_field_and_what_was_chosen_stays(cases, school, typed, says):
    case = await school.concern()
    chosen = typed | ({"kasus": [case]} if typed.get("kasus") == ["x"] else {})
    status, page = await sent(cases, school.coordinator, key="k", **chosen)
    assert (status, says in page, await assigned(cases, case)) == (422, True, [])
    assert (f'value="{case}" checked' in page) == (chosen.get("kasus") == [case])


async def test_nobody_but_who_coordinates_a_school_opens_it(cases, school):
    elsewhere = await cases.school()
    for who in (school.counsellor, school.teacher, school.principal, cases.duty):
        assert (await cases.client.get(ADDRESS, headers=who)).status_code == 403
    answer = await cases.client.get(f"{ADDRESS}?sekolah={elsewhere.id}", headers=school.coordinator)
    assert answer.status_code == 403


async def test_whatever_a_browser_sends_is_answered_and_gives_nothing(cases, school):
    case = await school.concern()
    odd = ("a\x00b", "x" * 5000, "\u202e", "' OR 1=1 --")
    for each in odd:
        for typed in ({"key": each, "kasus": [case], "kepada": each}, {"key": "k", "kasus": [each], "kepada": school.named("counsellor")}):
            status, _ = await sent(cases, school.coordinator, **typed)
            assert status < 500, typed
        assert (await cases.client.get(ADDRESS, params={"sekolah": each}, headers=school.coordinator)).status_code < 500
    assert await assigned(cases, case) == []
