"""What stands behind an agency's link. A link that is unknown, expired, replaced or locked leads nowhere, and nobody learns which it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.domain.notice import LinkNotValid
from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.domain.task_link import TryLink
from services.notifications.partners.answering import Answering, Channel, stream_of
from services.notifications.partners.codes import AgencyCodes
from services.notifications.partners.links import TaskLinks
from services.notifications.partners.typed import offered
from services.notifications.partners.wording import PRIORITIES, REASONS, state_text
from shared.decider import execute, load
from shared.message import TANGGAP, Occasion, derived_id
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Behind:
    """A task as it stands now, as its agency meets it. number: of the mailed link, None of the letter's."""

    task: Task
    requested: TaskRequested
    number: int | None

    @property
    def who(self) -> str:
        """Who acts by a link: somebody at the agency."""
        return f"link:{self.requested.agency}"

    @property
    def channel(self) -> Channel:
        """A mailed link is the portal without an account; the letter's counts as the letter."""
        return "letter" if self.number is None else "portal"


@dataclass(frozen=True, slots=True)
class Reading:
    """Finds and opens."""

    kernel: Kernel
    links: TaskLinks
    codes: AgencyCodes
    answering: Answering

    async def behind(self, token: str) -> Behind | None:
        """What the link leads to; None where it leads nowhere. Raises: Unavailable."""
        link = await self.links.find(token)
        if link is None or link.until <= self.kernel.clock.now():
            return None
        task = (await load(self.kernel.store, TASK, stream_of(link.task))).state
        if task.requested is None or not task.link.opens(link.number):
            return None
        return Behind(task, task.requested, link.number)

    async def tried(self, behind: Behind, code: str) -> bool:
        """Whether the code was the agency's; a wrong one counts, nothing typed is nothing. Its first look and the package it reads are on record.

        Raises: Unavailable.
        """
        if not code.strip():
            return False
        right = await self.codes.is_code(behind.requested.agency, code)
        occasion = self.occasion(behind.requested, behind.who)
        try:
            await execute(self.kernel.store, TASK, stream_of(behind.requested.task), TryLink(number=behind.number, right=right), occasion)
        except LinkNotValid:
            return False
        if right:
            await self.looked(behind.requested.task, behind.channel, occasion)
        return right

    async def looked(self, task_id: str, channel: Channel, occasion: Occasion) -> None:
        """Somebody at the agency has the task before them, and the package as far as it is open."""
        task = (await self.answering.look(task_id, occasion, channel)).state
        if task.package_open:
            await self.answering.open(task_id, occasion)

    async def looked_again(self, task_id: str, channel: Channel, occasion: Occasion) -> None:
        """The same of a page that shows no code first, and is loaded as often as somebody likes."""
        task = (await self.answering.look(task_id, occasion, channel)).state
        if task.package_open:
            await self.answering.open_again(task_id, occasion)

    async def opened(self, task_id: str, occasion: Occasion) -> None:
        """Whoever answered so that the package opened has it before them from now on."""
        task = (await load(self.kernel.store, TASK, stream_of(task_id))).state
        if task.package_open and occasion.actor not in task.by:
            await self.answering.open(task_id, occasion)

    def occasion(self, requested: TaskRequested, who: str) -> Occasion:
        """Of a look: no look is a repeat of another."""
        now = self.kernel.clock.now()
        cause = derived_id(TANGGAP, "look", requested.task, who, now.isoformat())
        return Occasion(who, requested.school, now, cause, cause)

    async def shown(self, task: Task, requested: TaskRequested, who: str) -> Mapping[str, object]:
        """What the page says to the agency: exactly the package, where it is open and this reader's opening of it is on record.

        Raises: Unavailable.
        """
        package = await self.answering.package(task) if task.package_open and who in task.by else None
        return {
            "state": state_text(task.state),
            "priority": PRIORITIES[requested.priority],
            "emergency": requested.priority == "stat",
            "respond_by": requested.respond_by,
            "answered": task.answered,
            "package": package if isinstance(package, str) else None,
            "erased": isinstance(package, Erased),
            "opens": task.package_open,
            "exchange": [(each.by_agency, each.words if isinstance(each.words, str) else None) for each in await self.answering.exchange(task)],
            "unanswered_question": task.asks,
            "offered": offered(task),
            "reasons": list(REASONS.items()),
            "zone": self.kernel.settings.time_zone,
        }
