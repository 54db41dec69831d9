"""What shows that a guardian is a guardian: the code that the school handed over; the child's birth date, which is enough for appointments only.

The code follows from the student's own key, so it is kept nowhere, no rotation changes it, and erasing the student ends it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.notifications.domain.family_code import FAMILY_CODE, HandOverCode, code_stream
from services.notifications.domain.notice import NoticeDue
from services.notifications.domain.register import REGISTER
from services.notifications.views import Roster
from shared.asked import Asked
from shared.decider import execute, load
from shared.errors import NotAllowed
from shared.message import Occasion
from shared.sealed import Erased
from shared.service import Kernel

DIGITS = 6


def owner_of(due: NoticeDue) -> str:
    """Whose key seals what is said about the student: the student's; the case's where nobody knows who it is."""
    return due.student or f"case-{due.case}"


@dataclass(frozen=True, slots=True)
class Factors:
    """Makes and compares them."""

    kernel: Kernel
    roster: Roster

    async def hand_over(self, due: NoticeDue, guardian: str, by: str, occasion: Occasion, *, fresh: bool, asked: Asked | None = None) -> str:
        """The code to hand over; it is on record who looked at it. Raises: NotAllowed: the student was erased. Unavailable."""
        command = HandOverCode(student=owner_of(due), guardian=guardian, by=by, fresh=fresh)
        done = await execute(self.kernel.store, FAMILY_CODE, code_stream(owner_of(due), guardian), command, occasion, asked=asked)
        code = await self._code(due, guardian, done.state.number)
        if code is None:
            raise NotAllowed("the student was erased: there is no code any more")
        return code

    async def is_code(self, due: NoticeDue, guardian: str, typed: str) -> bool:
        """Whether it is the code that holds. Spaces and dashes do not count, as people write six digits in groups."""
        number = (await load(self.kernel.store, FAMILY_CODE, code_stream(owner_of(due), guardian))).state.number
        code = await self._code(due, guardian, number) if number else None
        return code is not None and hmac.compare_digest(code.encode(), digits_of(typed).encode())

    async def takes_birth_date(self, due: NoticeDue) -> bool:
        """Whether the child's birth date opens anything: of an appointment, and only where nobody at home is marked as unsafe.

        Whoever shares a mailbox with the guardian knows the date, and a marked guardian may be the one who shares it.
        """
        if due.asks != "appointment" or due.student is None:
            return False
        register = (await load(self.kernel.store, REGISTER, f"contact-{due.student}")).state
        return not (register.unsafe or register.home)

    async def is_birth_date(self, due: NoticeDue, typed: str) -> bool:
        """Whether it is the student's, as the roster has it: `2011-04-30`. Never where the roster has none."""
        sealed = await self.roster.born(due.student) if due.student and await self.takes_birth_date(due) else None
        born = await self.kernel.vault.open(sealed) if sealed else None
        return isinstance(born, str) and bool(born) and hmac.compare_digest(born.encode(), typed.strip().encode())

    async def _code(self, due: NoticeDue, guardian: str, number: int) -> str | None:
        (key,) = await self.kernel.vault.derive_many([owner_of(due)], "guardian-notice", "family-code")
        return None if isinstance(key, Erased) else code_of(key, guardian, number)


def code_of(key: bytes, whose: str, number: int) -> str:
    """The code of this number, from the key that it follows from."""
    digest = hmac.digest(key, f"{whose}|{number}".encode(), sha256)
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def in_groups(code: str) -> Sequence[str]:
    """The code as people read it aloud."""
    return (code[: DIGITS // 2], code[DIGITS // 2 :])


def digits_of(typed: str) -> str:
    """What was typed, without the spaces and dashes between."""
    return "".join(each for each in typed if not each.isspace() and each != "-")
