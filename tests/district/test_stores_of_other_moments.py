"""Three stores and the journal of different moments: found, healed or refused by name, whatever was brought back to when (issue 16; ADR 49, 60)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from random import Random

import psycopg
import pytest

from district.backups import healing, older
from shared.delivery.epochs import KnownEpochs
from shared.journal import reading
from shared.keys import SERVICES, Service
from tests.district.combining import Combination, District, drawn, lived, told_by_all
from tests.district.holding import hold


@pytest.fixture
def district(database, redis_url, tmp_path):
    return District(database, redis_url, tmp_path)


def combinations(district: District, seed: int, count: int) -> None:
    """One after the other in one district: the second also brings back to before the first was healed."""
    random = Random(seed)
    for _ in range(count):
        asyncio.run(lived(district, random))
        wanted = drawn(district, random)
        print(f"seed {seed}: {wanted}")
        hold(district, wanted)


@pytest.mark.parametrize("seed", [2, 8])
def test_three_stores_and_a_journal_of_random_moments(district, seed):
    combinations(district, seed, 1)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(100, 130))
def test_thirty_random_districts(district, seed):
    combinations(district, seed, 2)


# each protection switched off ----------------------------------------------------------------------------------------

ALL: dict[Service, int] = dict.fromkeys(SERVICES, 0)

Switch = Callable[[pytest.MonkeyPatch, District], None]
"""Switches one protection off."""


async def _nothing(*_: object) -> None:
    """Done instead of what protects."""


def _named_nowhere(_: pytest.MonkeyPatch, district: District) -> None:
    with psycopg.connect(district.url) as connection:
        connection.execute("CREATE FUNCTION public.forgotten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
        for service in SERVICES:
            query = f"CREATE TRIGGER forgotten BEFORE INSERT ON {service}.lost_history FOR EACH ROW EXECUTE FUNCTION public.forgotten()"
            connection.execute(query.encode())


PROTECTIONS: dict[str, tuple[Combination, Switch, str]] = {
    "the neighbours know": (
        Combination({"intake": 0}, "gone", emptied=True),
        lambda patch, _: patch.setattr(older, "_by_readers", lambda *_: []),
        "remembers and a store has lost is found",
    ),
    "Redis knows": (Combination(ALL, "gone"), lambda patch, _: patch.setattr(older, "carried_upto", lambda *_: 0), "has lost is found"),
    "the journal knows": (
        Combination(ALL, emptied=True),
        lambda patch, _: patch.setattr(older, "_by_journal", lambda *_: older._Known(False, 0, "journal")),
        "has lost is found",
    ),
    "a journal that is not whole": (
        Combination({"notifications": 0}, "damaged"),
        lambda patch, _: patch.setattr(reading._Lines, "require_head", lambda *_: None),
        "not whole is refused by name",
    ),
    "nobody is connected": (
        Combination({"intake": 0}, connected=True),
        lambda patch, _: patch.setattr(healing, "_refuse_connected", lambda *_: None),
        "nothing is healed under a running service",
    ),
    "told again": (Combination({"notifications": 0}), lambda patch, _: patch.setattr(healing, "reapply", lambda *_, **__: 0), "is told again"),
    "a new epoch": (Combination({"intake": 0}), lambda patch, _: patch.setattr(healing, "begin_epochs", lambda *_, **__: None), "once"),
    "readers go back": (Combination({"intake": 0}), lambda patch, _: patch.setattr(KnownEpochs, "adopt", _nothing), "not within"),
    "what is lost is named": (Combination({"intake": 0}), _named_nowhere, "what its source has lost is named"),
}
"""A combination that needs the protection, how it is switched off, and what is then no longer so."""


@pytest.mark.thorough
@pytest.mark.parametrize("protection", PROTECTIONS)
def test_with_every_protection_the_combination_holds(district, protection):
    asyncio.run(told_by_all(district))
    hold(district, PROTECTIONS[protection][0])


@pytest.mark.thorough
@pytest.mark.parametrize("protection", PROTECTIONS)
def test_each_protection_switched_off_is_noticed(district, protection, monkeypatch):
    wanted, switch, noticed = PROTECTIONS[protection]
    asyncio.run(told_by_all(district))
    switch(monkeypatch, district)
    with pytest.raises(AssertionError, match=noticed):
        hold(replace(district, within=8.0), wanted)
