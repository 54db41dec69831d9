"""Who finds a case in no list: folded from its concerns, what was added to them, its conflicts and what was merged into it, as the case itself folds
them. So a list and the case never differ.

What a row keeps for it holds ids and codes only: `said`, whom each concern names; else the event without its words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.domain.case import conflict, merging, moves
from services.cases.domain.case.conflict import CONFLICT
from services.cases.domain.case.kept_away import kept_away
from services.cases.domain.case.merging import MergedGivenBack, MergedTaken, nothing_said
from services.cases.domain.case.upcasts import UPCASTS
from services.cases.domain.steps.command import ActEvent
from shared.eventstore.upcasting import Upcast
from shared.sealed import Sealed

Told = Mapping[str, Any]

_NO_WORDS = Sealed(kid="", context="", box="")
_FOLDED: tuple[type[ActEvent], ...] = (*CONFLICT.events, MergedTaken, MergedGivenBack)
_EVENTS: Mapping[str, type[ActEvent]] = {each.model_fields["type"].default: each for each in _FOLDED}
_UPCASTS: Mapping[tuple[str, int], Upcast] = {("merged-taken", 1): nothing_said, **UPCASTS}
_CONCERNS = frozenset({"strand-added", "strand-continued"})
NAMING = _CONCERNS | _EVENTS.keys()
"""Event types by which somebody is kept away or may come near again."""


def kept(told: Told, student: str | None) -> dict[str, Any]:
    """What the row keeps of an event. student: of the case, who is judged anew where a concern accuses them."""
    if told["type"] not in _CONCERNS:
        return {name: value for name, value in told.items() if not _is_sealed(value)}
    concern = told["concern"]
    accused = [student] if student and concern["role"] == "accused" else []
    return {"said": [each["person"] for each in concern["people"] if each["person"]], "accused": accused}


def named(history: Sequence[Told]) -> list[str]:
    """Everybody who is kept away after these."""
    said: set[str] = set()
    conflicts, moved = conflict.NONE, moves.NONE
    for each in history:
        if "said" in each:
            said |= set(each["said"])
            conflicts = conflicts.named_again({*each["said"], *each["accused"]})
            continue
        event = _event(each)
        conflicts, moved = conflict.evolve(conflicts, event), merging.evolve(moved, event)
        if isinstance(event, MergedTaken):
            conflicts = conflicts.named_again({person.person for concern in event.takes.concerns for person in concern.people})
    carried = {person.person for concern in moved.carried for person in concern.people}
    return sorted(kept_away(said | carried, conflicts, moved))


def _event(told: Told) -> ActEvent:
    event = _EVENTS[told["type"]]
    lift = _UPCASTS.get((told["type"], told["version"]))
    whole = {**lift(dict(told)), "version": told["version"] + 1} if lift else told
    words: dict[str, Any] = {name: _NO_WORDS for name, field in event.model_fields.items() if field.is_required() and name not in whole}
    return event.model_validate({**words, **whole})


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"kid", "context", "box"}
