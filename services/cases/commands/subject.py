"""What commands are given on: a case, a group, a partnership, a consultation, the rota of a school. Each kind says who may and what goes along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

from services.cases.commands.envelope import Envelope
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.reading.members import AlsoAbout
from shared.decider import Decider
from shared.eventstore.states import Loaded
from shared.eventstore.store import Write

S = TypeVar("S")

Said = Mapping[str, Any]
"""A command's body: what a person said, by field."""


class Subject(Protocol[S]):
    """One stream, and the rules around its commands."""

    @property
    def stream(self) -> str: ...

    @property
    def decider(self) -> Decider[Any, S, Any]: ...

    def permission(self, wanted: type[Command]) -> str:
        """The row of the permission file that says who may give this command here."""
        ...

    def require(self, envelope: Envelope, state: S, wanted: type[Command], said: Said) -> None:
        """Raises: NotFound, NotAllowed: the principal may not give this command here. Checked before anything is told about the input."""

    def case(self, state: S) -> Case:
        """The case that it is about; an empty one where it stands alone."""
        ...

    def also_about(self, state: S, said: Said) -> AlsoAbout:
        """Other cases that it is about: of a group's members, or the one that an activity without a case of its own is for."""
        ...

    def school(self, state: S, said: Said) -> str:
        """Whose it is: the school's as it stands, else as said."""
        ...

    def owner(self, state: S) -> str:
        """Under whose keys its texts are sealed."""
        ...

    def version(self, loaded: Loaded[S], wanted: type[Command], said: Said) -> int:
        """The version that a client names: that of the activity for a step of one, else of the stream."""
        ...

    async def beside(self, envelope: Envelope, command: Command, loaded: Loaded[S]) -> Sequence[Write]:
        """What is written to other streams in the same item."""
        ...
