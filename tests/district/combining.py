"""Combinations of stores and journal of different moments, as tools that are not ours leave them; and what must hold of each (ADR 49, 60)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, get_args

import orjson
from redis import Redis

from district.backups.healing import Healed, heal
from district.backups.older import Carrier
from district.backups.reapplying import read_journals
from shared.delivery.wire import stream_key
from shared.errors import Invalid, StartRefused
from shared.eventstore.epochs import FIRST
from shared.keys import SERVICES, Service
from shared.testing import eventually
from tests.backups import AT
from tests.delivery.rig import PARTITIONS
from tests.district.moments import Moments
from tests.district.three import KEYS, PAIRS, SECRETS, Three, as_it_stands, heard_by, outliving_of, rows, stands, told_by

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
    """One district whose stores and journal have moments. within: seconds that everything may take to be heard after a healing.

    since: the first moment of each store that is of the history which the district lives on: see ADR 60 on what nobody remembers.
    """

    url: str
    redis_url: str
    folder: Path
    within: float = 30.0
    taken: dict[str, int] = field(default_factory=dict)
    since: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))

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

    def heal(self) -> list[Healed]:
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
            district.take([service for service in SERVICES if random.random() < 0.6 or district.taken.get(service, -1) < district.since[service]])
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


# what must hold -----------------------------------------------------------------------------------------------------


def drawn(district: District, random: Random) -> Combination:
    """Any combination."""
    back: dict[Service, int] = {
        service: random.randint(district.since[service], district.taken[service]) for service in SERVICES if random.random() < 0.6
    }
    journal = random.choices(get_args(KeptJournal), weights=(5, 2, 2, 1))[0]
    return Combination(back, journal, random.random() < 0.4, random.random() < 0.2)


def hold(district: District, combination: Combination) -> None:
    """Brings the stores back; then what is older is found, refused by name where nobody may heal it, healed, and everybody goes on."""
    before = {service: stands(district.url, service) for service in SERVICES}
    _bring_back(district, combination)
    if combination.journal == "damaged":
        _refused_for_its_journal(district)
    lost = {service: before[service] - stands(district.url, service) for service in SERVICES}
    remembered, promised = _remembered(district, lost), _journalled(district)
    if combination.connected and remembered:
        asyncio.run(_refused_under_services(district, remembered))
    found = {each.was.service for each in district.heal()}
    assert remembered <= found, "what somebody remembers and a store has lost is found"
    assert found <= {service for service in SERVICES if lost[service]}, "and nothing else"
    for service in SERVICES:
        assert promised[service] <= outliving_of(district.url, service), "what must outlive is told again before anything serves"
    assert district.heal() == [], "once"
    if {service for service in SERVICES if lost[service]} - found:
        district.since = {service: district.taken[service] + 1 for service in SERVICES}
    go_on(district)


def go_on(district: District) -> None:
    """Everybody runs again: everything that is told is heard, once, and what was heard of what is lost is named."""
    asyncio.run(_went_on(district))
    for reader, source in PAIRS:
        heard = heard_by(district.url, reader, source)
        assert len({of for of, _ in heard}) == len(heard), "nothing is heard twice"
        assert unheard(district.url, reader, source) == set()
        assert _lost(district.url, reader, source) == set(), "what its source has lost is named"


async def _went_on(district: District) -> None:
    async with district.three().running() as three:
        await told_some(three, Random(1))
        for side in three.sides.values():
            await side.tell(KEYS[0])
        await eventually(lambda: level(district), within=district.within)
        await eventually(lambda: unbroken(district), within=district.within)


async def unbroken(district: District) -> bool:
    """Whether no reader has stopped for good."""
    return not any(rows(district.url, f"SELECT FROM {service}.heartbeat WHERE broken") for service in SERVICES)


def _lost(url: str, reader: str, source: str) -> set[str]:
    """What a reader heard of what its source does not have, where nothing names it."""
    there, named = told_by(url, source), rows(url, f"SELECT after, upto FROM {reader}.lost_history WHERE source = %s", source)
    gone = [(of, position) for of, position in heard_by(url, reader, source) if of not in there]
    return {of for of, position in gone if not any(after < position <= upto for after, upto in named)}


# the parts of a combination -----------------------------------------------------------------------------------------


def _bring_back(district: District, combination: Combination) -> None:
    for service, number in combination.back.items():
        district.moments.bring_back(service, number)
    if combination.journal in {"older", "gone"}:
        shutil.rmtree(district.journal)
    if combination.journal == "older":
        shutil.copytree(district.folder / "older", district.journal)
    if combination.emptied:
        with Redis.from_url(district.redis_url) as client:
            client.flushdb()


def _remembered(district: District, lost: Mapping[Service, set[str]]) -> set[str]:
    """Stores of which somebody still has what they have lost: a reader heard it, the journal has it or was kept beyond it, or Redis carries it."""
    heard: set[str] = {source for reader, source in PAIRS if lost[source] & {of for of, _ in heard_by(district.url, reader, source)}}
    journalled = {service for service, told in _journalled(district).items() if told - outliving_of(district.url, service)}
    return heard | journalled | {service for service in SERVICES if _outrun(district, service)}


def _outrun(district: District, service: str) -> bool:
    """Whether journal or Redis were beyond the store's end, in the epoch that it is in."""
    position = rows(district.url, f"SELECT position FROM {service}.store_head")[0][0]
    epoch = rows(district.url, f"SELECT coalesce((SELECT id FROM {service}.epoch ORDER BY number DESC LIMIT 1), %s)", FIRST)[0][0]
    keys = [stream_key(service, partition, epoch) for partition in range(PARTITIONS)]
    with Redis.from_url(district.redis_url) as client:
        entries = [entry for key in keys for entry in client.xrevrange(key, count=1)]
    head = orjson.loads(path.read_bytes()) if (path := _head(district, service)).exists() else {"epoch": "", "position": 0}
    kept = int(str(head["position"])) if head["epoch"] == str(epoch) else 0
    return max([kept, *(int(entry.split(b"-")[0]) for entry, _ in entries)]) > position


def _head(district: District, service: str) -> Path:
    return district.journal / f"{service}.journal.head"


def _journalled(district: District) -> Mapping[Service, set[str]]:
    """What the journal tells of each service."""
    read = read_journals(district.journal, SECRETS) if district.journal.exists() else {}
    return {service: {str(each.id) for each in read[service].told} if service in read else set() for service in SERVICES}


def _refused_for_its_journal(district: District) -> None:
    """One line less than its head knows: nothing is healed by it. Then it is mended."""
    file = district.journal / "notifications.journal"
    whole, untouched = file.read_bytes(), as_it_stands(district.url)
    file.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    refusal = ""
    try:
        district.heal()
    except Invalid as refused:
        refusal = str(refused)
    assert f"{file}: the end is cut off" in refusal, f"a journal that is not whole is refused by name: {refusal}"
    assert as_it_stands(district.url) == untouched
    file.write_bytes(whole)


async def _refused_under_services(district: District, remembered: set[str]) -> None:
    untouched, refusal = as_it_stands(district.url), ""
    async with district.three().connected():
        try:
            await asyncio.to_thread(district.heal)
        except StartRefused as refused:
            refusal = str(refused)
    assert {service for service in SERVICES if f"{service} (" in refusal} >= remembered, "nothing is healed under a running service; each is named"
    assert as_it_stands(district.url) == untouched
