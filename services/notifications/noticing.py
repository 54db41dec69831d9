"""What becomes of a notice to a guardian. If it can never arrive, whoever chose it hears in the same append."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain import notice
from services.notifications.domain.alert import ALERT
from services.notifications.domain.notice import NOT_ARRIVED, NOTICE, Notice
from services.notifications.plain import About, instead, plain
from services.notifications.views import Roster
from shared.decider import commit, load, write
from shared.events import GuardianTold
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore, Item, Write
from shared.message import Occasion


@dataclass(frozen=True, slots=True)
class Notices:
    """Decides about notices."""

    store: EventStore
    roster: Roster

    async def decide(self, stream: str, command: notice.Command, occasion: Occasion) -> None:
        """Appends what the command leads to. Raises: refusals of the notice; VersionConflict; Unavailable."""

        async def plan() -> Item | None:
            loaded = await load(self.store, NOTICE, stream)
            events = NOTICE.decide(command, loaded.state)
            return Item(await self._writes(loaded, events, occasion)) if events else None

        await commit(self.store, plan)

    async def _writes(self, loaded: Loaded[Notice], events: Sequence[notice.NoticeEvent], occasion: Occasion) -> tuple[Write, ...]:
        ended = write(NOTICE, loaded, events, occasion)
        due = NOTICE.fold(events, loaded.state).due
        if due is None or not any(isinstance(event, GuardianTold) and event.outcome in NOT_ARRIVED for event in events):
            return (ended,)
        about = About(due.case, due.student, due.school)
        chose = await self.roster.standing_in(due.school, due.by) if due.by else None
        rungs = [(chose,) if chose else (), *await instead(self.store, self.roster, about)]
        stream = f"alert-message-notice-{due.notice}"
        alert = await load(self.store, ALERT, stream)
        return ended, write(ALERT, alert, ALERT.decide(plain(f"message-notice-{due.notice}", about, rungs), alert.state), occasion)
