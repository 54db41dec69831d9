"""When a service is open, from the recurrence of HSDS (iCalendar's RRULE), as a line that a person reads.

A line never says more than its schedule: what comes every second week, on days of the month or until a day is not shown as every week.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.notifications.directory.tables import Row
from shared.typed import whole_number

_MIDNIGHTS = ("23:59", "24:00", "00:00")
_WEEK = 7
ALWAYS_OPEN = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "23:59"}
"""How we write day and night. It is read as such and not shown as hours beside it."""

_PERIODS: Mapping[str, str] = {"DAILY": "hari", "WEEKLY": "minggu", "MONTHLY": "bulan", "YEARLY": "tahun"}
_ZONES: Mapping[str, str] = {"7": "WIB", "8": "WITA", "9": "WIT"}
"""Hours ahead of UTC. A zone that has another name is shown by it."""

_LIMITS = ("byweekno", "bymonthday", "byyearday", "count", "valid_from", "valid_to", "until")


def never_closes(schedule: Row) -> bool:
    """From midnight to midnight on all days of all weeks."""
    if schedule["interval"] not in ("", "1") or any(schedule[column] for column in _LIMITS):
        return False
    days = schedule["byday"]
    is_daily = len(days.split(",")) == _WEEK or (not days and schedule["freq"].upper() in ("", "DAILY"))
    return is_daily and schedule["opens_at"].startswith("00:00") and schedule["closes_at"].startswith(_MIDNIGHTS)


def is_ours(schedule: Row) -> bool:
    """Whether it is day and night as we write it, and no more."""
    more = any(schedule[column] for column in (*_LIMITS, "interval", "description", "notes"))
    return all(schedule[column] == cell for column, cell in ALWAYS_OPEN.items()) and not more


def in_words(schedule: Row) -> str:
    """One line."""
    between = "–".join(each[:5] for each in (schedule["opens_at"], schedule["closes_at"]) if each)
    told = (*_repeats(schedule), schedule["byday"], *_days(schedule), between, _zone(schedule), *_ends(schedule))
    return " ".join(filter(None, (*told, schedule["description"], schedule["notes"])))


def _repeats(schedule: Row) -> Iterator[str]:
    """Nothing for each week; the first day says which weeks are meant."""
    every, period = whole_number(schedule["interval"].removesuffix(".0")), _PERIODS.get(schedule["freq"].upper(), "")
    if schedule["interval"] and every != 1:
        yield f"setiap {every} {period}" if every and period else f"tidak setiap {period or 'minggu'}"
        yield f"mulai {schedule['dtstart'][:10]}," if schedule["dtstart"] else ""
    elif schedule["freq"].upper() in ("MONTHLY", "YEARLY"):
        yield f"setiap {period}"


def _days(schedule: Row) -> Iterator[str]:
    for column, kind in (("bymonthday", "tanggal"), ("byweekno", "minggu ke-"), ("byyearday", "hari ke-")):
        if schedule[column]:
            yield f"{kind}{'' if kind.endswith('-') else ' '}{schedule[column]}"


def _zone(schedule: Row) -> str:
    told = schedule["timezone"].removesuffix(".0").removeprefix("+").removesuffix(":00").removeprefix("0")
    return _ZONES.get(told, f"({schedule['timezone']})" if schedule["timezone"] else "")


def _ends(schedule: Row) -> Iterator[str]:
    if schedule["valid_from"]:
        yield f"sejak {schedule['valid_from'][:10]}"
    for column in ("valid_to", "until"):
        if schedule[column]:
            yield f"sampai {schedule[column][:10]}"
    if schedule["count"]:
        yield f"{schedule['count'].removesuffix('.0')} kali"
