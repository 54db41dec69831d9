"""The directory as rows: who is registered, what each agency offers and says of itself, and what it is asked."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg.types.json import Jsonb

from services.notifications.domain.agency import AGENCY, AgencyDescribed, AgencyRegistered, WebhookDisabled
from services.notifications.domain.agency_correction import CorrectionWithdrawn, EntryCorrected
from services.notifications.domain.agency_entry import EntryAssured, EntryReminded
from services.notifications.domain.agency_room import RoomAsked, RoomTold
from services.notifications.gathered import Change, Gathered
from shared.database import Connection
from shared.message import Recorded


async def _agency(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AGENCY.codec.decode(event)
    assert isinstance(told, AgencyRegistered)
    secrets = [Jsonb(secret.model_dump()) if secret else None for secret in (told.secret, told.old_secret, told.mail)]
    await connection.execute(
        "INSERT INTO agency_v1 (generation, agency, name, kind, services, url, secret, old_secret, mail, listed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (generation, agency) DO UPDATE SET name = excluded.name, kind = excluded.kind, services = excluded.services,"
        " url = excluded.url, secret = excluded.secret, old_secret = excluded.old_secret, mail = excluded.mail",
        (rows.generation, told.agency, told.name, told.kind, list(told.services), told.url, *secrets, event.recorded_at),
    )


async def _agency_described(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = AgencyDescribed.model_validate_json(event.body)
    described = Jsonb(told.model_dump(mode="json", include={"description", "offers"}))
    await connection.execute(
        "UPDATE agency_v1 SET described = %s, listed_at = %s WHERE generation = %s AND agency = %s",
        (described, event.recorded_at, rows.generation, told.agency),
    )


async def _room_asked(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """By webhook where the agency has one, else by mail. Whatever becomes of the message, the search says that no answer came yet."""
    told = RoomAsked.model_validate_json(event.body)
    found = await connection.execute(
        "UPDATE agency_v1 SET room_asked_at = %s WHERE generation = %s AND agency = %s RETURNING url IS NOT NULL",
        (told.at, rows.generation, told.agency),
    )
    row = await found.fetchone()
    kind = "webhook" if row and row[0] else "room"
    rows.queue(event, kind, "", told.agency, step=told.number, due_at=event.recorded_at)


async def _room_told(connection: Connection, rows: Gathered, event: Recorded) -> None:
    """Nobody is asked any more what was answered."""
    told = RoomTold.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET has_room = %s, room_told_at = %s WHERE generation = %s AND agency = %s",
        (told.has_room, told.at, rows.generation, told.agency),
    )
    await connection.execute(
        "UPDATE outbox_v1 SET state = CASE WHEN state IN ('queued', 'sending') THEN 'cancelled' ELSE 'acknowledged' END WHERE generation = %s"
        " AND stream = %s AND (kind = 'room' OR kind = 'webhook') AND state IN ('queued', 'sending', 'sent', 'delivered')",
        (rows.generation, event.stream),
    )


async def _entry_reminded(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryReminded.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET reminded_at = %s WHERE generation = %s AND agency = %s", (told.at, rows.generation, told.agency))
    rows.queue(event, "reminder", "", told.agency, step=told.number, due_at=event.recorded_at)


async def _entry_assured(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryAssured.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET assured_at = %s WHERE generation = %s AND agency = %s", (told.at, rows.generation, told.agency))


async def _entry_corrected(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = EntryCorrected.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET corrections = corrections || jsonb_build_object(%s::text, %s::jsonb) WHERE generation = %s AND agency = %s",
        (told.service, Jsonb(told.model_dump(mode="json")), rows.generation, told.agency),
    )


async def _correction_withdrawn(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = CorrectionWithdrawn.model_validate_json(event.body)
    await connection.execute(
        "UPDATE agency_v1 SET corrections = corrections - %s::text WHERE generation = %s AND agency = %s",
        (told.service, rows.generation, told.agency),
    )


async def _webhook_disabled(connection: Connection, rows: Gathered, event: Recorded) -> None:
    told = WebhookDisabled.model_validate_json(event.body)
    await connection.execute("UPDATE agency_v1 SET url = NULL WHERE generation = %s AND agency = %s", (rows.generation, told.agency))


AGENCIES: Mapping[str, Change] = {
    "agency-registered": _agency,
    "agency-described": _agency_described,
    "webhook-disabled": _webhook_disabled,
    "room-asked": _room_asked,
    "room-told": _room_told,
    "entry-reminded": _entry_reminded,
    "entry-assured": _entry_assured,
    "entry-corrected": _entry_corrected,
    "correction-withdrawn": _correction_withdrawn,
}
