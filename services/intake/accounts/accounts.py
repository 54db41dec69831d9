"""Reads and changes accounts: one command, its sign-in names and what verifies, in the right order.

What verifies is kept first, then one append makes it count together with its names, then what no longer counts is dropped.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from services.intake.accounts.names import stream_of
from services.intake.accounts.verifiers import Hashed, Secret, Verifiers
from services.intake.domain.account import ACCOUNT, Account, AccountEvent, Command
from services.intake.domain.credentials import Credential, CredentialAdded, CredentialRemoved
from services.intake.domain.sign_in_name import SIGN_IN_NAME, GiveUpName, NameEvent, TakeName
from services.intake.domain.sign_in_name import Command as NameCommand
from shared.clock import Clock
from shared.decider import commit, load, write
from shared.eventstore.states import Loaded
from shared.eventstore.store import Checkpoint, EventStore, Item, Stored, Write
from shared.message import Occasion


@dataclass(frozen=True, slots=True)
class Changed:
    """What happened to an account. keeping: the session in which its holder changed it, which goes on."""

    person: str
    events: Sequence[AccountEvent]
    keeping: str | None = None


Follows = Callable[[Changed], Awaitable[None]]
"""What must follow a change, after it was stored."""


def stream_of_account(person: str) -> str:
    return f"account-{person}"


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts of the district. follows: who hears of each change, in order; a failure reaches the caller, who asks again."""

    store: EventStore
    verifiers: Verifiers
    clock: Clock
    follows: list[Follows] = field(default_factory=list)

    async def of(self, person: str) -> Account:
        """The account as it is now. Raises: Unavailable."""
        return (await load(self.store, ACCOUNT, stream_of_account(person))).state

    async def change(
        self,
        command: Command,
        occasion: Occasion,
        *,
        keep: Sequence[Secret | Hashed] = (),
        keeping: str | None = None,
        checkpoint: Checkpoint | None = None,
    ) -> Account:
        """The account after a command. keep: what verifies the credentials that it adds. keeping: the session that goes on.

        Raises: the refusals of `ACCOUNT`; NameTaken: a name is somebody else's; NotAllowed: the person was erased; VersionConflict; Unavailable.
        """
        person = command.person
        if keep:
            await self.verifiers.keep(person, keep, self.clock.now())
        events, account = await self._stored(command, occasion, checkpoint)
        removed = [event.credential for event in events if isinstance(event, CredentialRemoved)]
        if removed:
            await self.verifiers.drop(person, removed)
        for follow in self.follows if events else ():
            await follow(Changed(person, events, keeping))
        return account

    async def _stored(self, command: Command, occasion: Occasion, checkpoint: Checkpoint | None) -> tuple[Sequence[AccountEvent], Account]:
        decided: list[tuple[Sequence[AccountEvent], Account]] = []

        async def plan() -> Item | None:
            loaded: Loaded[Account] = await load(self.store, ACCOUNT, stream_of_account(command.person))
            events = ACCOUNT.decide(command, loaded.state)
            decided[:] = [(events, ACCOUNT.fold(events, loaded.state))]
            if not events:
                return Item(checkpoint=checkpoint) if checkpoint else None
            names = await self._names(loaded.state, command.person, events, occasion)
            return Item((write(ACCOUNT, loaded, events, occasion), *names), checkpoint=checkpoint)

        outcome = await commit(self.store, plan)
        events, account = decided[0]
        return (events if isinstance(outcome, Stored) else ()), account

    async def _names(self, before: Account, person: str, events: Sequence[AccountEvent], occasion: Occasion) -> list[Write]:
        """The writes on the streams of all names that these events take or give up."""
        wanted: dict[str, list[NameCommand]] = {}
        for event in events:
            match event:
                case CredentialAdded(name=str() as name):
                    wanted.setdefault(name, []).append(TakeName(person=person, credential=event.credential))
                case CredentialRemoved():
                    gone = before.credentials.get(event.credential, Credential("", "password"))
                    if gone.name:
                        wanted.setdefault(gone.name, []).append(GiveUpName(credential=event.credential))
        return [found for name, commands in wanted.items() if (found := await self._name(name, commands, occasion))]

    async def _name(self, name: str, commands: Sequence[NameCommand], occasion: Occasion) -> Write | None:
        loaded = await load(self.store, SIGN_IN_NAME, stream_of(name))
        state, told = loaded.state, list[NameEvent]()
        for command in commands:
            events = SIGN_IN_NAME.decide(command, state)
            state = SIGN_IN_NAME.fold(events, state)
            told += events
        return write(SIGN_IN_NAME, loaded, told, occasion) if told else None
