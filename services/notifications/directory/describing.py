"""What a directory in HSDS says about one agency, as it is kept: each service with its places, hours, telephones, areas and languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from services.notifications.directory.opening import in_words, is_ours, never_closes
from services.notifications.directory.sifting import Sifted
from services.notifications.directory.tables import Name, Row
from services.notifications.domain.listing import Offer
from shared.phones import with_plain_digits
from shared.typed import whole_number

LONGEST, LONGEST_LINE, MOST = 2_000, 300, 50
"""Characters of a description and of a line, and lines of one kind, that are kept."""

MOST_ROOM = 100_000
"""The most free places that are believed; a larger number is a typing mistake."""

_UNACCOMPANIED, _ROOM = "tanggap.unaccompanied", "tanggap.room"
"""Labels of attributes: whether minors are served without a guardian, and how many places are free. HSDS 3.0 has no fields for them."""

_ANSWERS = {"yes": True, "true": True, "ya": True, "no": False, "false": False, "tidak": False}

_AROUND_THE_CLOCK = re.compile(r"\b(buka|siaga|layanan|hotline|open)\s+24\s*(jam|hours?)\b|\b24 hours a day\b|\b24/7\b", re.IGNORECASE)
_GONE = frozenset({"inactive", "defunct", "temporarily closed"})


@dataclass(frozen=True, slots=True)
class Listing:
    """description: of the agency itself."""

    description: str
    offers: tuple[Offer, ...]


def described(agency: Row, sifted: Sifted) -> Listing:
    """Everything that is said of an agency."""
    services = [each for each in sifted.rows["services"].values() if each["organization_id"] == agency["id"]]
    return Listing(agency["description"][:LONGEST], tuple(_Telling(sifted, agency, each).offer() for each in services[:MOST]))


@dataclass(frozen=True, slots=True)
class _Telling:
    """Gathers what belongs to one service, also through the places where it is offered."""

    sifted: Sifted
    agency: Row
    service: Row

    def offer(self) -> Offer:
        schedules, phones, service = self._owned("schedules"), self._phones(), self.service
        return Offer(
            service=service["id"],
            name=service["name"][:LONGEST_LINE],
            description=" ".join(filter(None, (service["description"], service["alert"])))[:LONGEST],
            eligibility=service["eligibility_description"][:LONGEST],
            active=service["status"].lower() not in _GONE,
            minimum_age=_number(service["minimum_age"]),
            maximum_age=_number(service["maximum_age"]),
            areas=_lines(each["name"] or each["description"] or each["extent"] for each in self._owned("service_areas")),
            languages=_lines(each["name"] or each["code"] for each in self._owned("languages")),
            hours=_lines(in_words(each) for each in schedules if not is_ours(each)),
            around_the_clock=any(map(never_closes, schedules)) or self._says_so(schedules, phones),
            unaccompanied=_ANSWERS.get(self._said(_UNACCOMPANIED).lower()),
            places=_lines(_place(each) for each in self._owned("addresses")),
            phones=_lines(" ".join(filter(None, (with_plain_digits(each["number"]), each["description"]))) for each in phones),
            room=self._room(),
            checked_on=_day(service["assured_date"]) or _day(service["last_modified"]),
        )

    def _joins(self) -> list[Row]:
        return [each for each in self.sifted.rows["service_at_location"].values() if each["service_id"] == self.service["id"]]

    def _owned(self, table: Name) -> list[Row]:
        """Rows of the service itself, of its places, and of itself at a place."""
        joins = self._joins()
        owners = {
            "service_id": {self.service["id"]},
            "location_id": {each["location_id"] for each in joins},
            "service_at_location_id": {each["id"] for each in joins},
        }
        return [row for row in self.sifted.rows[table].values() if any(row[column] in ids for column, ids in owners.items() if row[column])]

    def _phones(self) -> list[Row]:
        """Those of the agency where the service has none of its own."""
        own = self._owned("phones")
        return own or [each for each in self.sifted.rows["phones"].values() if each["organization_id"] == self.agency["id"]]

    def _says_so(self, schedules: Iterable[Row], phones: Iterable[Row]) -> bool:
        told = [self.service["name"], self.service["description"], self.service["alert"]]
        told += [each[column] for each in (*schedules, *phones) for column in ("description", "notes")]
        return any(_AROUND_THE_CLOCK.search(each) for each in told)

    def _said(self, label: str) -> str:
        """The value of an attribute, as the service says it, else as the agency does."""
        said = {each["link_id"]: each["value"] for each in self.sifted.rows["attributes"].values() if each["label"] == label}
        return said.get(self.service["id"]) or said.get(self.agency["id"], "")

    def _room(self) -> int | None:
        told = whole_number(self._said(_ROOM))
        return None if told is None else min(told, MOST_ROOM)


def _place(address: Row) -> str:
    return ", ".join(filter(None, (address[column] for column in ("address_1", "address_2", "city", "region", "state_province"))))


def _lines(told: Iterable[str]) -> tuple[str, ...]:
    return tuple(_distinct(each.strip()[:LONGEST_LINE] for each in told))[:MOST]


def _distinct(told: Iterable[str]) -> Iterator[str]:
    yield from (each for each in dict.fromkeys(told) if each)


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell[:10])
    except ValueError:
        return None
