"""What must hold of every combination of stores and journal: found, refused where it must be, healed by name, and everybody goes on (ADR 49, 60, 67)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from random import Random

import orjson
from redis import Redis

from district.backups.healing import ReadAgain
from district.backups.reapplying import read_journals
from shared.delivery.wire import stream_key
from shared.errors import Invalid, StartRefused
from shared.eventstore.epochs import FIRST
from shared.keys import SERVICES, Service
from shared.testing import eventually
from tests.delivery.rig import PARTITIONS
from tests.district.combining import Combination, District, bring_back, level, told_some, unheard
from tests.district.three import KEYS, PAIRS, SECRETS, as_it_stands, heard_by, outliving_of, rows, stands, told_by


def hold(district: District, combination: Combination) -> None:
    """Brings the stores back; then what is older is found, refused by name where nobody may heal it, healed, and everybody goes on."""
    before = {service: stands(district.url, service) for service in SERVICES}
    bring_back(district, combination)
    if combination.journal == "damaged":
        _refused_for_its_journal(district)
    lost = {service: before[service] - stands(district.url, service) for service in SERVICES}
    remembered, promised = _remembered(district, lost), _journalled(district)
    unnamed = {source for reader, source in PAIRS if _lost(district.url, reader, source)}
    if combination.connected and remembered:
        asyncio.run(_refused_under_services(district, remembered))
    found = {each.was.source if isinstance(each, ReadAgain) else each.was.service for each in district.heal()}
    assert remembered <= found, "what somebody remembers and a store has lost is found"
    assert found <= unnamed | {service for service in SERVICES if lost[service]}, "and nothing else"
    for service in SERVICES:
        assert promised[service] <= outliving_of(district.url, service), "what must outlive is told again before anything serves"
    assert district.heal() == [], "once"
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


# the parts of it ----------------------------------------------------------------------------------------------------


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
