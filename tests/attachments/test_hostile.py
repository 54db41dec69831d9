"""Two thousand hostile files: each is refused or harmless, and what it takes to find out is bounded (security: hostile files)."""

import asyncio
from random import Random

import psutil
import pytest

from shared.attachments.redrawing import Redrawing
from shared.attachments.scanning import Scanner
from shared.attachments.taking import NotTaken, Taking
from shared.attachments.uploads import Upload
from tests.attachments.hostile import PLACE, UNREADABLE, WRONG_KINDS, bomb, mutated, png_that_says, text_bomb
from tests.attachments.hostile_kinds import ACTS, INERT, NOT_TAKEN, pictures

FILES = 2_000
BOUND = 200 * 1024 * 1024
"""Octets by which the service may grow while it looks at all of them; a bomb alone would unfold to 2.7 billion."""

HARMFUL = (b"<script", b"PK\x03\x04", PLACE, b"Exif\0\0", b"kenari")


A_FEW = 12
"""Of the same kinds, with every other run of the tests."""


def corpus(seed: int, count: int = FILES):
    random = Random(seed)
    made = [bomb(), text_bomb(), png_that_says(65_000, 65_000), *WRONG_KINDS.values(), *UNREADABLE.values()]
    made += [*pictures().values(), *NOT_TAKEN.values(), *ACTS.values(), *INERT.values()]
    for _ in range(count):
        yield random.choice(made) if random.random() < 0.1 else mutated(random)


async def outcome(taking: Taking, file: bytes) -> str:
    try:
        (taken,) = await taking.all([Upload(file)])
    except NotTaken as refused:
        return refused.fault
    assert taken.kind == "pdf" or (taken.picture and taken.picture.startswith(b"\xff\xd8") and not any(each in taken.picture for each in HARMFUL))
    return "harmless"


@pytest.mark.anyio
@pytest.mark.servers
async def test_a_few_hostile_files_are_refused_or_harmless():
    taking = Taking(Redrawing(), Scanner(""))
    found = {await outcome(taking, file) for file in corpus(1, A_FEW)}
    assert found <= {"harmless", "unknown-kind", "unreadable", "acts"}
    assert "unreadable" in found


@pytest.mark.anyio
@pytest.mark.servers
async def test_pictures_that_move_or_unfold_are_drawn_once_or_refused_and_what_nobody_redraws_is_told_by_its_octets():
    taking = Taking(Redrawing(), Scanner(""))
    found = {name: await outcome(taking, file) for name, file in {**pictures(), **NOT_TAKEN, **ACTS, **INERT}.items()}
    assert {name: found[name] for name in NOT_TAKEN} == dict.fromkeys(NOT_TAKEN, "unknown-kind")
    assert {name: found[name] for name in ACTS} == dict.fromkeys(ACTS, "acts")
    assert {name: found[name] for name in INERT} == dict.fromkeys(INERT, "harmless")
    assert [found[each] for each in ("moving-webp", "moving-png", "crowded-jpeg")] == ["harmless"] * 3


@pytest.mark.anyio
@pytest.mark.thorough
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("seed", range(1))
async def test_every_file_is_refused_or_harmless_and_memory_stays_bounded(seed):
    taking, files, turns = Taking(Redrawing(), Scanner("")), list(corpus(seed)), asyncio.Semaphore(4)
    process, sizes = psutil.Process(), [psutil.Process().memory_info().rss]

    async def one(file: bytes) -> str:
        async with turns:
            found = await outcome(taking, file)
        sizes.append(process.memory_info().rss)
        return found

    found = await asyncio.gather(*(one(file) for file in files))
    assert set(found) <= {"harmless", "unknown-kind", "unreadable", "acts"}
    assert min(found.count(each) for each in ("harmless", "unknown-kind", "unreadable")) > FILES // 50
    assert max(sizes) - sizes[0] < BOUND
