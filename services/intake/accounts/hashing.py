"""Passwords are hashed one at a time, in a thread beside the event loop, and few may wait (OWASP, Password Storage Cheat Sheet: Argon2id).

One hash needs 19 MiB and tens of milliseconds of a core. Concerns come first: the thread is nicer than the others, and when too many wait, whoever
comes next is told to come again.
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
"""Together they wait less than two seconds."""

_NICER = 10


class SignInBusy(Unavailable):
    """More people sign in at this moment than the machine takes."""

    code = "sign-in-busy"
    title = "Too many people sign in now"
    retry_after = 5


class Hashing:
    """Hashes and checks passwords, and whatever else computes for long while somebody signs in."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._hasher = PasswordHasher(PASSES, MEMORY, LANES)
        self._thread = ThreadPoolExecutor(1, "argon2", initializer=_be_nicer)
        self._most, self._waiting = most, 0
        self._nobodys = self._hasher.hash(os.urandom(16))

    async def hashed(self, password: str) -> str:
        """The hash to keep, with its salt and parameters. Raises: SignInBusy."""
        return await self.beside(lambda: self._hasher.hash(_as_bytes(password)))

    async def matches(self, password: str, kept: str | None) -> bool:
        """Whether this is the password of the hash. It takes as long where there is none. Raises: SignInBusy."""
        return await self.beside(lambda: self._verified(password, kept or self._nobodys) and kept is not None)

    async def beside(self, work: Callable[[], T]) -> T:
        """Does some work in the thread. Raises: SignInBusy: too many wait already."""
        if self._waiting >= self._most:
            raise SignInBusy("too many people sign in at this moment: try again in a few seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

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
