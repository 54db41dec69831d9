"""How fast somebody may try to sign in: the first tries at once, then ever more slowly, at most some minutes apart. Nobody is shut out for good.

Each try is counted before anything is checked, so that a hundred at once are no hundred guesses. Counted are the sign-in name, whether or not there
is such an account, and the network. Passkeys and office accounts are not counted: nobody guesses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.database import Database
from shared.errors import TanggapError


@dataclass(frozen=True, slots=True)
class Pace:
    """free: tries at once. longest: seconds between two tries, at most. forgotten: after how long without a try all is as before."""

    free: int
    longest: int
    forgotten: timedelta


OF_A_NAME = Pace(free=5, longest=120, forgotten=timedelta(minutes=30))
OF_A_NETWORK = Pace(free=40, longest=60, forgotten=timedelta(minutes=10))
"""A whole school may stand behind one address."""

_TAKE = """
INSERT INTO sign_in_pace AS p (subject, tries, at) VALUES (%(subject)s, 1, %(now)s)
ON CONFLICT (subject) DO UPDATE SET tries = CASE WHEN p.at < %(forgotten)s THEN 1 ELSE p.tries + 1 END, at = %(now)s
WHERE p.tries < %(free)s OR p.at + make_interval(secs => least(%(longest)s, power(2, least(p.tries - %(free)s, 20)))) <= %(now)s
RETURNING tries
"""
_WAIT = """
SELECT extract(epoch FROM p.at + make_interval(secs => least(%(longest)s, power(2, least(p.tries - %(free)s, 20)))) - %(now)s)::float8
FROM sign_in_pace p WHERE p.subject = %(subject)s
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """subject: keyed hash of who or what tries."""

    subject: str
    pace: Pace


class TriedTooOften(TanggapError):
    """wait: seconds until the next try."""

    code = "tried-too-often"
    status = 429
    title = "Too many tries"

    def __init__(self, wait: int) -> None:
        super().__init__(f"too many tries: wait {wait} seconds")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Pacing:
    """The table of tries."""

    database: Database

    async def count(self, counted: Sequence[Counted], now: datetime) -> None:
        """Counts a try against each. Raises: TriedTooOften: it is too early for one of them; Unavailable."""
        for each in counted:
            asked = _asked(each, now)
            async with self.database.statement() as connection:
                if await (await connection.execute(_TAKE, asked)).fetchone():
                    continue
                found = await (await connection.execute(_WAIT, asked)).fetchone()
            raise TriedTooOften(max(1, round(found[0])) if found else 1)

    async def forgive(self, name: Counted, network: Counted) -> None:
        """The try was right: the name begins anew, and the network has one try less. Raises: Unavailable."""
        async with self.database.connection() as connection:
            await connection.execute("DELETE FROM sign_in_pace WHERE subject = %s", (name.subject,))
            await connection.execute("UPDATE sign_in_pace SET tries = greatest(tries - 1, 0) WHERE subject = %s", (network.subject,))

    async def forget(self, before: datetime) -> None:
        """Drops what nobody has tried since. Raises: Unavailable."""
        async with self.database.statement() as connection:
            await connection.execute("DELETE FROM sign_in_pace WHERE at < %s", (before,))


def _asked(counted: Counted, now: datetime) -> dict[str, object]:
    pace = counted.pace
    return {"subject": counted.subject, "now": now, "forgotten": now - pace.forgotten, "free": pace.free, "longest": pace.longest}
