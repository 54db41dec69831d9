"""One concern as its events leave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from services.intake.domain import held as holding
from services.intake.domain.concern.events import (
    ConcernAddedTo,
    ConcernAnswered,
    ConcernEnded,
    ConcernEvent,
    ConcernMovedOn,
    ConcernReceived,
)
from services.intake.domain.files import FileAttached
from services.intake.domain.held import ConcernHeld, Held, HeldEvent, HeldLetThrough
from services.intake.domain.revealed import ReporterNameOpened, Revealed
from shared.events import (
    ConcernAttached,
    ConcernContinued,
    ConcernRaised,
    OutcomeClass,
    ReporterKind,
)
from shared.events import Fact as Danger

State = Literal["received", "read", "in_progress", "closed"]
ORDER: tuple[State, ...] = ("received", "read", "in_progress", "closed")
"""From the beginning to the end; a concern never goes back."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What a decision needs. The reporter may see the state and, at the end, the outcome class.

    raised: what was told of each student. facts: the dangers that the reporter has answered so far, the latest answer to each. receipt: what was kept
    of it; None where it is of letters. answers: what was written back. files: the ids of what came along.
    held: what waits to be told, where it came over the rate. opened: to whom its confidential reporter's name was opened.
    """

    concern: str | None = None
    school: str = ""
    reporter: str | None = None
    state: State = "received"
    outcome: OutcomeClass | None = None
    additions: frozenset[str] = frozenset()
    raised: tuple[ConcernRaised, ...] = ()
    facts: Mapping[Danger, bool] = field(default_factory=dict)
    reporter_kind: ReporterKind | None = None
    receipt: str | None = None
    answers: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    held: Held | None = None
    opened: tuple[ReporterNameOpened, ...] = ()

    @property
    def identified(self) -> tuple[str, ...]:
        """The students whom the reporter knew, each once."""
        return tuple(dict.fromkeys(each.student for each in self.raised if each.student))


initial = Concern()


def evolve(concern: Concern, event: ConcernEvent) -> Concern:
    match event:
        case ConcernReceived():
            told = {name: getattr(event, name) for name in ("concern", "school", "reporter", "reporter_kind", "receipt")}
            return replace(concern, **told)
        case ConcernRaised():
            return replace(concern, raised=(*concern.raised, event), facts=event.facts)
        case ConcernAddedTo():
            return replace(concern, additions=concern.additions | {event.addition})
        case ConcernContinued():
            return replace(concern, facts=event.facts)
        case FileAttached():
            return replace(concern, files=concern.files | {event.attachment})
        case ConcernAttached():
            return concern  # the same file, as others hear of it
        case ConcernAnswered():
            return replace(concern, answers=concern.answers | {event.answer})
        case ConcernMovedOn():
            return replace(concern, state=event.state)
        case ConcernEnded():
            return replace(concern, state="closed", outcome=event.outcome)
        case _:
            return _evolve_revealed(concern, event) if isinstance(event, Revealed) else _evolve_held(concern, event)


def _evolve_revealed(concern: Concern, event: Revealed) -> Concern:
    """A look changes nothing of what may be looked at."""
    return replace(concern, opened=(*concern.opened, event)) if isinstance(event, ReporterNameOpened) else concern


def _evolve_held(concern: Concern, event: HeldEvent) -> Concern:
    """While it is held, it is about whom it will be told."""
    about = concern.raised
    if isinstance(event, ConcernHeld):
        about = event.waiting
    elif isinstance(event, HeldLetThrough):
        about = ()
    facts = about[0].facts if isinstance(event, ConcernHeld) else concern.facts
    return replace(concern, held=holding.evolve(concern.held, event), raised=about, facts=facts)
