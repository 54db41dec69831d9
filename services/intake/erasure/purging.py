"""What intake itself has of somebody beside events: ways to sign in, invitations, earlier receipts, files, sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from services.intake.sessions.office import Sessions
from shared.attachments.keeping import PostgresStore
from shared.erasing import Ended, Purged
from shared.keys import Service
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class OwnTraces:
    """Takes them away. sessions: of everybody."""

    name: ClassVar[Service] = "intake"
    kernel: Kernel
    sessions: Sessions

    async def purge(self, ended: Ended) -> Purged:
        """Raises: Unavailable; BehindWrite: not every session is known yet."""
        counts = {"earlier-receipts": await self._receipts(ended), "attachments": await PostgresStore(self.kernel.database).forget(ended.owners)}
        if "sign-in" in ended.purposes:
            counts["sessions"] = len((await self.sessions.end_all(ended.person, "account-closed")).ended)
            counts |= await self._ways_in(ended.person)
        return Purged(counts=counts)

    async def _receipts(self, ended: Ended) -> int:
        concerns = [each.removeprefix("concern-") for each in ended.owners if each.startswith("concern-")]
        async with self.kernel.database.acting_as("receipts").connection() as connection:
            return (await connection.execute("DELETE FROM earlier_receipt WHERE concern = ANY (%s)", (concerns,))).rowcount

    async def _ways_in(self, person: str) -> dict[str, int]:
        async with self.kernel.database.acting_as("sign-in").connection() as connection:
            verifiers = (await connection.execute("DELETE FROM verifier WHERE person = %s", (person,))).rowcount
            links = (await connection.execute("DELETE FROM invitation_link WHERE person = %s", (person,))).rowcount
        return {"ways-to-sign-in": verifiers, "invitations": links}
