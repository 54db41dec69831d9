"""What a school says of its paper: letterhead, emblem, the pattern of its numbers, and who signs. A stream for each school (ADR 33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, assert_never

from pydantic import StringConstraints

from services.cases.domain.letters import numbering
from services.cases.domain.steps.command import ActEvent, Command, recorded
from services.cases.domain.steps.named import NamedBefore
from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.sealed import IdentityText

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
"""One line of a letterhead, or of a signature."""

Role = Literal["principal", "vice-principal", "coordinator", "counsellor", "supervisor", "district-officer"]
"""In which somebody signs."""


# commands ----------------------------------------------------------------------------------------------------------


class SetLetterhead(Command, called="set-letterhead", permission="paper"):
    """authority: the lines above the school's name, such as the regency and its office, with a line break between. place: before the date."""

    authority: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x09\x0b-\x1f]*$")] | None = None
    name: Line
    address: Line | None = None
    contact: Line | None = None
    npsn: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{8}$")] | None = None
    place: Line


class SetEmblem(Command, called="set-emblem", permission="paper"):
    """digest: SHA-256 of the picture as it is kept; None for no emblem. kind: of the picture."""

    digest: str | None
    kind: Literal["png", "svg"] | None


class SetNumberPattern(Command, called="set-number-pattern", permission="paper"):
    """pattern: such as `421.5/{number}/BK/{roman month}/{year}`."""

    pattern: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=numbering.LONGEST, pattern=r"^[^\x00-\x1f]+$")]


class NameSignatory(Command, called="name-signatory", permission="paper"):
    """How somebody of the school signs. name: with titles, as printed. position: as printed. number: such as a NIP, empty where there is none."""

    person: Annotated[str, NamedBefore("somebody of the school's staff; the shell looks it up, because the name is sealed under their own key")]
    role: Role
    name: IdentityText
    position: Line
    number: IdentityText | None = None


class RemoveSignatory(Command, called="remove-signatory", permission="paper"):
    person: Annotated[str, NamedBefore("a signatory of the school")]


PaperCommand = SetLetterhead | SetEmblem | SetNumberPattern | NameSignatory | RemoveSignatory


# events ------------------------------------------------------------------------------------------------------------


class LetterheadSet(ActEvent):
    type: Literal["letterhead-set"] = "letterhead-set"
    version: Literal[1] = 1
    authority: str
    name: str
    address: str
    contact: str
    npsn: str
    place: str


class EmblemSet(ActEvent):
    type: Literal["emblem-set"] = "emblem-set"
    version: Literal[1] = 1
    digest: str | None
    kind: Literal["png", "svg"] | None


class NumberPatternSet(ActEvent):
    type: Literal["number-pattern-set"] = "number-pattern-set"
    version: Literal[1] = 1
    pattern: str


class SignatoryNamed(ActEvent):
    type: Literal["signatory-named"] = "signatory-named"
    version: Literal[1] = 1
    person: str
    role: Role
    name: IdentityText
    position: str
    number: IdentityText | None


class SignatoryRemoved(ActEvent):
    type: Literal["signatory-removed"] = "signatory-removed"
    version: Literal[1] = 1
    person: str


PaperEvent = LetterheadSet | EmblemSet | NumberPatternSet | SignatoryNamed | SignatoryRemoved


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Paper:
    """letterhead, emblem: None where nothing was said. signatories: by person, in the order in which they were named."""

    letterhead: LetterheadSet | None = None
    emblem: EmblemSet | None = None
    pattern: str = numbering.STANDARD
    signatories: Mapping[str, SignatoryNamed] = field(default_factory=dict)


def evolve(paper: Paper, event: PaperEvent) -> Paper:
    match event:
        case LetterheadSet():
            return replace(paper, letterhead=event)
        case EmblemSet():
            return replace(paper, emblem=event if event.digest else None)
        case NumberPatternSet(pattern=pattern):
            return replace(paper, pattern=pattern)
        case SignatoryNamed(person=person):
            return replace(paper, signatories={**paper.signatories, person: event})
        case SignatoryRemoved(person=person):
            return replace(paper, signatories={key: each for key, each in paper.signatories.items() if key != person})
        case _:
            assert_never(event)


# decide ------------------------------------------------------------------------------------------------------------


class UnusablePattern(Refused):
    code = "unusable-pattern"
    status = 422
    indonesian = "Pola nomor memuat {number} tepat satu kali; selain itu hanya {month}, {roman month}, dan {year} yang dikenal."
    english = "A pattern holds {number} exactly once; besides that only {month}, {roman month} and {year} are known."


class NoSuchSignatory(Refused):
    code = "no-such-signatory"
    status = 404
    indonesian = "Orang ini bukan penanda tangan sekolah."
    english = "This person is not a signatory of the school."


def decide(command: PaperCommand, paper: Paper) -> Sequence[PaperEvent]:
    """Raises: a refusal by name. Saying the same again is quiet."""
    match command:
        case SetLetterhead():
            return _letterhead(command, paper.letterhead)
        case SetEmblem(digest=digest):
            return [] if digest == (paper.emblem.digest if paper.emblem else None) else [recorded(EmblemSet, command)]
        case SetNumberPattern(pattern=pattern):
            if numbering.flaw(pattern):
                raise UnusablePattern
            return [] if pattern == paper.pattern else [recorded(NumberPatternSet, command)]
        case NameSignatory():
            known = paper.signatories.get(command.person)
            return [] if known and known.act == command.act else [recorded(SignatoryNamed, command)]
        case RemoveSignatory(person=person):
            if person not in paper.signatories:
                raise NoSuchSignatory
            return [recorded(SignatoryRemoved, command)]
        case _:
            assert_never(command)


_OF_THE_ACT = {"act", "by", "at"}


def _letterhead(command: SetLetterhead, known: LetterheadSet | None) -> Sequence[LetterheadSet]:
    """What was left out stands as nothing."""
    optional = {"authority": command.authority, "address": command.address, "contact": command.contact, "npsn": command.npsn}
    said = recorded(LetterheadSet, command, **{name: value or "" for name, value in optional.items()})
    return [] if known and known.model_dump(exclude=_OF_THE_ACT) == said.model_dump(exclude=_OF_THE_ACT) else [said]


PAPER: Decider[PaperCommand, Paper, PaperEvent] = Decider(
    Paper(), decide, evolve, EventCodec(LetterheadSet, EmblemSet, NumberPatternSet, SignatoryNamed, SignatoryRemoved)
)
