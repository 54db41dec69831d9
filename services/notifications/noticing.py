"""What becomes of a notice to a guardian. If it never arrives, nobody answers, or its link is locked, whoever chose it hears in the same append."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.notifications.domain import notice
from services.notifications.domain.alert import ALERT
from services.notifications.domain.notice import NOT_ARRIVED, NOTICE, Notice, NoticeLocked
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
        why = next((found for event in events if (found := _not_read(event)) is not None), None)
        if due is None or why is None:
            return (ended,)
        about = About(due.case, due.student, due.school)
        chose = await self.roster.standing_in(due.school, due.by) if due.by else None
        rungs = [(chose,) if chose else (), *await instead(self.store, self.roster, about)]
        message = f"message-notice-{due.notice}{why}"
        alert = await load(self.store, ALERT, f"alert-{message}")
        raised = ALERT.decide(plain(message, about, rungs), alert.state)
        return (ended, write(ALERT, alert, raised, occasion)) if raised else (ended,)


def _not_read(event: notice.NoticeEvent) -> str | None:
    """Why the counsellor hears, as the end of the message's id; None where the event is no reason."""
    match event:
        case NoticeLocked(guardian=guardian):
            return f"-locked-{guardian}"
        case GuardianTold(outcome="unanswered", guardian=guardian):
            return f"-unanswered-{guardian}"
        case GuardianTold(outcome=outcome) if outcome in NOT_ARRIVED:
            return ""
        case _:
            return None
