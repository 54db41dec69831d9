"""One case as a page shows it: who, how urgent, what is expected, what was said, what has happened. What is withheld is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.cases.pages.people import Names
from services.cases.pages.screen import CATEGORIES, FACTS, LOUDNESS, STATES
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.case import CaseReader, Moment
from services.cases.reading.words import Words
from services.cases.rights import ReadingReason
from shared.access import Principal

_COUNTING = frozenset({"deadlines-set", "deadlines-met"})
"""Events that only say that something is expected, or no longer: shown folded."""

_PEOPLE = ("student", "assignee", "acknowledged_by")


@dataclass(frozen=True, slots=True)
class OneCase:
    """Reads a case and puts it into words."""

    reader: CaseReader
    names: Names
    words: Words
    calendars: SchoolCalendars

    async def of(self, principal: Principal, case_id: str, reason: ReadingReason | None) -> dict[str, Any]:
        """What the template shows; of a case that was only offered to the reader's school, no more than that.

        Raises: NotFound, NotAllowed, ReadingReasonNeeded.
        """
        told = await self.reader.case(principal, case_id, Moment(), reason)
        if "urgency" not in told:
            return {"offered": True}
        history = await self.reader.history(principal, case_id, reason)
        names = await self.names.of([*(told[each] for each in _PEOPLE), *(each["owner"] for each in told["deadlines"])])
        timeline = [self._entry(event) for event in history]
        return {
            "offered": False,
            "id": case_id,
            "zone": (await self.calendars.of(told["school"])).zone,
            "urgency": self.words.values["urgency"][told["urgency"]],
            "loudness": LOUDNESS[told["urgency"]],
            "state": STATES[told["state"]],
            "student": names.get(told["student"] or ""),
            "known": told["student"] is not None,
            "holder": names.get(told["assignee"] or told["acknowledged_by"] or ""),
            "elsewhere": bool(told["student_at"]),
            "expected": [self._expected(each, names) for each in told["deadlines"]],
            "glass": [each["until"] for each in told["glass"]],
            "strands": [_strand(each) for each in told["strands"]],
            "of_merged": [each["text"] for each in told.get("additions_of_merged", ())],
            "timeline": [each for each in timeline if not each["counting"]],
            "counted": [each for each in timeline if each["counting"]],
        }

    def _expected(self, deadline: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
        return {"what": self.words.deadlines[deadline["what"]], "due": deadline["due"], "by": names.get(deadline["owner"] or "")}

    def _entry(self, event: Mapping[str, Any]) -> dict[str, Any]:
        said = self.words.sentence(event["type"], event["data"])
        return {"at": event["recorded_at"], "said": said, "counting": event["type"] in _COUNTING}


def _strand(strand: Mapping[str, Any]) -> dict[str, Any]:
    facts: Mapping[str, bool] = strand.get("facts", {})
    return {
        "at": strand["recorded_at"],
        "categories": [text for code, text in CATEGORIES.items() if code in strand.get("categories", ())],
        "text": strand["text"],
        "description": strand.get("description"),
        "facts": [text for code, text in FACTS.items() if facts.get(code)],
        "additions": _additions(strand["additions"]),
    }


def _additions(additions: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{"at": each["recorded_at"], "text": each["text"]} for each in additions]
