"""Consultations that somebody asked for, or that are for a case of theirs: found by the event that began them, so that none is missing."""

from __future__ import annotations

from collections.abc import Sequence

from services.cases.domain.casework import Casework
from services.cases.domain.strategies.consultation import ConsultationAsked
from shared.database import Database
from shared.decider import load
from shared.eventstore.store import EventStore

_OF = (
    "SELECT stream FROM event WHERE type = 'consultation-asked'"
    " AND (body::json ->> 'asker' = %s OR body::json ->> 'case' = ANY (%s)) ORDER BY position"
)


async def consultations_of(database: Database, person: str, cases: Sequence[str]) -> list[str]:
    """Their streams, the oldest first. cases: of the person. Raises: Unavailable."""
    async with database.statement() as connection:
        rows = await (await connection.execute(_OF, (person, list(cases)))).fetchall()
    return [stream for (stream,) in rows]


async def ending_with(store: EventStore, casework: Casework, stream: str, cases: Sequence[str]) -> bool:
    """Whether a consultation's words end with a person of these cases: it is over, and about no case of somebody else."""
    activity = (await load(store, casework.without_case, stream)).state.activity
    begun = activity.last(ConsultationAsked) if activity else None
    return bool(activity and activity.ended and begun and (begun.case is None or begun.case in cases))
