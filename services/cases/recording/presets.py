"""What stands in the form already: from the appointment, or from the last session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.cases.domain.case.state import Case
from services.cases.domain.steps.activity import Activity
from services.cases.domain.strategies.counselling import CounsellingHeld, CounsellingScheduled
from services.cases.recording.session import APPROACHES, NOT_SAID
from shared.sealed import Erased, Sealed
from shared.service import Kernel

_TYPED = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Presets:
    """Opens what the counsellor wrote the last time."""

    kernel: Kernel

    async def of(self, case: Case, activity: Activity | None, zone: ZoneInfo) -> dict[str, str]:
        """By field of the form."""
        now = self.kernel.clock.now()
        scheduled = activity.last(CounsellingScheduled) if activity else None
        appointed = scheduled.when if activity and scheduled and activity.state == "scheduled" and scheduled.when <= now else now
        begun = {"area": next((goal.field for goal in case.handling.goals), ""), "origin": "self" if case.self_report else "referral"}
        return {"at": appointed.astimezone(zone).strftime(_TYPED)} | begun | await self._last(activity)

    async def _last(self, activity: Activity | None) -> dict[str, str]:
        """Only what was said: a dash is not carried on."""
        found = {name: text for name, text in (await self._opened(_boxes(activity))).items() if text != NOT_SAID}
        if found.get("approach") not in (None, *(indonesian for indonesian, _ in APPROACHES)):
            found["other_approach"] = found.pop("approach")
        return found

    async def _opened(self, boxes: Mapping[str, Sealed]) -> dict[str, str]:
        texts = await self.kernel.vault.open_many(list(boxes.values())) if boxes else []
        return {name: text for name, text in zip(boxes, texts, strict=True) if not isinstance(text, Erased)}


def _boxes(activity: Activity | None) -> dict[str, Sealed]:
    held = activity.last(CounsellingHeld) if activity else None
    scheduled = activity.last(CounsellingScheduled) if activity else None
    return (_kept(held) if held else {}) | ({"place": scheduled.place} if scheduled else {})


def _kept(held: CounsellingHeld) -> dict[str, Sealed]:
    """Of the last session, where they usually still hold."""
    return {
        "symptoms": held.symptoms,
        "complaint": held.complaint,
        "causes": held.causes,
        "goal": held.goal,
        "approach": held.approach,
    }
