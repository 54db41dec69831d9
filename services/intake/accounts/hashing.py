"""Passwords are hashed one at a time, in a thread beside the event loop, and few may wait (OWASP, Password Storage Cheat Sheet: Argon2id).

One hash needs 19 MiB and tens of milliseconds of a core. Concerns come first: the thread is nicer than others: a busy machine may take a second
for it. When too many wait, or somebody waits too long for their turn, they are told to come again.
"""

from __future__ import annotations

import asyncio
import os
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Unavailable

T = TypeVar("T")

MEMORY, PASSES, LANES = 19 * 1024, 2, 1
"""KiB, iterations and lanes, as OWASP says."""

MOST_WAITING = 24
"""At tens of milliseconds each, the last one waits for about a second."""

PATIENCE = 2.0
"""Seconds that somebody waits for their turn, however many stand before them and however slow the machine is."""

_NICER = 10
_COME_AGAIN = "too many people sign in at this moment: try again in a few seconds"


class SignInBusy(Unavailable):
    """More people sign in at this moment than the machine takes."""

    code = "sign-in-busy"
    title = "Too many people sign in now"
    retry_after = 5


class Hashing:
    """Hashes and checks passwords, and whatever else computes for long while somebody signs in. patience: seconds that one waits for a turn."""

    def __init__(self, most: int = MOST_WAITING, patience: float = PATIENCE) -> None:
        self._hasher = PasswordHasher(PASSES, MEMORY, LANES)
        self._thread = ThreadPoolExecutor(1, "argon2", initializer=_be_nicer)
        self._most, self._waiting, self._patience, self._turn = most, 0, patience, asyncio.Lock()
        self._nobodys = self._hasher.hash(os.urandom(16))

    async def hashed(self, password: str) -> str:
        """The hash to keep, with its salt and parameters. Raises: SignInBusy."""
        return await self.beside(lambda: self._hasher.hash(_as_bytes(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password of the hash. It takes as long where there is none. Raises: SignInBusy."""
        return await self.beside(lambda: self._verified(password, kept or self._nobodys) and kept is not None)

    async def beside(self, work: Callable[[], T]) -> T:
        """Does some work in the thread. Raises: SignInBusy: too many wait already, or the turn did not come in time."""
        if self._waiting >= self._most:
            raise SignInBusy(_COME_AGAIN)
        self._waiting += 1
        try:
            await self._take_turn()
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
            finally:
                self._turn.release()
        finally:
            self._waiting -= 1

    async def _take_turn(self) -> None:
        """Raises: SignInBusy."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turn.acquire()
        except TimeoutError:
            raise SignInBusy(_COME_AGAIN) from None

    def _verified(self, password: str, kept: str) -> bool:
        try:
            return self._hasher.verify(kept, _as_bytes(password))
        except (VerificationError, InvalidHashError):
            return False


def _as_bytes(password: str) -> bytes:
    """The same password from any keyboard: composed and decomposed letters are one (NIST SP 800-63B, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode()


def _be_nicer() -> None:
    with suppress(OSError):  # where threads have no priority of their own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICER)
