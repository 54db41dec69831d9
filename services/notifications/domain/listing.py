"""What the directory says about a partner agency beyond its name: each of its services, for whom, where and when (HSDS 3.0; ADR 44)."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict


class Offer(BaseModel):
    """One service of an agency. Whatever the directory does not say is empty or None: nothing is taken for granted.

    minimum_age, maximum_age: in years. areas: where whoever is served lives. hours, places, phones, languages: in words, as they are shown.
    around_the_clock: day and night, every day. unaccompanied: whether minors are served without a guardian. room: places that were free when the
    directory was written. checked_on: the day on which somebody last assured that this is true.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    name: str
    description: str = ""
    eligibility: str = ""
    active: bool = True
    minimum_age: float | None = None
    maximum_age: float | None = None
    areas: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    around_the_clock: bool = False
    unaccompanied: bool | None = None
    places: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    room: int | None = None
    checked_on: date | None = None
