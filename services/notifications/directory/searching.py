"""Who of the directory could receive a student: what is wished is compared with what each agency says of itself, and every comparison is told.

Nobody is left out: an agency that does not fit stands behind the others with the reason, because directories are seldom complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.notifications.directory.needs import begins_a_word, needs
from services.notifications.directory.room import NOTHING_SAID, RoomCode, RoomSaid
from services.notifications.domain.agency_correction import WHOLE, EntryCorrected, corrected
from services.notifications.domain.agency_entry import FRESH
from services.notifications.domain.listing import Offer

Fit = Literal["fits", "unknown", "against"]
Code = Literal["need", "words", "age", "area", "unaccompanied", "around-the-clock", "room", RoomCode, "active", "checked"]
_SERVED_EVERYWHERE = ("nasional", "indonesia", "national", "seluruh")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for; empty and None where it does not matter. need: a code of `needs`. words: each of them has to occur. age: in years.

    area: where the student lives. unaccompanied: without a guardian. around_the_clock: day and night.
    """

    need: str = ""
    words: str = ""
    age: int | None = None
    area: str = ""
    unaccompanied: bool = False
    around_the_clock: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An agency of the directory. services: their names, where nothing more is known of them. room: as it said itself.

    assured_at: when the agency said that all of it is true. listed_at: since when it stands in the directory as it is.
    corrections: its own words about hours and telephones.
    """

    agency: str
    name: str
    kind: str
    services: Sequence[str]
    description: str = ""
    offers: Sequence[Offer] = ()
    room: RoomSaid = NOTHING_SAID
    assured_at: datetime | None = None
    listed_at: datetime | None = None
    corrections: Sequence[EntryCorrected] = ()

    def all_offers(self) -> Sequence[Offer]:
        """At least one: an agency of which only names are known may do anything. The agency's own words lie over the directory's."""
        return self._corrected(self.offers or [Offer(service=WHOLE, name=", ".join(self.services))])

    def offers_by_name(self) -> Sequence[Offer]:
        """Each of them, and one for each name of which nothing more is known."""
        described = {each.name for each in self.offers}
        return self._corrected([*self.offers, *(Offer(service=WHOLE, name=each) for each in self.services if each not in described)])

    def _corrected(self, offers: Sequence[Offer]) -> Sequence[Offer]:
        return [corrected(each, self.corrections) for each in offers]

    def last_true(self, offer: Offer, now: datetime) -> date | None:
        """The day on which somebody last assured it; else that of its listing, if that is known. now: in the district's zone."""
        own = self.assured_at.astimezone(now.tzinfo).date() if self.assured_at else None
        assured = [day for day in (own, offer.checked_on) if day]
        listed = self.listed_at.astimezone(now.tzinfo).date() if self.listed_at else None
        return max(assured) if assured else listed

    def old_since(self, offer: Offer, now: datetime) -> date | None:
        """The same day, where it is so long ago that it does not count any more."""
        day = self.last_true(offer, now)
        return day if day and now.date() - day > FRESH else None

    def is_old(self, now: datetime) -> bool:
        """Whether something of its entry is so old."""
        return any(self.old_since(each, now) for each in self.all_offers())


@dataclass(frozen=True, slots=True)
class Reason:
    """One comparison. about: what the agency says."""

    code: Code
    fit: Fit
    about: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """An agency, by that of its services which fits best. reasons: those that fit first."""

    listed: Listed
    offer: Offer
    reasons: Sequence[Reason]

    @property
    def suits(self) -> bool:
        """Nothing speaks against it."""
        return all(each.fit != "against" for each in self.reasons)

    @property
    def rank(self) -> tuple[int, int, str]:
        """The best first, then by name."""
        return (self._count("against"), -self._count("fits"), self.listed.name.casefold())

    def _count(self, fit: Fit) -> int:
        return sum(each.fit == fit for each in self.reasons)


def receivers(wish: Wish, directory: Iterable[Listed], now: datetime) -> list[Hit]:
    """Every agency, the best first. now: in the district's zone."""
    return sorted((_best(wish, each, now) for each in directory), key=lambda hit: hit.rank)


def _best(wish: Wish, listed: Listed, now: datetime) -> Hit:
    hits = [Hit(listed, offer, sorted(_reasons(wish, listed, offer, now), key=_as_shown)) for offer in listed.all_offers()]
    return min(hits, key=lambda hit: hit.rank)


def _as_shown(reason: Reason) -> int:
    return ("fits", "unknown", "against").index(reason.fit)


def _reasons(wish: Wish, listed: Listed, offer: Offer, now: datetime) -> Iterator[Reason]:
    text = f"{listed.name} {listed.description} {offer.name} {offer.description} {offer.eligibility}"
    need = needs().get(wish.need)
    if need:
        yield Reason("need", "fits" if need.answered_by(listed.kind, text) else "against", offer.name)
    if wanted := wish.words.split():
        yield Reason("words", "fits" if all(begins_a_word(each, text) for each in wanted) else "against", wish.words)
    if wish.age is not None:
        yield _age(wish.age, offer)
    if wish.area.strip():
        yield _area(wish.area.strip(), offer)
    if wish.unaccompanied:
        yield Reason("unaccompanied", _fit(offer.unaccompanied))
    if wish.around_the_clock:
        yield Reason("around-the-clock", _fit(True if offer.around_the_clock else (False if offer.hours else None)))
    yield from _standing(listed, offer, now)


def _standing(listed: Listed, offer: Offer, now: datetime) -> Iterator[Reason]:
    """What holds whatever is wished. What the agency said itself goes before what the directory was told."""
    for code, fits, days in listed.room.compared(now):
        yield Reason(code, _fit(fits), str(days))
    if offer.room is not None and not listed.room.holds(now):
        yield Reason("room", _fit(offer.room > 0), str(offer.room))
    if not offer.active:
        yield Reason("active", "against")
    if old := listed.old_since(offer, now):
        yield Reason("checked", "unknown", old.isoformat())


def _fit(known: bool | None) -> Fit:
    return "unknown" if known is None else "fits" if known else "against"


def _age(age: int, offer: Offer) -> Reason:
    least, most = offer.minimum_age, offer.maximum_age
    if least is None and most is None:
        return Reason("age", "unknown")
    inside = (least is None or age >= least) and (most is None or age <= most)
    return Reason("age", "fits" if inside else "against", f"{least or 0:g}–{most:g}" if most is not None else f"≥ {least:g}")


def _area(area: str, offer: Offer) -> Reason:
    """Where only the place of the office is known, another place speaks against nobody."""
    served = "; ".join(offer.areas)
    if any(begins_a_word(each, served) for each in (area, *_SERVED_EVERYWHERE)):
        return Reason("area", "fits", served)
    if any(begins_a_word(area, each) for each in offer.places):
        return Reason("area", "fits", "; ".join(offer.places))
    return Reason("area", "against", served) if served else Reason("area", "unknown")
