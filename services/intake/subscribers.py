"""What intake hears from cases: how a reporter's concern moves on."""

from __future__ import annotations

from dataclasses import dataclass

from services.intake.domain.concern import CONCERN, Command, End, KeepAnswer, MoveOn
from services.intake.domain.revealed import NoteOpened
from shared.decider import execute_all
from shared.events import CaseAcknowledged, CaseClosed, ConcernJoinedCase, ConcernRead, ReporterAnswered, ReporterRevealed, read_public
from shared.eventstore.store import Checkpoint, EventStore, Outcome
from shared.message import Occasion, Recorded


@dataclass(frozen=True, slots=True)
class FromCases:
    """Handles the events of cases."""

    store: EventStore

    async def __call__(self, event: Recorded, checkpoint: Checkpoint | None) -> Outcome | None:
        match read_public(event.type, event.body):
            case ConcernJoinedCase(concern=concern, read=True):  # of an earlier release
                commands: list[tuple[str, Command]] = [(f"concern-{concern}", MoveOn(state="read"))]
            case ConcernRead(concerns=concerns):
                commands = [(f"concern-{concern}", MoveOn(state="read")) for concern in concerns]
            case ReporterAnswered(concern=concern, answer=answer, text=text):
                commands = [(f"concern-{concern}", KeepAnswer(answer=answer, text=text))]
            case ReporterRevealed() as told:
                opened = NoteOpened(reveal=told.reveal, to=told.asked_by, by=told.by, ground=told.ground, at=told.at, until=told.until)
                commands = [(f"concern-{told.concern}", opened)]
            case CaseAcknowledged(concerns=concerns):
                commands = [(f"concern-{concern}", MoveOn(state="in_progress")) for concern in concerns]
            case CaseClosed(concerns=concerns, outcome=outcome):
                commands = [(f"concern-{concern}", End(outcome=outcome)) for concern in concerns]
            case _:
                return None
        occasion = Occasion.follow(event, "intake")
        return await execute_all(self.store, CONCERN, commands, occasion, checkpoint=checkpoint)
