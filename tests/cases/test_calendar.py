"""Deadlines follow the school's calendar: days off, hours, and what an emergency does not wait for."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from services.cases.domain.steps.deadline import clocks
from shared.school_day import Calendar, Holiday
from tests.cases.drafts import draft
from tests.cases.people import NOW, POLICY

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=JAKARTA)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-02-09 09:00", 1, "2026-02-10 09:00"),  # Monday to Tuesday
        ("2026-02-13 15:30", 1, "2026-02-16 15:30"),  # Friday to Monday
        ("2026-02-14 23:00", 1, "2026-02-16 23:00"),  # Saturday to Monday
        ("2026-02-12 09:00", 3, "2026-02-17 09:00"),  # Thursday over the weekend
        ("2026-03-18 09:00", 1, "2026-03-26 09:00"),  # over Nyepi and Idul Fitri, with a weekend inside
        ("2026-03-18 09:00", 3, "2026-03-30 09:00"),  # and over the weekend behind
        ("2026-04-30 09:00", 1, "2026-05-04 09:00"),  # Thursday over a holiday on Friday and the weekend
        ("2026-12-18 09:00", 1, "2027-01-04 09:00"),  # over the end of the semester, the year and a weekend
        ("2026-02-09 09:00", 0, "2026-02-09 09:00"),
    ],
)
def test_school_days_leave_out_weekends_and_holidays(start, days, end):
    assert POLICY.calendar.after(at(start), days) == at(end)


def test_the_day_begins_in_the_school_s_zone_and_not_in_utc():
    evening = datetime(2026, 2, 12, 18, 0, tzinfo=UTC)  # Friday, one in the morning in Jakarta
    assert POLICY.calendar.after(evening, 1) == datetime(2026, 2, 15, 18, 0, tzinfo=UTC)  # Monday, one in the morning
    assert Calendar(zone="UTC").after(evening, 1) == datetime(2026, 2, 13, 18, 0, tzinfo=UTC)


def test_a_calendar_without_an_end_of_its_holidays_still_answers():
    endless = Calendar(holidays=(Holiday(first=date(2026, 1, 1), last=date(2036, 1, 1), name="Libur"),))
    assert endless.after(NOW, 1) > NOW


def referred_by(start):
    return {each.key: each.due for each in clocks(POLICY, "high", start, None)}["refer"]


def test_of_72_hours_and_three_school_days_the_earlier_one_counts():
    assert referred_by(at("2026-02-09 09:00")) == at("2026-02-12 09:00")  # the same
    assert referred_by(at("2026-02-13 09:00")) == at("2026-02-16 09:00")  # hours: school days would end on Wednesday
    tight = draft(("refer = 4320 ", "refer = 14400 "))
    due = {each.key: each.due for each in clocks(tight, "high", at("2026-02-13 09:00"), None)}
    assert due["refer"] == at("2026-02-18 09:00")  # school days: ten days of hours would end later


def test_a_clock_that_has_only_school_days_counts_only_them():
    due = {each.key: each.due for each in clocks(POLICY, "low", at("2026-03-17 09:00"), None)}
    assert due["contact"] == at("2026-03-31 09:00")  # five school days over the holidays and a weekend: 18, 26, 27, 30, 31
