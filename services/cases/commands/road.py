"""The one road of every command: envelope, fill, seal, decide, append, answer (architecture, decision 17).

API, pages, portal, command line and imports take it; it knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from services.cases.commands.envelope import Envelope
from services.cases.commands.fill import Ground, fill
from services.cases.commands.groups import require_groups
from services.cases.commands.naming import require_fit
from services.cases.commands.schools import require_schools
from services.cases.commands.subject import Said, Subject
from services.cases.commands.words import with_sealed, words_of
from services.cases.domain.casework import Casework
from services.cases.domain.steps.command import Command
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.members import cases_now
from services.cases.reading.roster import Roster
from services.cases.reading.worklist import WorkList
from shared.access import Principal
from shared.decider import commit, load, repeated, write
from shared.errors import Fault, Invalid, NotFound, PreconditionFailed
from shared.eventstore.states import Loaded
from shared.eventstore.store import Item, Repeated, Write
from shared.message import Event
from shared.sealing import ToSeal
from shared.service import Kernel

S = TypeVar("S")


class Order(NamedTuple):
    """A command that is wanted. said: the body, by field."""

    wanted: type[Command]
    said: Said


class Given(NamedTuple):
    """A command as it is given. envelope: its own, so that its ids and its act are."""

    envelope: Envelope
    command: Command
    said: Said


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

        Raises: NotAllowed, NotFound: not for this principal. ProofNeeded: they have to prove again who they are. Invalid: what was said cannot be.
        PreconditionFailed: the version that was named is not the subject's any more. IdempotencyMismatch: the key was used for other words. A
        refusal by name.
        """
        return await self.take_together(envelope, subject, [Order(wanted, said)])

    async def take_together(self, envelope: Envelope, subject: Subject[S], orders: Sequence[Order]) -> Loaded[S]:
        """Gives several commands one after the other in one append: all of them or none, under one idempotency key. Raises: as `take`.

        orders: each is decided on what those before it lead to. `Envelope.following` says which ids the later ones make.
        """
        for order in orders:
            self._require(envelope.principal, subject.permission(order.wanted))
        envelope.require_past()
        now = await load(self.kernel.store, subject.decider, subject.stream)
        subject.require(envelope, now.state, *orders[0])
        if envelope.asked and await repeated(self.kernel.store, envelope.asked):
            return now
        return await self._append(envelope, subject, await self._given(envelope, subject, now.state, orders), now)

    async def _given(self, envelope: Envelope, subject: Subject[S], state: S, orders: Sequence[Order]) -> list[Given]:
        given: list[Given] = []
        for number, order in enumerate(orders):
            if given:
                state = subject.decider.fold(subject.decider.decide(given[-1].command, state), state)
            each = envelope.following(number)
            subject.require(each, state, *order)
            given.append(Given(each, await self._command(each, subject, state, *order), order.said))
        return given

    def _require(self, principal: Principal, permission: str) -> None:
        """Also for a form, whose route is one for all commands."""
        access = self.kernel.access
        access.permissions.require(principal, permission)
        if access.permissions.command(permission).fresh:
            access.require_fresh(principal)

    async def _command(self, envelope: Envelope, subject: Subject[S], state: S, wanted: type[Command], said: Said) -> Command:
        """The command from what was said."""
        school, others = subject.school(state, said), await cases_now(self.kernel.store, self.casework, subject.also_about(state, said))
        calendar = await self.calendars.of(school)
        about = subject.case(state)
        ground = Ground(self.kernel, self.roster, self.work, self.casework.case, envelope, about, school, said, calendar, others)
        await self._require_not_named(ground)
        await require_fit(ground, wanted)
        await require_schools(ground, wanted)
        await require_groups(ground, wanted)
        try:
            fields = await self._sealed(envelope, subject, state, wanted, said) | await fill(ground, wanted)
            return wanted.model_validate(fields | {"act": envelope.id("act"), "by": envelope.principal.id, "at": envelope.at})
        except ValidationError as error:
            raise Invalid(*(Fault("/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False))) from error

    async def _require_not_named(self, ground: Ground) -> None:
        """Raises: NotFound: a case that this is about keeps the principal away, as the leader of a group that its student is in."""
        if ground.also_about and ground.envelope.principal.id in ground.named():
            raise NotFound("nothing of yours has this id")

    async def _sealed(self, envelope: Envelope, subject: Subject[S], state: S, wanted: type[Command], said: Said) -> dict[str, Any]:
        found = list(words_of(wanted, said))
        owner = subject.owner(state)
        boxes = await self.kernel.vault.seal_many(
            [ToSeal(owner, each.purpose, each.text, f"{subject.stream}{each.place}-{envelope.cause}") for each in found]
        )
        return with_sealed(wanted, said, {each.place: box for each, box in zip(found, boxes, strict=True)})

    async def _append(self, envelope: Envelope, subject: Subject[S], given: Sequence[Given], now: Loaded[S]) -> Loaded[S]:
        """Decides and appends; on a conflict it does so again over what is there then."""
        after: list[Loaded[S]] = []

        async def plan() -> Item | None:
            loaded = await load(self.kernel.store, subject.decider, subject.stream) if after else now
            after[:] = [loaded]
            writes = await self._writes(envelope, subject, given, loaded, after)
            kept = envelope.asked.idempotency() if envelope.asked else None
            return Item(writes, kept) if writes or kept else None

        outcome = await commit(self.kernel.store, plan)
        if envelope.asked:
            envelope.asked.require_same(outcome)
        if isinstance(outcome, Repeated):
            return await load(self.kernel.store, subject.decider, subject.stream)  # nothing was stored: what is there now is the answer
        return after[0]

    async def _writes(
        self, envelope: Envelope, subject: Subject[S], given: Sequence[Given], loaded: Loaded[S], after: list[Loaded[S]]
    ) -> tuple[Write, ...]:
        """The subject's own events, and what goes along in other streams; nothing where nothing happened."""
        events: list[Event] = []
        beside: list[Write] = []
        then = loaded
        for each in given:
            subject.require(each.envelope, then.state, type(each.command), each.said)
            decided = [] if await self._taken_before(subject, each, then) else subject.decider.decide(each.command, then.state)
            beside += await subject.beside(each.envelope, each.command, then) if decided else ()
            events += decided
            then = replace(then, version=then.version + len(decided), state=subject.decider.fold(decided, then.state)) if len(given) > 1 else then
        if not events:
            return ()
        mine = write(subject.decider, loaded, events, envelope.occasion(subject.school(loaded.state, given[0].said)))
        after[:] = [mine.after or loaded]
        return (mine, *beside)

    async def _taken_before(self, subject: Subject[S], given: Given, loaded: Loaded[S]) -> bool:
        """The version that was named is old because this very act was taken. Raises: PreconditionFailed: because of another act."""
        envelope, command = given.envelope, given.command
        actual = subject.version(loaded, type(command), given.said)
        if command.adds or envelope.version in (None, actual):
            return False
        if envelope.keyed and any(event.causation == envelope.cause for event in await self.kernel.store.read_stream(subject.stream)):
            return True
        raise PreconditionFailed(subject.stream, envelope.version or 0, actual)
