"""*Kalender sekolah*: zone, school days, holidays and half days, of the district or of one school (domain.md, People come and go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.cases.commands.on_calendar import OnCalendar
from services.cases.domain.calendars import CALENDARS, SetCalendar
from services.cases.domain.streams import CALENDAR_STREAM
from services.cases.forms.giving import CHANGED, Outcome
from services.cases.school.giving import Sent, Setting, Settings
from shared.access import Principal
from shared.decider import load
from shared.errors import Sentences
from shared.events import DISTRICT, calendar_of_school
from shared.pages import say
from shared.school_day import HalfDay, Holiday, Layer

DAYS: Mapping[int, str] = {
    1: say("Senin"),
    2: say("Selasa"),
    3: say("Rabu"),
    4: say("Kamis"),
    5: say("Jumat"),
    6: say("Sabtu"),
    7: say("Minggu"),
}
ZONES: Mapping[str, str] = {
    "Asia/Jakarta": say("Waktu Indonesia Barat (WIB)"),
    "Asia/Makassar": say("Waktu Indonesia Tengah (WITA)"),
    "Asia/Jayapura": say("Waktu Indonesia Timur (WIT)"),
}
_AHEAD = timedelta(days=400)
Change = Callable[[dict[str, Any]], dict[str, Any]]
"""One calendar as JSON has it, and the same with what is changed."""

_TRIES = 3
"""How often a change is made anew from what somebody else said meanwhile."""


@dataclass(frozen=True, slots=True)
class Of:
    """Whose calendar. school: None for that of the whole district."""

    school: str | None

    @property
    def name(self) -> str:
        return calendar_of_school(self.school) if self.school else DISTRICT


@dataclass(frozen=True, slots=True)
class Days:
    """One entry of the calendar. place: among the own holidays or half days, None for one that was said above."""

    first: date
    last: date
    name: str
    until: str
    place: str


@dataclass(frozen=True, slots=True)
class SchoolCalendar:
    """Reads and changes one calendar."""

    settings: Settings

    async def told(self, of: Of) -> dict[str, Any]:
        """What the page shows: the days that are to come, those of one's own with a way to take them back."""
        calendars = self.settings.road.calendars
        calendar = await (calendars.of(of.school) if of.school else calendars.district())
        own = (await calendars.said()).layers.get(of.name, Layer())
        today = calendar.day(self.settings.road.kernel.clock.now())
        said: list[Holiday | HalfDay] = [*calendar.holidays, *calendar.half_days]
        found = [_days(each, own) for each in said if today <= each.last and each.first <= today + _AHEAD]
        return {
            "days": sorted(found, key=lambda each: (each.first, each.last)),
            "week": sorted(calendar.school_days),
            "zone_name": ZONES.get(calendar.zone, ""),
            "own_week": [str(day) for day in own.school_days],
            "own_zone": own.zone or "",
            "weekdays": [(str(day), name) for day, name in DAYS.items()],
            "day_names": DAYS,
            "zones": list(ZONES.items()),
            "said": bool(own.holidays or own.half_days or own.school_days or own.zone),
        }

    async def add(self, principal: Principal, of: Of, sent: Sent) -> Outcome:
        """A holiday, or a half day where an hour is said. Raises: NotFound, NotAllowed."""
        day = sent.lines("first", "last", "name", "until")
        if missing := {name: _FILL for name in ("first", "name") if name not in day}:
            return Outcome(errors=missing, status=422)
        day.setdefault("last", day["first"])
        try:
            fresh: Holiday | HalfDay = HalfDay.model_validate(day) if "until" in day else Holiday.model_validate(day)
        except ValueError:
            return Outcome(errors={"first": _ODD_DAY}, status=422)
        return await self._change(principal, of, sent, lambda layer: _with(layer, fresh))

    async def remove(self, principal: Principal, of: Of, sent: Sent) -> Outcome:
        """Takes back a holiday or half day that was said here. Raises: NotFound, NotAllowed."""
        return await self._change(principal, of, sent, lambda layer: _without(layer, sent.line("place")))

    async def week(self, principal: Principal, of: Of, sent: Sent) -> Outcome:
        """The school days of a week, and the zone; empty for those of the calendar above. Raises: NotFound, NotAllowed."""
        days = tuple(int(each) for each in sent.typed.get("school_days", ()) if each.isascii() and each.isdigit())
        return await self._change(principal, of, sent, lambda layer: {**layer, "school_days": days, "zone": sent.line("zone") or None})

    async def _change(self, principal: Principal, of: Of, sent: Sent, changed: Change) -> Outcome:
        """The whole calendar is said anew from what stands there now; where somebody was faster, from what they said."""
        for _ in range(_TRIES):
            now = await load(self.settings.road.kernel.store, CALENDARS, CALENDAR_STREAM)
            said = changed(now.state.layers.get(of.name, Layer()).model_dump(mode="json"))
            setting = Setting(SetCalendar, said, {"of": of.name}, now.version)
            outcome = await self.settings.give(principal, OnCalendar(of.school), setting, f"calendar {of.name}", sent)
            if outcome.notice is not CHANGED:
                break
        return outcome


_FILL = Sentences("Isian ini belum diisi.", "This has not been filled in.")
_ODD_DAY = Sentences(
    "Tulis tanggal yang ada; hari terakhir tidak boleh sebelum hari pertama.", "Write days that exist; the last is not before the first."
)


def _days(each: Holiday | HalfDay, own: Layer) -> Days:
    mine: list[Holiday | HalfDay] = [*own.holidays, *own.half_days]
    until = each.until.strftime("%H.%M") if isinstance(each, HalfDay) else ""
    return Days(each.first, each.last, each.name, until, _place(each) if each in mine else "")


def _place(each: Holiday | HalfDay) -> str:
    """What tells an entry from the others of its calendar."""
    return each.model_dump_json()


def _with(layer: dict[str, Any], fresh: Holiday | HalfDay) -> dict[str, Any]:
    name = "half_days" if isinstance(fresh, HalfDay) else "holidays"
    said = fresh.model_dump(mode="json")
    return {**layer, name: [*(each for each in layer[name] if each != said), said]}


def _without(layer: dict[str, Any], place: str) -> dict[str, Any]:
    holidays = [each for each in layer["holidays"] if _place(Holiday.model_validate(each)) != place]
    half_days = [each for each in layer["half_days"] if _place(HalfDay.model_validate(each)) != place]
    return {**layer, "holidays": holidays, "half_days": half_days}
