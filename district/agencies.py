"""Reads partner agencies from HSDS 3.0: a file of JSON, tables as CSV, a zip, or a folder of such files."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.notifications.directory.describing import MOST, described
from services.notifications.directory.reading import read_hsds
from services.notifications.directory.sifting import Sifted, sift
from services.notifications.directory.tables import Row
from services.notifications.domain.listing import Offer
from shared.addresses import Flaw, mail_address
from shared.errors import Fault, Invalid

_LONGEST_NAME, _LONGEST_KIND = 300, 100
_READ = (".json", ".csv")


@dataclass(frozen=True, slots=True)
class AgencyRead:
    """What notifications needs to know about an agency."""

    id: str
    name: str
    kind: str
    services: tuple[str, ...]
    url: str | None
    secret: str | None
    description: str = ""
    offers: tuple[Offer, ...] = ()
    mail: str | None = None

    def listing(self) -> dict[str, Any]:
        """What else the directory says."""
        return {"id": self.id, "description": self.description, "offers": [each.model_dump(mode="json") for each in self.offers]}

    def body(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "services": list(self.services),
            "url": self.url,
            "mail": self.mail,
            "secret": self.secret,
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row or a cell that cannot be used: where it stands, and why."""

    place: str
    reason: str


def read_agencies(path: Path) -> tuple[list[AgencyRead], list[Skipped]]:
    """The agencies, and what was skipped. Raises: Invalid: there is no such file, or nothing of it is HSDS."""
    sifted = sift(read_hsds(path.name, _content(path)))
    agencies = [_agency(row, sifted) for row in sifted.rows["organizations"].values()]
    return agencies, [
        *(Skipped(f"{each.file}[{each.row}] {'.'.join(filter(None, (each.table, each.field)))}", each.reason) for each in sifted.set_aside),
        *(found for row in sifted.rows["organizations"].values() if (found := _no_mailbox(row)) is not None),
        *(found for row in sifted.rows["organizations"].values() for found in _too_many(row, sifted)),
    ]


def _content(path: Path) -> bytes:
    """A folder is read as the zip of its files."""
    if path.is_dir():
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for each in sorted(path.iterdir()):
                if each.suffix.lower() in _READ:
                    archive.write(each, each.name)
        return packed.getvalue()
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise Invalid(Fault("", "no-such-file"), message=f"{path}: there is no such file") from error


def _agency(row: Row, sifted: Sifted) -> AgencyRead:
    ours = {each["label"]: each["value"] for each in sifted.rows["attributes"].values() if each["link_id"] == row["id"]}
    services = tuple(each["name"][:_LONGEST_NAME] for each in _services(row, sifted))
    listing = described(row, sifted)
    return AgencyRead(
        id=row["id"],
        name=row["name"][:_LONGEST_NAME],
        kind=ours.get("tanggap.kind", "")[:_LONGEST_KIND],
        services=services,
        url=ours.get("tanggap.webhook"),
        secret=ours.get("tanggap.secret"),
        description=listing.description,
        offers=listing.offers,
        mail=_mailbox(row),
    )


def _services(agency: Row, sifted: Sifted) -> list[Row]:
    return [each for each in sifted.rows["services"].values() if each["organization_id"] == agency["id"]]


def _too_many(agency: Row, sifted: Sifted) -> list[Skipped]:
    """Of a very large agency only the names of its later services are kept."""
    return [Skipped(f"{each.file}[{each.number}] services", "too-many") for each in _services(agency, sifted)[MOST:]]


def _no_mailbox(row: Row) -> Skipped | None:
    """A cell that holds no address is told, and its agency comes in without one."""
    flaw = mail_address(row["email"]) if row["email"] else None
    return Skipped(f"{row.file}[{row.number}] organizations.email", flaw.reason) if isinstance(flaw, Flaw) else None


def _mailbox(row: Row) -> str | None:
    """Of the office, as the directory has it; None where it is no address to which one mail can go."""
    parsed = mail_address(row["email"])
    return None if isinstance(parsed, Flaw) else str(parsed)
