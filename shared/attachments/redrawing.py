"""Has files looked at in processes of their own, few at a time, so that none makes a service large or slow."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from shared.errors import Unavailable

_PICTURE, _PAPER = (Path(__file__).with_name(each) for each in ("picture.py", "paper.py"))
_PATIENCE = 30.0
_AT_ONCE = 2


class Redrawing:
    """Turns what somebody sent into what people see, and says which of it they may open."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def of(self, content: bytes) -> bytes | None:
        """A JPEG without metadata; None where the file is no picture, too many pixels, or more than the process may use. Raises: Unavailable."""
        return await self._told_by(_PICTURE, content)

    async def is_inert(self, content: bytes) -> bool:
        """Whether a PDF runs nothing, carries no other file and is not locked, as far as the process may look. Raises: Unavailable."""
        return await self._told_by(_PAPER, content) is not None

    async def _told_by(self, program: Path, content: bytes) -> bytes | None:
        async with self._turns:
            try:
                child = await asyncio.create_subprocess_exec(sys.executable, "-I", str(program), stdin=-1, stdout=-1, stderr=-3, env={})
            except OSError as error:
                raise Unavailable("no file can be looked at now: try again") from error
            return await _answer(child, content)


async def _answer(child: asyncio.subprocess.Process, content: bytes) -> bytes | None:
    """Raises: Unavailable: the time by the clock says nothing of the file; what it takes of the processor has a bound of its own."""
    try:
        async with asyncio.timeout(_PATIENCE):
            drawn, _ = await child.communicate(content)
    except TimeoutError:
        raise Unavailable("no file can be looked at now: the machine has too much to do") from None
    finally:
        await _ended(child)
    return drawn if child.returncode == 0 else None


async def _ended(child: asyncio.subprocess.Process) -> None:
    """Also where whoever waited for it went away."""
    if child.returncode is None:
        child.kill()
        await child.wait()
