"""The scanner of viruses, by clamd's protocol, against one in its own process; without an answer a file waits, it is not lost."""

import asyncio
import sys
from collections.abc import AsyncIterator

import pytest

from shared.attachments.scanning import Scanner
from tests.attachments.hostile import EICAR, PDF, photograph

pytestmark = [pytest.mark.anyio, pytest.mark.servers]


@pytest.fixture
async def clamd() -> AsyncIterator[str]:
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.attachments.clamd", stdout=asyncio.subprocess.PIPE)
    assert child.stdout
    yield f"127.0.0.1:{int(await child.stdout.readline())}"
    child.kill()
    await child.communicate()


async def test_clean_files_are_clean_and_a_virus_is_found_also_behind_a_picture(clamd):
    scanner = Scanner(clamd)
    files = [photograph(), PDF, b"", bytes(300_000), EICAR, photograph() + bytes(100_000) + EICAR]
    assert [await scanner.verdict(each) for each in files] == ["clean"] * 4 + ["infected"] * 2


async def test_what_the_scanner_cannot_say_is_unscanned(clamd):
    assert await Scanner(clamd).verdict(bytes(26_000_000)) == "unscanned"


@pytest.mark.parametrize("address", ["127.0.0.1:9", "unix:/nowhere/clamd.sock"])
async def test_a_scanner_that_does_not_answer_says_nothing_and_none_at_all_is_not_asked(address):
    assert [await Scanner(each).verdict(PDF) for each in (address, "")] == ["unscanned", "unasked"]
