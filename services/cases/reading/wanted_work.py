"""Which rows of the worklist are asked for, as far as the reader may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from services.cases.domain.strategies.counselling import RECORDED_AFTER
from services.cases.reading.case_list import of_schools
from services.cases.reading.meetings import RECORDED_LATER
from services.cases.rights import Sight
from shared.conditions import Conditions


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """A list's question. owner: of whom; what: its codes; before: expected until; climbed: only what climbed the ladder.

    nobodys: only what nobody has. taker: schools where the reader may take a case in hand, `*` for all. What may be taken there is on the list, too,
    and stands first: unacknowledged alerts, then the first thing expected of each case that nobody has. moving: only cases of students who are
    elsewhere or have left, which are to be transferred, kept or closed. sight: what of the schools is seen, everything where nothing is said.
    own: whose own things are seen beside it. nobodys_at: schools whose things without an owner are seen beside it. beginning: meetings that begin
    before `before`, too, although they may be recorded later.
    """

    owner: str | None = None
    what: Sequence[str] = ()
    before: datetime | None = None
    climbed: bool = False
    nobodys: bool = False
    taker: frozenset[str] = frozenset()
    moving: bool = False
    school: str | None = None
    sight: Sight | None = None
    own: str | None = None
    nobodys_at: frozenset[str] = frozenset()
    beginning: bool = False


_RANK = "CASE WHEN what = 'acknowledge' THEN 0 WHEN owner IS NULL THEN 1 ELSE 2 END"
"""What stands first: an alert that nobody has acknowledged, then what nobody has."""

_MAY_BE_TAKEN = (
    "(what = 'acknowledge' OR owner IS NULL AND NOT EXISTS (SELECT FROM worklist_v1 e WHERE e.generation = w.generation AND e.case_id = w.case_id"
    " AND e.owner IS NULL AND (e.expected_at, e.key) < (w.expected_at, w.key)))"
)


def ranked(wanted: WorkFilter) -> LiteralString:
    return f"{_RANK}, expected_at, case_id, key" if wanted.taker else "expected_at, case_id, key"


def work_wanted(generation: int, wanted: WorkFilter, schools: str, reader: str, after: Sequence[object] | None) -> Conditions:
    found = Conditions()
    found.add("w.generation = %s", generation)
    found.add("NOT %s = ANY (w.named)", reader)
    if reader in (wanted.owner, wanted.own):
        _of_schools_or_asked(found, schools, reader)
    else:
        of_schools(found, schools)
    if wanted.taker:
        _or_to_be_taken(found, wanted)
    else:
        _of_the_list(found, wanted)
    found.add_if_asked("what = ANY (%s)", list(wanted.what) or None)
    found.add_if_asked("school = %s", wanted.school)
    if wanted.moving:
        found.add("what IN ('transfer', 'leaving')")
    if wanted.climbed:
        found.add("step > 0")
    if wanted.nobodys:
        found.add("owner IS NULL")
    if after:
        found.add(f"({ranked(wanted)}) > ({', '.join(['%s'] * len(after))})", *after)
    return found


def _of_schools_or_asked(found: Conditions, schools: str, reader: str) -> None:
    at_school, asked = Conditions(), Conditions()
    at_school.add("true")
    of_schools(at_school, schools)
    asked.add("asked AND owner = %s", reader)
    found.add_either(at_school, asked)


def _or_to_be_taken(found: Conditions, wanted: WorkFilter) -> None:
    """What the list is of, or what may be taken at one of the reader's schools."""
    mine, taken = Conditions(), Conditions()
    _of_the_list(mine, wanted)
    taken.add(_MAY_BE_TAKEN)
    if "*" not in wanted.taker:
        taken.add("school = ANY (%s)", list(wanted.taker))
    found.add_either(mine, taken)


def _of_the_list(found: Conditions, wanted: WorkFilter) -> None:
    found.add_if_asked("owner = %s", wanted.owner)
    if wanted.before and wanted.beginning:
        _before_or_beginning(found, wanted.before)
    else:
        found.add_if_asked("expected_at < %s", wanted.before)
    if wanted.sight:
        _in_sight(found, wanted.sight, wanted)


def _before_or_beginning(found: Conditions, before: datetime) -> None:
    """Within one range, so that the index on the time still serves."""
    due, begun = Conditions(), Conditions()
    due.add("expected_at < %s", before)
    begun.add("what = ANY (%s)", list(RECORDED_LATER))
    found.add("expected_at < %s", before + RECORDED_AFTER)
    found.add_either(due, begun)


def _in_sight(found: Conditions, sight: Sight, wanted: WorkFilter) -> None:
    """As few conditions as there can be, so that each list is found over its own index."""
    if "*" in sight.whole:
        return
    seen: list[LiteralString] = []
    values: list[object] = []
    if sight.whole:
        seen, values = [*seen, "school = ANY (%s)"], [*values, list(sight.whole)]
    if wanted.own:
        seen, values = [*seen, "owner = %s"], [*values, wanted.own]
    if wanted.nobodys_at:
        seen, values = [*seen, "owner IS NULL AND school = ANY (%s)"], [*values, list(wanted.nobodys_at)]
    if sight.late and "*" not in sight.late and seen:
        seen, values = [*seen, "step > 0 AND school = ANY (%s)"], [*values, list(sight.late)]
    elif sight.late:
        seen = [*seen, "step > 0"]
    found.add(f"({' OR '.join(seen) or 'false'})", *values)
