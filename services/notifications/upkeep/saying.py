"""The one road of what an agency says about itself: by its system, by link, in the portal, or on the telephone to staff who note it."""

from __future__ import annotations

from dataclasses import dataclass

from services.notifications.domain.agency import AGENCY, Agency, Command
from services.notifications.domain.agency_correction import CorrectEntry, WithdrawCorrection
from services.notifications.domain.agency_entry import AssureEntry, EntryChannel
from services.notifications.domain.agency_room import AskForRoom, RoomChannel, TellRoom
from shared.asked import Asked
from shared.decider import Executed, execute, load
from shared.eventstore.projection import Projection
from shared.message import TANGGAP, Occasion, derived_id
from shared.service import Kernel


def agency_stream(agency: str) -> str:
    """Where an agency is kept."""
    return f"agency-{agency}"


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Gives the commands. outbox: lists read it, so it has caught up when a command answers."""

    kernel: Kernel
    outbox: Projection

    async def known(self, agency: str) -> Agency:
        """How it stands. Raises: Unavailable."""
        return (await load(self.kernel.store, AGENCY, agency_stream(agency))).state

    async def ask(self, agency: str, by: str) -> None:
        """Raises: NoSuchAgency; NobodyToAsk."""
        await self._give(agency, AskForRoom(by=by, at=self.kernel.clock.now()), by)

    async def tell(self, agency: str, form: str, by: str, *, has_room: bool, channel: RoomChannel, asked: Asked | None = None) -> bool:
        """Whether it was new. form: the id of what was sent; with another answer in it it is another one. Raises: NoSuchAgency."""
        answer = str(derived_id(TANGGAP, "room", agency, by, form[:100], has_room))
        command = TellRoom(answer=answer, has_room=has_room, channel=channel, by=by, at=self.kernel.clock.now())
        return (await self._give(agency, command, by, asked)).changed

    async def assure(self, agency: str, by: str, channel: EntryChannel) -> None:
        """What the directory says of it is still true. Raises: NoSuchAgency."""
        await self._give(agency, AssureEntry(channel=channel, by=by, at=self.kernel.clock.now()), by)

    async def correct(self, agency: str, command: CorrectEntry | WithdrawCorrection) -> None:
        """The agency's own words, or the directory's again. Raises: NoSuchAgency; NoSuchService."""
        await self._give(agency, command, command.by)

    async def _give(self, agency: str, command: Command, by: str, asked: Asked | None = None) -> Executed[Agency]:
        now = self.kernel.clock.now()
        cause = asked.cause if asked else derived_id(TANGGAP, "upkeep", agency, by, now.isoformat())
        done = await execute(self.kernel.store, AGENCY, agency_stream(agency), command, Occasion(by, None, now, cause, cause), asked=asked)
        await self.outbox.caught_up(done.position)
        return done
