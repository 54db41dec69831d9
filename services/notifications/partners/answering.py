"""The one road of an agency's answer: JSON, FHIR, link, portal, a letter or a call that staff note (architecture, decision 14)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import AnswerSetAside, PackageOpened, TaskQuestionAnswered
from services.notifications.domain.task.moving import Move, OpenPackage, SetAside
from services.notifications.domain.task.state import Task
from services.notifications.domain.task.table import Actor, DeclineReason
from shared.asked import Asked
from shared.decider import Executed, execute
from shared.errors import NotAllowed
from shared.events import TaskMoved
from shared.eventstore.states import Loaded
from shared.message import Occasion, derived_id
from shared.sealed import Erased, Sealed
from shared.service import Kernel

Channel = Literal["api", "portal", "letter", "phone"]

SAME_READING = timedelta(hours=1)
"""Within this time it is one reading, however often a page is loaded or a system fetches."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an agency said. trigger: as in the task's table. words: of the agency, sealed before they are kept. at: of an appointment."""

    trigger: str
    actor: Actor = "R"
    channel: Channel = "api"
    reason: DeclineReason | None = None
    words: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One side's words in what was asked and answered. by_agency: else by the school."""

    by_agency: bool
    words: str | Erased


@dataclass(frozen=True, slots=True)
class Answering:
    """Gives answers and opens packages."""

    kernel: Kernel

    async def give(
        self,
        task_id: str,
        found: Task,
        said: Said,
        occasion: Occasion,
        *,
        asked: Asked | None = None,
        check: Callable[[Loaded[Task]], None] | None = None,
    ) -> Executed[Task]:
        """Raises: InvalidTransition, ReasonMissing, QuestionMissing; whatever `check` raises; NotAllowed: the student was erased."""
        move = await self._move(task_id, found, said, occasion)
        return await execute(self.kernel.store, TASK, stream_of(task_id), move, occasion, asked=asked, check=check)

    async def put_aside(self, task_id: str, found: Task, said: Said, occasion: Occasion) -> Executed[Task]:
        """Keeps an answer that was refused for good; without its words, where the student was erased and nothing is sealed for them any more."""
        try:
            move = await self._move(task_id, found, said, occasion)
        except NotAllowed:
            move = await self._move(task_id, found, replace(said, words=None), occasion)
        return await execute(self.kernel.store, TASK, stream_of(task_id), SetAside(move=move), occasion)

    async def _move(self, task_id: str, found: Task, said: Said, occasion: Occasion) -> Move:
        return Move(
            transition=transition_of(occasion.cause),
            actor=said.actor,
            trigger=said.trigger,
            by=occasion.actor,
            reason=said.reason,
            note=await self._sealed(task_id, found, said, occasion),
            at=said.at,
            channel=said.channel,
        )

    async def aside(self, found: Task) -> Sequence[tuple[AnswerSetAside, str | Erased | None]]:
        """What could not be taken, with its words. Raises: Unavailable."""
        opened = iter(await self.kernel.vault.open_many([each.note for each in found.aside if each.note]))
        return [(each, next(opened) if each.note else None) for each in found.aside]

    async def _sealed(self, task_id: str, found: Task, said: Said, occasion: Occasion) -> Sealed | None:
        if not said.words or found.requested is None:
            return None
        owner = found.requested.student or f"case-{found.requested.case}"
        return await self.kernel.vault.seal(owner, "answer", said.words, f"{stream_of(task_id)}/note-{occasion.cause}")

    async def look(self, task_id: str, occasion: Occasion, channel: Channel = "api", *, asked: Asked | None = None) -> Executed[Task]:
        """The agency's first look is recorded as received; later ones say nothing."""
        move = Move(transition=f"fetch-{task_id}", actor="R", trigger="fetch", by=occasion.actor, channel=channel)
        return await execute(self.kernel.store, TASK, stream_of(task_id), move, occasion, asked=asked)

    async def open(self, task_id: str, occasion: Occasion, *, asked: Asked | None = None) -> Executed[Task]:
        """Puts on record that the package is read now. Raises: PackageClosed."""
        return await execute(self.kernel.store, TASK, stream_of(task_id), OpenPackage(by=occasion.actor), occasion, asked=asked)

    async def open_again(self, task_id: str, occasion: Occasion) -> None:
        """The same of a page that is loaded as often as somebody likes: one entry for each reader and hour. Raises: PackageClosed."""
        since = self.kernel.clock.now() - SAME_READING
        events = await self.kernel.store.read_stream(stream_of(task_id))
        lately = (TASK.codec.decode(each) for each in events if each.recorded_at > since)
        if not any(isinstance(each, PackageOpened) and each.by == occasion.actor for each in lately):
            await self.open(task_id, occasion)

    async def school_said(self, found: Task) -> Sequence[str | Erased]:
        """What the school answered to the agency's questions, in order. Raises: Unavailable."""
        return await self.kernel.vault.open_many([each.words for each in found.answers])

    async def exchange(self, found: Task) -> Sequence[Line]:
        """What the agency asked and what the school answered, in order. Raises: Unavailable."""
        boxes = [each.words if isinstance(each, TaskQuestionAnswered) else each.note for each in found.exchange]
        opened = iter(await self.kernel.vault.open_many([each for each in boxes if each is not None]))
        return [Line(isinstance(each, TaskMoved), next(opened)) for each in found.exchange]

    async def package(self, found: Task) -> str | Erased:
        """What is disclosed, for somebody of whom `open` has told. Raises: Unavailable."""
        assert found.requested is not None
        return await self.kernel.vault.open(found.requested.package)


def transition_of(cause: UUID) -> str:
    """The id of the transition that a request brings about, so that a repeat of it is quiet."""
    return str(derived_id(cause, "transition"))


def stream_of(task_id: str) -> str:
    """Where a task is kept."""
    return f"task-{task_id}"
