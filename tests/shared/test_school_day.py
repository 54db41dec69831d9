"""A day is a day of the school: zones, school days, half days, ages and months, as laws over random calendars and moments (ADR 24)."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.school_day import Calendar, HalfDay, Holiday, Layer, layered, national

ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


def at(text, zone="Asia/Jakarta"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def day(text):
    return date.fromisoformat(text)


def calendars(count=60):
    chance = random.Random(24)
    for _ in range(count):
        starts = [date(2024, 1, 1) + timedelta(days=chance.randrange(900)) for _ in range(12)]
        yield Calendar(
            zone=chance.choice(ZONES),
            school_days=frozenset(chance.sample(range(1, 8), chance.randint(1, 7))),
            holidays=tuple(Holiday(first=each, last=each + timedelta(days=chance.randrange(9)), name="Libur") for each in starts[:8]),
            half_days=tuple(HalfDay(first=each, last=each, name="Setengah hari", until=time(chance.randint(9, 12))) for each in starts[8:]),
        )


def moments(chance, count=40):
    return [FIRST + timedelta(minutes=chance.randrange(60 * 24 * 900)) for _ in range(count)]


# the three zones ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "date_"),
    [("Asia/Jakarta", "2026-12-31"), ("Asia/Makassar", "2027-01-01"), ("Asia/Jayapura", "2027-01-01")],
)
def test_at_one_moment_the_year_has_ended_in_makassar_and_not_yet_in_jakarta(zone, date_):
    assert Calendar(zone=zone).day(datetime(2026, 12, 31, 16, 30, tzinfo=UTC)) == day(date_)


def test_a_month_begins_at_the_school_s_midnight():
    assert [Calendar(zone=zone).midnight(date(2026, 3, 1)).astimezone(UTC).hour for zone in ZONES] == [17, 16, 15]


# ages --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "moment", "years"),
    [
        ("2008-11-28", "2026-11-27 23:59", 17),
        ("2008-11-28", "2026-11-28 00:00", 18),  # a birthday begins at midnight of the school
        ("2008-02-29", "2026-02-28 23:59", 17),
        ("2008-02-29", "2026-03-01 00:00", 18),  # in a year without 29 February, on 1 March
        ("2008-02-29", "2028-02-29 00:00", 20),
        ("2008-12-31", "2026-12-31 00:00", 18),
        ("2009-01-01", "2026-12-31 23:59", 17),
    ],
)
def test_an_age_is_counted_by_the_school_s_date(born, moment, years):
    for zone in ZONES:
        assert Calendar(zone=zone).age(day(born), at(moment, zone)) == years


def test_at_one_moment_a_student_is_of_age_in_jayapura_and_not_in_jakarta():
    moment = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)
    assert [Calendar(zone=zone).age(date(2008, 11, 28), moment) for zone in ZONES] == [17, 17, 18]


# school time -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-11-27 20:37", 2880, "2026-12-01 20:37"),  # row 13: a Friday evening, two school days later is Tuesday evening
        ("2026-11-28 10:00", 1440, "2026-12-01 00:00"),  # on a Saturday the time stands still until Monday
        ("2026-11-25 09:00", 240, "2026-11-25 13:00"),
        ("2026-12-18 22:00", 240, "2027-01-04 02:00"),  # over the end of the semester and of the year
        ("2028-02-28 12:00", 1440, "2028-02-29 12:00"),  # a leap day is a day
    ],
)
def test_row_13_minutes_of_school_days_stand_still_over_weekends_and_holidays(start, minutes, end):
    for zone in ZONES:
        assert national(zone).later(at(start, zone), minutes) == at(end, zone)


def test_a_half_day_is_a_school_day_until_its_hour():
    half = Calendar(half_days=(HalfDay(first=date(2026, 12, 4), last=date(2026, 12, 4), name="Rapat guru", until=time(10, 30)),))
    assert half.is_school_day(date(2026, 12, 4))
    assert half.later(at("2026-12-04 10:00"), 60) == at("2026-12-07 00:30")
    assert half.after(at("2026-12-03 09:00"), 1) == at("2026-12-04 09:00")
    assert half.after(at("2026-12-03 14:00"), 1) == at("2026-12-07 14:00"), "nobody is there on Friday afternoon"


def test_a_calendar_without_school_days_lets_time_pass_as_elsewhere():
    endless = Calendar(holidays=(Holiday(first=date(2020, 1, 1), last=date(2040, 1, 1), name="Libur"),))
    assert endless.later(at("2026-11-27 20:37"), 60) == at("2026-11-27 21:37")


@pytest.mark.parametrize("number", range(6))
def test_laws_of_school_time(number):
    chance = random.Random(number)
    for calendar in list(calendars())[number::6]:
        for start in moments(chance):
            few, many = sorted(chance.randrange(1, 9000) for _ in range(2))
            end = calendar.later(start, few)
            local = calendar.local(end)
            assert end >= start + timedelta(minutes=few), "never sooner than on a calendar without free days"
            assert calendar.is_school_day(local.date()), "it ends on a school day"
            assert calendar.later(end, many) == calendar.later(start, few + many), "waiting twice is waiting once for both"
            assert end < calendar.later(start, few + 1), "more minutes are later"
            assert end <= calendar.later(start + timedelta(minutes=7), few), "a later start is no earlier end"
            assert all(local.time() < each.until for each in calendar.half_days if each.holds(local.date()))


@pytest.mark.parametrize("number", range(6))
def test_laws_of_counted_school_days(number):
    chance = random.Random(number)
    for calendar in list(calendars())[number::6]:
        for start in moments(chance, 20):
            days = chance.randint(1, 6)
            local, begun = calendar.local(calendar.after(start, days)), calendar.local(start)
            assert local.time() == begun.time(), "the same time of day"
            assert calendar.is_school_day(local.date())
            between = (begun.date() + timedelta(days=each) for each in range(1, (local.date() - begun.date()).days + 1))
            assert sum(calendar.is_school_day(each) for each in between) >= days
            assert calendar.after(start, days) <= calendar.after(start, days + 1)


def test_on_a_calendar_of_seven_school_days_time_passes_as_it_does():
    every = Calendar(school_days=frozenset(range(1, 8)))
    for start in moments(random.Random(7)):
        assert every.later(start, 4321) == start + timedelta(minutes=4321)
        assert every.after(start, 5) == start + timedelta(days=5)


# layers ------------------------------------------------------------------------------------------------------------


def test_the_nearest_zone_and_week_count_and_holidays_add_up():
    feast = Holiday(first=date(2026, 12, 7), last=date(2026, 12, 7), name="Hari jadi kabupaten")
    exams = HalfDay(first=date(2026, 12, 8), last=date(2026, 12, 9), name="Ujian", until=time(11))
    base = Calendar(holidays=(Holiday(first=date(2026, 12, 25), last=date(2026, 12, 25), name="Natal"),))
    told = layered(base, Layer(zone="Asia/Makassar", holidays=(feast,)), Layer(school_days=(1, 2, 3, 4, 5, 6)), Layer(half_days=(exams,)))
    assert told == Calendar(zone="Asia/Makassar", school_days=frozenset({1, 2, 3, 4, 5, 6}), holidays=(*base.holidays, feast), half_days=(exams,))
    assert layered(base, None, None, None) == base


@pytest.mark.parametrize(
    "wrong",
    [
        {"holidays": [{"first": "2026-12-08", "last": "2026-12-07", "name": "x"}]},
        {"half_days": [{"first": "2026-12-08", "last": "2026-12-08", "name": "x", "until": "00:00"}]},
        {"half_days": [{"first": "2026-12-08", "last": "2026-12-08", "name": "x", "until": "10:00+07:00"}]},
        {"zone": "Asia/Singapore"},
        {"school_days": [0]},
        {"school_days": [8]},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_a_calendar_is_refused(wrong):
    with pytest.raises(ValueError, match="validation error"):
        Layer.model_validate(wrong)
