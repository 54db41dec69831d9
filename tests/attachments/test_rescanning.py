"""Files in quarantine are looked at again, each in its turn, whatever is wrong with others."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from typing import cast

import pytest

from shared.attachments.boxes import Part, sealed
from shared.attachments.keeping import Verdict
from shared.attachments.relooking import Relooking
from shared.attachments.rescanning import Quarantine, Rescanning
from shared.attachments.scanning import Scanner
from shared.attachments.sweeping import Sweep
from shared.heartbeat import Heartbeats, Pulse
from shared.running import ended
from shared.sealed import Sealed
from shared.sealing import MemoryVault
from shared.testing import eventually

pytestmark = pytest.mark.anyio
KEY, VAULT = bytes(32), MemoryVault()


class Files:
    """`Waiting` in a dictionary. Those whose id begins with `damaged` are not whole."""

    def __init__(self, *attachments: str) -> None:
        self.verdicts: dict[str, Verdict] = dict.fromkeys(attachments, "unscanned")

    async def boxes(self, attachment: str, part: Part) -> list[bytes]:
        return [] if attachment.startswith("damaged") else list(sealed(KEY, attachment, part, attachment.encode()))

    async def judge(self, attachment: str, verdict: Verdict) -> None:
        self.verdicts[attachment] = verdict

    async def unscanned(self, most: int, after: str = "") -> list[tuple[str, str]]:
        waiting = sorted(each for each, verdict in self.verdicts.items() if verdict == "unscanned" and each > after)
        return [(each, "concern-1") for each in waiting[:most]]

    async def drop(self, attachments: Sequence[str]) -> None:
        for each in attachments:
            del self.verdicts[each]


class Answering(Scanner):
    """Does not answer about files that it errs on."""

    async def verdict(self, content: bytes) -> Verdict:
        return "unscanned" if content.startswith(b"errs") else "clean"


class Told:
    """`Telling` of every file but those whose id begins with `untold`."""

    async def names(self, attachment: str, _owner: str) -> bool:
        return not attachment.startswith("untold")

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        if not await self.names(attachment, owner):
            return None
        return await VAULT.seal(owner, "concern", b64encode(KEY).decode(), "key")


def quarantine(files: Files) -> Quarantine:
    return Quarantine(Told(), VAULT, files, Answering("scanner:1"))


@pytest.mark.parametrize("wrong", ["damaged", "errs"])
async def test_no_file_keeps_those_behind_it_from_being_looked_at(wrong):
    files = Files(*(f"{wrong}-{place:02}" for place in range(25)), "z")
    looking = quarantine(files)
    assert (await looking.look(), files.verdicts["z"]) == (20, "unscanned")
    assert (await looking.look(), files.verdicts["z"]) == (5, "clean")
    assert await looking.look() == 20


async def test_a_file_of_which_nothing_tells_is_neither_judged_nor_waited_for():
    files = Files("untold", "z")
    looking = quarantine(files)
    assert (await looking.look(), files.verdicts) == (0, {"untold": "unscanned", "z": "clean"})


async def test_what_waits_is_not_let_out_where_no_scanner_is_named_any_more():
    files = Files("z")
    looking = Quarantine(Told(), VAULT, files, Scanner(""))
    assert (await looking.look(), files.verdicts["z"]) == (1, "unscanned")


class Slow:
    """A quarantine whose scanner never answers."""

    async def look(self) -> int:
        return await asyncio.Future()


class Pulses:
    """Keeps the one pulse that was asked for."""

    def __init__(self) -> None:
        self.kept = Pulse("nobody")

    def pulse(self, part: str) -> Pulse:
        self.kept = Pulse(part)
        return self.kept


async def test_it_is_alive_while_it_waits_for_a_slow_scanner():
    """Intake would call itself not ready for want of a sign of life, and nobody could report."""
    pulses, slow = Pulses(), Slow()
    running = asyncio.create_task(
        Rescanning(cast("Quarantine", slow), cast("Relooking", slow), cast("Sweep", slow), cast("Heartbeats", pulses)).run()
    )

    async def beaten() -> bool:
        return bool(pulses.kept.progress)

    await eventually(beaten)
    await ended(running)
    assert (pulses.kept.part, pulses.kept.working_since) == ("attachments", None)
