"""What a list, a report or a case is asked that cannot be meant: 422, never a 500, and nothing of it comes back."""

import json
from base64 import urlsafe_b64encode

import pytest

pytestmark = pytest.mark.anyio

NOON = "2026-03-02T12:00:00+00:00"
EARLIEST, LATEST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"


def made(*values: object) -> str:
    return urlsafe_b64encode(json.dumps(values).encode()).decode()


PAGED = {"cases": 2, "lists/overdue": 3, "lists/unidentified": 2}
"""Paths that take a cursor, and how many values are in it."""

NONE_OF_OURS = ("\x00", "a\x00b", "\ud800", "\udfff")


@pytest.mark.parametrize("path", list(PAGED))
async def test_a_cursor_with_a_text_that_cannot_be_stored_is_refused(cases, path):
    school = await cases.school()
    for text in NONE_OF_OURS:
        for place in range(1, PAGED[path]):
            values = [NOON] + ["a"] * (PAGED[path] - 1)
            values[place] = text
            answer = await cases.get(path, school.counsellor, cursor=made(*values))
            assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/cursor", "code": "not-a-cursor"}])


@pytest.mark.parametrize("path", list(PAGED))
async def test_a_cursor_of_odd_values_is_refused_or_leads_somewhere_and_never_to_a_500(cases, path):
    school = await cases.school()
    odd: tuple[object, ...] = (EARLIEST, LATEST, "2026-03-02", "x", "", None, 5, 1e308, True, [], {}, "9" * 5000)
    for first in odd:
        for rest in (*odd, "é", "😀"):
            cursor = made(first, *[rest] * (PAGED[path] - 1))
            answer = await cases.get(path, school.counsellor, cursor=cursor)
            assert answer.status_code in (200, 422), (first, rest)


@pytest.mark.parametrize("version", ["0", "-1", "2147483648", "9223372036854775808", "1" * 400, "x", "1.5"])
async def test_a_version_that_no_case_can_have_is_refused(cases, version):
    school = await cases.school()
    case = await school.concern()
    answer = await cases.get(f"cases/{case}", school.counsellor, version=version)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/version"]


async def test_the_highest_version_is_no_error_where_the_case_has_fewer(cases):
    school = await cases.school()
    case = await school.case()
    newest = (await cases.get(f"cases/{case}", school.counsellor)).json()
    assert (await cases.get(f"cases/{case}", school.counsellor, version=2147483647)).json() == newest


@pytest.mark.parametrize("month", ["9999-12", "9999-07", "0000-01", "0001-01", "2026-13", "2026-00", "3000-01"])
@pytest.mark.parametrize("report", ["monthly", "semester", "district"])
async def test_a_month_that_no_report_can_be_about_is_refused(cases, report, month):
    school = await cases.school()
    who = cases.officer if report == "district" else school.coordinator
    answer = await cases.get(f"reports/{report}", who, school=school.id, month=month)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"pointer": "/month", "code": "no-such-month"}])


@pytest.mark.parametrize("month", ["1900-01", "2026-12", "2999-12"])
@pytest.mark.parametrize("report", ["monthly", "semester", "district"])
async def test_the_first_and_the_last_month_of_all_are_counted_as_of_any_moment(cases, report, month):
    school = await cases.school()
    who = cases.officer if report == "district" else school.coordinator
    for moment in (NOON, EARLIEST, LATEST):
        answer = await cases.get(f"reports/{report}", who, school=school.id, month=month, as_of=moment)
        assert answer.status_code == 200, (moment, answer.text)


async def test_a_case_is_read_as_of_the_earliest_and_the_latest_moment(cases):
    school = await cases.school()
    case = await school.case()
    for name in ("as_of", "happened_until"):
        assert (await cases.get(f"cases/{case}", school.counsellor, **{name: LATEST})).status_code == 200
        assert (await cases.get(f"cases/{case}", school.counsellor, **{name: EARLIEST})).status_code == 404
