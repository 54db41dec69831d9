"""When an anonymous report came, as people are shown it: the hour at most, so that nobody finds out by the clock who sat at a telephone. An emergency
has its clock to the minute, because help runs against it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.cases.domain.case.opening import CLOCKS
from services.cases.domain.case.state import Case
from services.cases.domain.steps.deadline import Deadline

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def to_the_hour(moment: datetime) -> datetime:
    """The beginning of the hour, in a zone whose hours begin with those of UTC, as all of Indonesia's do."""
    return moment.replace(minute=0, second=0, microsecond=0)


def hides_minutes(case: Case) -> bool:
    """Whether a case shows hours alone: somebody reported without a name, and nobody runs against the clock."""
    return case.urgency != "emergency" and any(told.reporter_kind == "anonymous" for told in case.told)


def in_hours(moment: datetime, case: Case) -> str:
    """In ISO 8601."""
    return (to_the_hour(moment) if hides_minutes(case) else moment).isoformat()


def by_the_hour(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a history, with every time in it by the hour where the service wrote it down, which it does when somebody's words arrive."""
    return dict(entry) if not (entry["actor"] or "").startswith("service:") else {name: _rounded(value) for name, value in entry.items()}


def _rounded(told: Any) -> Any:
    match told:
        case str() if _MOMENT.fullmatch(told):
            return to_the_hour(datetime.fromisoformat(told)).isoformat()
        case dict():
            return {name: _rounded(value) for name, value in told.items()}
        case list():
            return [_rounded(each) for each in told]
        case _:
            return told


FROM_ARRIVAL = frozenset({*CLOCKS, "new-words", "reopening-question"})
"""Codes of what is expected by a time that is counted from the arrival of somebody's words: the one tells the other."""


def due_in_hours(deadline: Deadline, case: Case) -> str:
    """The same of what is expected; a time that people agreed on keeps its minutes."""
    return in_hours(deadline.expected, case) if deadline.what in FROM_ARRIVAL else deadline.expected.isoformat()
