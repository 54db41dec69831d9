"""What every list and report must say at each position of the store, folded from its events alone: by the domain's own state, past every read model."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import Case
from shared.message import Recorded


@dataclass(frozen=True)
class Asker:
    """Who asks: a person of one school, with the roles of a counsellor or of a coordinator."""

    person: str
    school: str
    coordinator: bool = False


@dataclass
class Known:
    """One case as it was at a position."""

    opened_at: datetime
    version: int
    state: Case


@dataclass
class Folded:
    """The store up to a position. now, midnight: between what is overdue or expected today and what is not; no deadline of the test lies near them."""

    now: datetime
    midnight: datetime
    cases: dict[str, Known] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)

    def apply(self, event: Recorded) -> None:
        if not event.stream.startswith("case-"):
            return
        case = event.stream.removeprefix("case-")
        known = self.cases.setdefault(case, Known(event.recorded_at, 0, CASE.initial))
        known.state, known.version = CASE.fold(CASE.codec.decode_many([event]), known.state), event.version
        self.counts[event.school, event.type] += 1

    def says(self, path: str, who: Asker) -> list[tuple] | dict[str, int]:
        """What the path must answer."""
        visible = {case: known for case, known in self.cases.items() if self._is_visible(known.state, who)}
        match path:
            case "cases":
                return _newest(visible)
            case "lists/unidentified":
                return _newest(
                    {case: known for case, known in visible.items() if not known.state.student and known.state.state not in ("closed", "merged")}
                )
            case "reports/monthly":
                return {name: self.counts[who.school, kind] for name, kind in REPORTED.items()}
            case _:
                return self._expected(path.removeprefix("lists/"), visible, who)

    def _is_visible(self, case: Case, who: Asker) -> bool:
        return case.school == who.school and case.desk == "school" and who.person not in case.named

    def _expected(self, name: str, visible: dict[str, Known], who: Asker) -> list[tuple]:
        deadlines = [(case, each) for case, known in visible.items() for each in known.state.deadlines.values()]
        rows = [(each.expected, case, each.key, each.step, each.owner, each.what) for case, each in deadlines]
        own = None if who.coordinator else who.person
        if name in ("today", "waiting-for-me"):
            return [row[2:5] for row in sorted(_first_what_may_be_taken(rows, lambda row: self._is_theirs(name, row, own, who.person)))]
        wanted = {
            "overdue": lambda row: row[0] < self.now,
            "commitments": lambda row: row[5] == "commitment",
            "referrals-without-answer": lambda row: row[5] == "referral-answer",
            "ladder": lambda row: row[3] > 0,
        }[name]
        return [row[1:4] for row in sorted(row for row in rows if wanted(row))]

    def _is_theirs(self, name: str, row: tuple, own: str | None, person: str) -> bool:
        return row[4] == person if name == "waiting-for-me" else row[0] < self.midnight and own in (None, row[4])


def _first_what_may_be_taken(rows: list[tuple], is_theirs: Callable[[tuple], bool]) -> list[tuple]:
    """Unacknowledged alerts, then the first thing of each case that nobody has, then what is theirs anyway."""
    firsts = {case: min((row for row in rows if row[1] == case and row[4] is None), default=()) for case in {row[1] for row in rows}}
    ranked = [(0 if row[5] == "acknowledge" else 1 if row[4] is None else 2, row) for row in rows]
    return [(rank, *row) for rank, row in ranked if rank == 0 or (rank == 1 and row == firsts[row[1]]) or is_theirs(row)]


def _newest(cases: dict[str, Known]) -> list[tuple]:
    ordered = sorted(cases.items(), key=lambda item: (item[1].opened_at, item[0]), reverse=True)
    return [(case, known.state.state, known.state.urgency, known.state.student, known.version) for case, known in ordered]


REPORTED = {"new": "case-opened", "levels": "urgency-decided", "answered": "teacher-answered"}
"""What is compared of a report, and the events that it counts."""
