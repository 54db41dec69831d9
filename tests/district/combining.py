"""A district's life, and combinations of stores and journal of different moments of it, as tools that are not ours leave them (ADR 49, 60, 67)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, get_args

from redis import Redis

from district.backups.healing import Healed, ReadAgain, heal
from district.backups.older import Carrier
from shared.keys import SERVICES, Service
from shared.testing import eventually
from tests.backups import AT
from tests.delivery.rig import PARTITIONS
from tests.district.moments import Moments
from tests.district.three import KEYS, PAIRS, SECRETS, Three, heard_by, told_by

KeptJournal = Literal["of-now", "older", "gone", "damaged"]


@dataclass(frozen=True, slots=True)
class Combination:
    """back: which stores were brought back, each to which of its moments. journal: what became of it. emptied: Redis carries nothing any more.

    connected: the district runs while it is looked at.
    """

    back: Mapping[Service, int]
    journal: KeptJournal = "of-now"
    emptied: bool = False
    connected: bool = False


@dataclass
class District:
    """One district whose stores and journal have moments. within: seconds that everything may take to be heard after a healing."""

    url: str
    redis_url: str
    folder: Path
    within: float = 30.0
    taken: dict[str, int] = field(default_factory=dict)

    @property
    def moments(self) -> Moments:
        """Of the three stores."""
        return Moments(self.url, self.taken)

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    def three(self) -> Three:
        return Three(self.url, self.redis_url, self.journal)

    def take(self, services: Sequence[str]) -> None:
        """A moment of each of these stores, and one of the journal."""
        for service in services:
            self.moments.take(service)
        shutil.rmtree(self.folder / "older", ignore_errors=True)
        if self.journal.exists():
            shutil.copytree(self.journal, self.folder / "older")

    def heal(self) -> list[Healed | ReadAgain]:
        return heal(self.url, self.journal, lambda: SECRETS, AT, Carrier(self.redis_url, PARTITIONS))


# a history ----------------------------------------------------------------------------------------------------------


async def lived(district: District, random: Random) -> None:
    """Everybody tells and hears; now and then a moment is taken, also while something is under way."""
    async with district.three().running() as three:
        for side in three.sides.values():
            await side.tell(KEYS[0], outliving=True)
        for _ in range(4):
            await told_some(three, random)
            if random.random() < 0.7:
                await eventually(lambda: level(district), within=district.within)
            district.take([service for service in SERVICES if random.random() < 0.6 or service not in district.taken])
        await told_some(three, random)
        if random.random() < 0.7:
            await eventually(lambda: level(district), within=district.within)


async def told_by_all(district: District) -> None:
    """Everybody has told and heard before the moment that is taken, and after it."""
    async with district.three().running() as three:
        for _ in range(2):
            for side in three.sides.values():
                await side.tell(KEYS[0])
                await side.tell(KEYS[1], outliving=True)
            await eventually(lambda: level(district), within=district.within)
            district.take([service for service in SERVICES if service not in district.taken])


async def told_some(three: Three, random: Random) -> None:
    for service in random.choices(SERVICES, k=random.randint(2, 7)):
        await three.sides[service].tell(random.choice(KEYS), outliving=random.random() < 0.3)


async def level(district: District) -> bool:
    """Whether everybody has heard everything, once."""
    return all(not unheard(district.url, reader, source) for reader, source in PAIRS)


def unheard(url: str, reader: str, source: str) -> set[str]:
    return set(told_by(url, source)) - {of for of, _ in heard_by(url, reader, source)}


# combinations -----------------------------------------------------------------------------------------------------


def drawn(district: District, random: Random) -> Combination:
    """Any combination."""
    back: dict[Service, int] = {service: random.randint(0, district.taken[service]) for service in SERVICES if random.random() < 0.6}
    journal = random.choices(get_args(KeptJournal), weights=(5, 2, 2, 1))[0]
    return Combination(back, journal, random.random() < 0.4, random.random() < 0.2)


def bring_back(district: District, combination: Combination) -> None:
    """Everything as the combination says, without a word to anybody."""
    for service, number in combination.back.items():
        district.moments.bring_back(service, number)
    if combination.journal in {"older", "gone"}:
        shutil.rmtree(district.journal)
    if combination.journal == "older":
        shutil.copytree(district.folder / "older", district.journal)
    if combination.emptied:
        with Redis.from_url(district.redis_url) as client:
            client.flushdb()
