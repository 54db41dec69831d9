"""The journal's events are told again in a restored store, in the restore's own transaction: before anything serves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from district.backups.settling import append
from services.intake.domain.erasure import KeysDestroyed
from shared.clock import SystemClock
from shared.errors import Fault, Invalid
from shared.eventstore.epochs import FIRST
from shared.journal import outliving
from shared.journal.entry import Told
from shared.journal.reading import Read, read_journal
from shared.keys import SERVICES, Keys
from shared.secretfile import GivenSecrets
from shared.secretset import SecretSet

Consequence = Callable[[Connection[Any], Told], None]


def _destroy_again(connection: Connection[Any], told: Told) -> None:
    """Keys that ended after the backup's moment lie in it alive (ADR 50)."""
    keys = KeysDestroyed.model_validate_json(told.body).keys
    connection.execute("SELECT keyring.destroy(%s, %s)", ([each.owner for each in keys], [each.purpose for each in keys]))


CONSEQUENCES: Mapping[str, Consequence] = {"keys-destroyed": _destroy_again}
"""What else is done again for an event of this type, known before or not: for example an erasure destroys its keys. Runs in the transaction."""


def read_journals(folder: Path | None, secrets: SecretSet) -> dict[str, Read]:
    """The journals that there are, by service. secrets: the backup's own. Raises: Invalid: one of them is not whole."""
    there = [service for service in SERVICES if folder and (folder / f"{service}.journal").exists()]
    if folder and not there:
        raise Invalid(Fault("/journal", "no-journal"), message=f"{folder} holds no journal: name the folder with intake.journal and the others")
    keys = {service: Keys(service, GivenSecrets(secrets), SystemClock()) for service in there}
    return {service: read_journal(folder, service, keys[service].held("journal")) for service in there if folder}


def reapply(connection: Connection[Any], service: str, told: Sequence[Told], *, partitions: int) -> int:
    """Tells a store everything that it does not know yet of what must outlive its restore; how many events."""
    return sum(_reapplied(connection, service, each, partitions) for each in told)


def _reapplied(connection: Connection[Any], service: str, told: Told, partitions: int) -> bool:
    if told.where == "with-its-stream" and not _there(connection, service, told.stream):
        return False
    fresh = append(connection, service, told.stream, [told.event()], partitions=partitions)
    if told.type in CONSEQUENCES:
        CONSEQUENCES[told.type](connection, told)
    return fresh


def _there(connection: Connection[Any], service: str, stream: str) -> bool:
    query = sql.SQL("SELECT EXISTS (SELECT FROM {}.event WHERE stream = %s)").format(sql.Identifier(service))
    found = connection.execute(query, (stream,)).fetchone()
    return bool(found and found[0])


def require_covered(connection: Connection[Any], journals: Mapping[str, Read], moment: datetime, accepted_by: str) -> Mapping[str, datetime]:
    """Services of which something after the backup's moment is not known, and since when; the stores are as they were then.

    Raises: Invalid: nobody accepts that.
    """
    told = {service: _uncovered(connection, service, journals.get(service), moment) for service in SERVICES}
    found: dict[str, datetime] = {service: since for service, since in told.items() if since}
    if found and not accepted_by:
        since = ", ".join(f"{service} after {at.isoformat(timespec='seconds')}" for service, at in found.items())
        raise Invalid(Fault("/accepted-by", "missing"), message=f"nothing is known of {since}: {NEEDS_ACCEPTANCE}")
    return found


NEEDS_ACCEPTANCE = (
    "marks not to contact a guardian, suspensions and endings of accounts are to be entered again before anything serves; give the journal with "
    "--journal FOLDER, or name who accepts that with --accepted-by NAME"
)


def _uncovered(connection: Connection[Any], service: str, read: Read | None, moment: datetime) -> datetime | None:
    """None where the journal goes at least as far as the store."""
    if read is None:
        return moment
    known = [FIRST, *(each for (each,) in connection.execute(_IDS.format(schema=sql.Identifier(service))).fetchall())]
    last = connection.execute(_LAST.format(schema=sql.Identifier(service)), (list(outliving()),)).fetchone()
    if read.head.epoch not in known:
        return None  # it was kept on in an epoch after those of the backup
    level = read.head.epoch == known[-1] and last is not None and read.head.position >= last[0]
    return None if level else read.head.at


_IDS = sql.SQL("SELECT id FROM {schema}.epoch ORDER BY number")
_LAST = sql.SQL("SELECT coalesce(max(position), 0) FROM {schema}.event WHERE type = ANY (%s)")
