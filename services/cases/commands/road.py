"""The one road of every command: envelope, fill, seal, decide, append, answer (architecture, decision 17).

API, pages, portal, command line and imports take it; it knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from services.cases.commands.envelope import Envelope
from services.cases.commands.fill import Ground, fill
from services.cases.commands.naming import require_fit
from services.cases.commands.schools import require_schools
from services.cases.commands.subject import Said, Subject
from services.cases.commands.words import with_sealed, words_of
from services.cases.domain.casework import Casework
from services.cases.domain.steps.command import Command
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.views import Roster, WorkList
from shared.decider import commit, load, repeated, write
from shared.errors import Fault, Invalid, PreconditionFailed
from shared.eventstore.states import Loaded
from shared.eventstore.store import Item, Repeated, Write
from shared.message import Event
from shared.sealing import ToSeal
from shared.service import Kernel

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Road:
    """What every command needs of the service."""

    casework: Casework
    kernel: Kernel
    roster: Roster
    work: WorkList
    calendars: SchoolCalendars

    async def take(self, envelope: Envelope, subject: Subject[S], wanted: type[Command], said: Said) -> Loaded[S]:
        """Gives the command; the subject's state after it. said: the body, by field.

        Raises: NotAllowed, NotFound: not for this principal. Invalid: what was said cannot be. PreconditionFailed: the version that was named is
        not the subject's any more. IdempotencyMismatch: the key was used for other words. A refusal by name.
        """
        self.kernel.access.permissions.require(envelope.principal, subject.permission(wanted))
        envelope.require_past()
        now = await load(self.kernel.store, subject.decider, subject.stream)
        subject.require(envelope, now.state, wanted, said)
        if envelope.asked and await repeated(self.kernel.store, envelope.asked):
            return now
        command = await self._command(envelope, subject, now.state, wanted, said)
        return await self._append(envelope, subject, command, said, now)

    async def _command(self, envelope: Envelope, subject: Subject[S], state: S, wanted: type[Command], said: Said) -> Command:
        """The command from what was said."""
        school, others = subject.school(state, said), subject.also_about(state, said)
        calendar = await self.calendars.of(school)
        about = subject.case(state)
        ground = Ground(self.kernel, self.roster, self.work, self.casework.case, envelope, about, school, said, calendar, others)
        await require_fit(ground, wanted)
        await require_schools(ground, wanted)
        try:
            fields = await self._sealed(envelope, subject, state, wanted, said) | await fill(ground, wanted)
            return wanted.model_validate(fields | {"act": envelope.id("act"), "by": envelope.principal.id, "at": envelope.at})
        except ValidationError as error:
            raise Invalid(*(Fault("/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False))) from error

    async def _sealed(self, envelope: Envelope, subject: Subject[S], state: S, wanted: type[Command], said: Said) -> dict[str, Any]:
        found = list(words_of(wanted, said))
        owner = subject.owner(state)
        boxes = await self.kernel.vault.seal_many(
            [ToSeal(owner, each.purpose, each.text, f"{subject.stream}{each.place}-{envelope.cause}") for each in found]
        )
        return with_sealed(wanted, said, {each.place: box for each, box in zip(found, boxes, strict=True)})

    async def _append(self, envelope: Envelope, subject: Subject[S], command: Command, said: Said, now: Loaded[S]) -> Loaded[S]:
        """Decides and appends; on a conflict it does so again over what is there then."""
        after: list[Loaded[S]] = []

        async def plan() -> Item | None:
            loaded = await load(self.kernel.store, subject.decider, subject.stream) if after else now
            subject.require(envelope, loaded.state, type(command), said)
            after[:] = [loaded]
            events = [] if await self._taken_before(envelope, subject, command, said, loaded) else subject.decider.decide(command, loaded.state)
            writes = await self._writes(envelope, subject, command, said, loaded, events, after) if events else ()
            kept = envelope.asked.idempotency() if envelope.asked else None
            return Item(writes, kept) if writes or kept else None

        outcome = await commit(self.kernel.store, plan)
        if envelope.asked:
            envelope.asked.require_same(outcome)
        if isinstance(outcome, Repeated):
            return await load(self.kernel.store, subject.decider, subject.stream)  # nothing was stored: what is there now is the answer
        return after[0]

    async def _writes(
        self,
        envelope: Envelope,
        subject: Subject[S],
        command: Command,
        said: Said,
        loaded: Loaded[S],
        events: Sequence[Event],
        after: list[Loaded[S]],
    ) -> tuple[Write, ...]:
        mine = write(subject.decider, loaded, events, envelope.occasion(subject.school(loaded.state, said)))
        after[:] = [mine.after or loaded]
        return (mine, *await subject.beside(envelope, command, loaded))

    async def _taken_before(self, envelope: Envelope, subject: Subject[S], command: Command, said: Said, loaded: Loaded[S]) -> bool:
        """The version that was named is old because this very act was taken. Raises: PreconditionFailed: because of another act."""
        actual = subject.version(loaded, type(command), said)
        if command.adds or envelope.version in (None, actual):
            return False
        if envelope.keyed and any(event.causation == envelope.cause for event in await self.kernel.store.read_stream(subject.stream)):
            return True
        raise PreconditionFailed(subject.stream, envelope.version or 0, actual)
