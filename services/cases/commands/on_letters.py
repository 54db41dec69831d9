"""Commands on a school's paper: its settings by coordinator or principal, its register by whoever may issue what a document is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.cases.commands.envelope import Envelope
from services.cases.commands.subject import Said
from services.cases.domain.case.state import Case
from services.cases.domain.letters.paper import PAPER, Paper, PaperCommand, PaperEvent
from services.cases.domain.letters.register import REGISTER, IssueDocument, MarkReplaced, Register, RegisterCommand, RegisterEvent
from services.cases.domain.steps.command import Command
from services.cases.domain.streams import paper_stream, register_stream
from services.cases.reading.members import AlsoAbout
from services.cases.rights import require_at_school
from shared.access import Permissions
from shared.decider import Decider, load, write
from shared.errors import NotAllowed
from shared.eventstore.states import Loaded
from shared.eventstore.store import EventStore, Write


@dataclass(frozen=True, slots=True)
class _AtSchool:
    """row: of the permission file, whose roles must hold at this school. whose: under whose keys texts are sealed."""

    permissions: Permissions
    row: str
    school_id: str
    whose: str

    def permission(self, _: type[Command]) -> str:
        return self.row

    def _require(self, envelope: Envelope) -> None:
        require_at_school(envelope.principal, self.school_id)
        if not envelope.principal.holds_at(self.school_id, *self.permissions.command(self.row).roles):
            raise NotAllowed

    def owner(self, _: object) -> str:
        return self.whose

    def also_about(self, _: object, __: Said) -> AlsoAbout:
        return AlsoAbout()

    def school(self, _: object, __: Said) -> str:
        return self.school_id


@dataclass(frozen=True, slots=True)
class OnPaper(_AtSchool):
    """What one school says of its paper. whose: the signatory's where one is named."""

    @property
    def stream(self) -> str:
        return paper_stream(self.school_id)

    @property
    def decider(self) -> Decider[PaperCommand, Paper, PaperEvent]:
        return PAPER

    def require(self, envelope: Envelope, _: Paper, __: type[Command], ___: Said) -> None:
        self._require(envelope)

    def case(self, _: Paper) -> Case:
        return Case()

    def version(self, loaded: Loaded[Paper], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, *_: object) -> Sequence[Write]:
        return ()


@dataclass(frozen=True, slots=True)
class OnRegister(_AtSchool):
    """The register of one school and year. Whether the document itself is for this person was asked of what it is about."""

    year: int
    store: EventStore

    @property
    def stream(self) -> str:
        return register_stream(self.school_id, self.year)

    @property
    def decider(self) -> Decider[RegisterCommand, Register, RegisterEvent]:
        return REGISTER

    def require(self, envelope: Envelope, _: Register, __: type[Command], ___: Said) -> None:
        self._require(envelope)

    def case(self, _: Register) -> Case:
        return Case()

    def version(self, loaded: Loaded[Register], _: type[Command], __: Said) -> int:
        return loaded.version

    async def beside(self, envelope: Envelope, command: Command, _: Loaded[Register]) -> Sequence[Write]:
        """Where another year's document is corrected, that register says so in the same item. Raises: a refusal by name."""
        if not isinstance(command, IssueDocument) or command.replaces is None or command.replaces_in is None:
            return ()
        old = await load(self.store, REGISTER, command.replaces_in)
        mark = MarkReplaced(document=command.replaces, by=command.document, name=command.name, subject=command.subject)
        return (write(REGISTER, old, REGISTER.decide(mark, old.state), envelope.occasion(self.school_id)),)
