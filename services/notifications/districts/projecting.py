"""What other districts send, as rows: where each arrival stands, and what its sender hears."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifications.domain.arrival import ArrivalAnnounced, ArrivalAnswered, ArrivalBecameConcern, ArrivalCancelAsked, ArrivalPassed
from services.notifications.gathered import Change, Gathered
from shared.database import Connection
from shared.message import Recorded


async def _arrival_announced(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalAnnounced.model_validate_json(event.body)
    await connection.execute(
        "INSERT INTO arrival_v1 (generation, arrival, district, purpose, priority, state, respond_by, announced_at)"
        " VALUES (%s, %s, %s, %s, %s, 'requested', %s, %s)",
        (rows.generation, told.arrival, told.district, told.purpose, told.priority, told.respond_by, event.recorded_at),
    )


async def _arrival_answered(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalAnswered.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET state = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.state, rows.generation, told.arrival))
    rows.queue(event, "webhook", "", told.district, step=told.number, due_at=event.recorded_at)


async def _arrival_passed(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalPassed.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET school = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.school, rows.generation, told.arrival))


async def _arrival_became_concern(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalBecameConcern.model_validate_json(event.body)
    await connection.execute("UPDATE arrival_v1 SET waits = false WHERE generation = %s AND arrival = %s", (rows.generation, told.arrival))


async def _arrival_cancelling(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = ArrivalCancelAsked.model_validate_json(event.body)
    query = "UPDATE arrival_v1 SET state = %s WHERE generation = %s AND arrival = %s"
    await connection.execute(query, (told.state, rows.generation, told.arrival))


ARRIVALS: Mapping[str, Change] = {
    "arrival-announced": _arrival_announced,
    "arrival-answered": _arrival_answered,
    "arrival-passed": _arrival_passed,
    "arrival-became-concern": _arrival_became_concern,
    "arrival-cancel-asked": _arrival_cancelling,
}
