"""A draft policy over all history: which decisions it would change, from what to what and by which rule. Pure: it reads and counts, nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.cases.domain.steps.policy import Policy, most_urgent
from services.cases.domain.steps.triage import ReferralInputs, TriageInputs, recommend, triage
from shared.events import Urgency

HEARD = frozenset({"case-opened", "strand-added", "urgency-decided", "referral-decided"})
"""Event types that a replay looks into; all others it skips unread."""


@dataclass(frozen=True, slots=True)
class Change:
    """One decision that the draft would make otherwise. what: urgency or referral. rules: that fired under the draft."""

    case: str
    decision: str
    what: str
    school: str
    before: str
    after: str
    rules: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What the replay remembers of a case. strands: (when, categories). level: under the draft."""

    school: str = ""
    level: Urgency = "low"
    strands: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)


@dataclass
class WhatIf:
    """Feed it every event of the cases in order. workload: by school and week, decisions of each level before and after."""

    draft: Policy
    decisions: int = 0
    changes: list[Change] = field(default_factory=list)
    workload: dict[tuple[str, str], dict[str, list[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(lambda: [0, 0])))
    _cases: dict[str, _Seen] = field(default_factory=lambda: defaultdict(_Seen))

    def see(self, stream: str, event_type: str, told: Mapping[str, Any]) -> None:
        """One event, as JSON."""
        seen = self._cases[stream]
        match event_type:
            case "case-opened":
                seen.school = told["school"]
            case "strand-added":
                seen.strands.append((datetime.fromisoformat(told["at"]), frozenset(told["concern"]["categories"])))
            case "urgency-decided" if told["inputs"] is None:
                seen.level = told["urgency"]  # a named person decided: no policy changes that
            case "urgency-decided":
                self._urgency(stream, seen, told)
            case "referral-decided":
                self._referral(stream, seen, told)

    def _urgency(self, stream: str, seen: _Seen, told: Mapping[str, Any]) -> None:
        inputs = TriageInputs.model_validate(told["inputs"] | {"repeats": self._repeats(seen)})
        triaged = triage(self.draft, inputs)
        seen.level = most_urgent(triaged.urgency, seen.level)
        self.decisions += 1
        before, after = told["urgency"], seen.level
        year, week, _ = seen.strands[-1][0].isocalendar() if seen.strands else (0, 0, 0)
        counts = self.workload[seen.school, f"{year}-W{week:02}"]
        counts[before][0] += 1
        counts[after][1] += 1
        if before != after:
            self.changes.append(Change(stream[5:], told["decision"], "urgency", seen.school, before, after, triaged.rules))

    def _repeats(self, seen: _Seen) -> int:
        """As the draft counts them, not as the receipt did: the draft may look further back."""
        if not seen.strands:
            return 0
        at, categories = seen.strands[-1]
        since = at - timedelta(days=self.draft.repeat_days)
        return sum(1 for moment, others in seen.strands[:-1] if moment >= since and categories & others)

    def _referral(self, stream: str, seen: _Seen, told: Mapping[str, Any]) -> None:
        recommended = recommend(self.draft, ReferralInputs.model_validate(told["inputs"]))
        self.decisions += 1
        before, after = told["recommendation"], recommended.recommendation
        if before != after:
            self.changes.append(Change(stream[5:], told["decision"], "referral", seen.school, before, after, recommended.rules))
