"""Stored files are looked through again once a check is stricter than it was when they came (ADR 100)."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from shared.attachments import taking
from shared.attachments.boxes import Part, sealed
from shared.attachments.checks import CHECKS
from shared.attachments.keeping import Verdict
from shared.attachments.redrawing import Redrawing
from shared.attachments.relooking import Relooking
from shared.attachments.scanning import Scanner
from shared.attachments.taking import Taking
from shared.errors import HistoryBroken
from shared.sealed import Sealed
from shared.sealing import MemoryVault
from tests.attachments.hostile import PDF, photograph
from tests.attachments.hostile_kinds import ACTS

pytestmark = [pytest.mark.anyio, pytest.mark.servers]
KEY, VAULT = bytes(32), MemoryVault()
HARMFUL = ACTS["pdf-with-script"]


class Files:
    """`Looked` in a dictionary: content, verdict and checks by id."""

    def __init__(self, **files: tuple[bytes, Verdict, int]) -> None:
        self.files = files

    async def boxes(self, attachment: str, part: Part) -> list[bytes]:
        content, _, _ = self.files[attachment]
        return list(sealed(KEY, attachment, part, content)) if content else []

    async def looked_before(self, checks: int, most: int, after: str) -> list[tuple[str, str, Verdict]]:
        found = [(each, "concern-1", verdict) for each, (_, verdict, passed) in sorted(self.files.items()) if passed < checks and each > after]
        return [each for each in found if each[2] != "unscanned"][:most]

    async def look_passed(self, attachment: str, verdict: Verdict, checks: int) -> None:
        self.files[attachment] = (self.files[attachment][0], verdict, checks)

    async def drop(self, attachments: Sequence[str]) -> None:
        for each in attachments:
            del self.files[each]

    def verdicts(self) -> dict[str, tuple[Verdict, int]]:
        return {each: (verdict, checks) for each, (_, verdict, checks) in self.files.items()}


class Told:
    """`Telling` of every file but `unnamed`. sealed: a key that it always tells."""

    def __init__(self, sealed: Sealed | None = None) -> None:
        self._sealed = sealed

    async def names(self, attachment: str, _owner: str) -> bool:
        return attachment != "unnamed"

    async def key(self, attachment: str, owner: str) -> Sealed | None:
        if attachment == "broken":
            raise HistoryBroken
        if self._sealed:
            return self._sealed
        return await VAULT.seal(owner, "concern", b64encode(KEY).decode(), "key") if await self.names(attachment, owner) else None


class Says(Scanner):
    """Answers as it is told to."""

    async def verdict(self, content: bytes) -> Verdict:  # noqa: ARG002 - whatever it is
        said: dict[str, Verdict] = {"infected": "infected", "clean": "clean"}
        return said.get(self.address, "unscanned")


def relooking(files: Files, scanner: Scanner | None = None) -> Relooking:
    return Relooking(Told(), VAULT, files, Taking(Redrawing(), scanner or Scanner("")))


async def test_what_would_not_be_taken_today_is_withheld_and_everything_else_stays():
    files = Files(
        harmful=(HARMFUL, "unasked", 1),
        paper=(PDF, "clean", 1),
        photo=(photograph(), "unasked", 1),
        wrong_kind=(b"GIF89a", "clean", 1),
        found_infected=(PDF, "infected", 1),
        young=(HARMFUL, "clean", CHECKS),
        waits=(HARMFUL, "unscanned", 1),
    )  # fmt: skip
    await relooking(files).look()
    assert files.verdicts() == {
        "harmful": ("infected", CHECKS),
        "paper": ("clean", CHECKS),
        "photo": ("unasked", CHECKS),
        "wrong_kind": ("infected", CHECKS),
        "found_infected": ("infected", CHECKS),
        "young": ("clean", CHECKS),
        "waits": ("unscanned", 1),
    }


async def test_a_scanner_that_does_not_answer_leaves_files_for_later_and_one_that_finds_something_is_believed():
    files = Files(paper=(PDF, "clean", 1))
    await relooking(files, Says("silent")).look()
    assert files.verdicts() == {"paper": ("clean", 1)}
    await relooking(files, Says("infected")).look()
    assert files.verdicts() == {"paper": ("infected", CHECKS)}


async def test_what_a_scanner_found_is_let_out_by_a_scanner_alone():
    """Where none is named any more, nobody says that it is clean."""
    files = Files(paper=(PDF, "infected", 1))
    await relooking(files).look()
    assert files.verdicts() == {"paper": ("infected", CHECKS)}
    later = Files(paper=(PDF, "infected", 1))
    await relooking(later, Says("silent")).look()
    assert later.verdicts() == {"paper": ("infected", 1)}
    await relooking(later, Says("clean")).look()
    assert later.verdicts() == {"paper": ("clean", CHECKS)}


async def test_nothing_keeps_those_behind_it_from_being_looked_through():
    damaged: dict[str, tuple[bytes, Verdict, int]] = {f"damaged_{place:02}": (b"", "clean", 1) for place in range(15)}
    files = Files(**damaged, broken=(PDF, "clean", 1), unnamed=(PDF, "clean", 1), z=(HARMFUL, "clean", 1))
    looking = relooking(files)
    await looking.look()
    await looking.look()
    assert {each: told for each, told in files.verdicts().items() if told != ("clean", 1)} == {"z": ("infected", CHECKS)}


async def test_what_was_erased_goes_and_is_not_looked_through():
    files = Files(paper=(HARMFUL, "clean", 1))
    vault = MemoryVault()
    key = await vault.seal("concern-1", "concern", b64encode(KEY).decode(), "key")
    await vault.erase("concern-1")
    await Relooking(Told(key), vault, files, Taking(Redrawing(), Scanner(""))).look()
    assert files.files == {}


def test_whoever_changes_what_files_are_looked_through_for_says_which_checks_these_are():
    """Where a check became stricter, raise `CHECKS`, so that stored files are looked through again; then write the new digest here, in either case."""
    programs = b"".join((Path(taking.__file__).parent / each).read_bytes() for each in ("paper.py", "picture.py"))
    assert (CHECKS, sha256(programs).hexdigest()[:16]) == (4, "f374cd214ede5c21")
