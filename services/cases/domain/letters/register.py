"""The register of a school's letters for one year: a stream of its own. Numbers follow one another without a gap, or are typed by hand from the
school's own book; each is unique. What was issued is issued once; a correction issues a new one and marks the old as replaced (architecture,
decision 22).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Literal, assert_never

from pydantic import Field as Limit
from pydantic import StringConstraints

from services.cases.domain.letters import numbering
from services.cases.domain.steps.command import ActEvent, Command, recorded
from services.cases.domain.steps.filled import Filled
from shared.decider import Decider
from shared.errors import Refused
from shared.eventstore.codec import EventCodec
from shared.message import Event, Fact
from shared.sealed import CaseText, CounsellingText, PackageText

HIGHEST = 9_999_999

Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=numbering.LONGEST, pattern=r"^[^\x00-\x1f]+$")]
"""A number as somebody typed it."""


# commands ----------------------------------------------------------------------------------------------------------


class StartSeries(Command, called="start-series", permission="paper"):
    """first: the next number of the register, where the school's own book has come so far."""

    first: Annotated[int, Limit(ge=1, le=HIGHEST)]


class IssueDocument(Command, called="issue-document", permission="letters"):
    """name: of the document. subject: the stream it is about; made_from: the version there of the event that completes it. template: its version.

    pattern, day: of the number; typed: one by hand instead. replaces: the document that this one corrects; replaces_in: its register, where that is
    another year's. verification: keyed hash of the secret in its QR code. What stands in it is sealed as data: contents, or confided where it comes
    from counselling, or package where an agency gets it.
    """

    document: Annotated[str, Filled("fresh-id", "document")]
    name: str
    subject: str
    made_from: int
    template: int
    pattern: str
    day: date
    typed: Typed | None = None
    replaces: str | None = None
    replaces_in: str | None = None
    verification: str
    contents: CaseText | None = None
    confided: CounsellingText | None = None
    package: PackageText | None = None


class KeepFile(Fact):
    """The file was made and is kept. digest: keyed hash of it."""

    document: str
    digest: str


class MarkReplaced(Fact):
    """Another year's register has a document that corrects this one. name, subject: of that one."""

    document: str
    by: str
    name: str
    subject: str


RegisterCommand = StartSeries | IssueDocument | KeepFile | MarkReplaced


# events ------------------------------------------------------------------------------------------------------------


class SeriesStarted(ActEvent):
    type: Literal["series-started"] = "series-started"
    version: Literal[1] = 1
    first: int


class DocumentIssued(ActEvent):
    """number: as printed. place: in the series, None where it was typed by hand in another form."""

    type: Literal["document-issued"] = "document-issued"
    version: Literal[1] = 1
    document: str
    name: str
    subject: str
    made_from: int
    template: int
    day: date
    number: str
    place: int | None
    replaces: str | None
    replaces_in: str | None
    verification: str
    contents: CaseText | None
    confided: CounsellingText | None
    package: PackageText | None


class FileKept(Event):
    type: Literal["file-kept"] = "file-kept"
    version: Literal[1] = 1
    document: str
    digest: str


class DocumentReplaced(Event):
    """by: the document that is valid instead, in another year's register."""

    type: Literal["document-replaced"] = "document-replaced"
    version: Literal[1] = 1
    document: str
    by: str


RegisterEvent = SeriesStarted | DocumentIssued | FileKept | DocumentReplaced


# state -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issued:
    """One document. digest: keyed hash of its file, None until that was made. replaced_by: the one that is valid instead."""

    issue: DocumentIssued
    digest: str | None = None
    replaced_by: str | None = None

    @property
    def at(self) -> datetime:
        return self.issue.at


@dataclass(frozen=True, slots=True)
class Register:
    """documents: by id, in order. numbers: all that were given, in the form in which they are compared. places: of the series. following: the least
    number that the series may go on with.
    """

    documents: Mapping[str, Issued] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    places: frozenset[int] = frozenset()
    following: int = 1

    @property
    def next_place(self) -> int:
        """A place that a number typed by hand has taken is passed over: it is no gap."""
        place = self.following
        while place in self.places:
            place += 1
        return place

    def next_number(self, pattern: str, day: date) -> str:
        """As the next document will have it, if nobody is faster."""
        return numbering.written(pattern, self.next_place, day)


NONE = Register()


def evolve(register: Register, event: RegisterEvent) -> Register:
    match event:
        case SeriesStarted(first=first):
            return replace(register, following=first)
        case DocumentIssued():
            return _with(register, event)
        case FileKept(document=document, digest=digest):
            return _changed(register, replace(register.documents[document], digest=digest))
        case DocumentReplaced(document=document, by=by):
            return _changed(register, replace(register.documents[document], replaced_by=by))
        case _:
            assert_never(event)


def _changed(register: Register, issued: Issued) -> Register:
    return replace(register, documents={**register.documents, issued.issue.document: issued})


def _with(register: Register, event: DocumentIssued) -> Register:
    documents = {**register.documents, event.document: Issued(event)}
    if event.replaces and event.replaces_in is None:
        documents[event.replaces] = replace(documents[event.replaces], replaced_by=event.document)
    numbers, places = register.numbers | {numbering.same(event.number)}, register.places
    return replace(register, documents=documents, numbers=numbers, places=places | {event.place} if event.place is not None else places)


# decide ------------------------------------------------------------------------------------------------------------


class NumberTaken(Refused):
    code = "number-taken"
    indonesian = "Nomor ini sudah ada dalam buku agenda surat tahun ini. Periksa buku, lalu ketik nomor lain."
    english = "The register of this year has this number already. Look into the book and type another one."


class SeriesPassed(Refused):
    code = "series-passed"
    indonesian = "Penomoran sudah melewati angka ini. Mulailah dari angka yang lebih besar."
    english = "The series has passed this number. Start with a higher one."


class NoSuchDocument(Refused):
    code = "no-such-document"
    status = 404
    indonesian = "Surat yang diganti tidak ada dalam agenda sekolah ini."
    english = "The register of this school has no such document."


class AlreadyReplaced(Refused):
    code = "already-replaced"
    indonesian = "Surat ini sudah diganti. Perbaiki surat penggantinya."
    english = "This document was replaced already. Correct the one that replaced it."


class OfSomethingElse(Refused):
    code = "of-something-else"
    indonesian = "Surat yang diganti berjenis lain atau tentang hal lain."
    english = "The document to be replaced is of another kind, or about something else."


def decide(command: RegisterCommand, register: Register) -> Sequence[RegisterEvent]:
    """Raises: a refusal by name. The same act again is quiet."""
    match command:
        case StartSeries():
            return _start(command, register)
        case IssueDocument():
            return _issue(command, register)
        case KeepFile():
            known = register.documents.get(command.document)
            return [FileKept(document=command.document, digest=command.digest)] if known and known.digest is None else []
        case MarkReplaced():
            _require_replaceable(command.name, command.subject, register.documents.get(command.document))
            return [DocumentReplaced(document=command.document, by=command.by)]
        case _:
            assert_never(command)


def _start(command: StartSeries, register: Register) -> Sequence[RegisterEvent]:
    if command.first == register.following:
        return []
    if command.first <= max(register.places, default=0):
        raise SeriesPassed
    return [recorded(SeriesStarted, command)]


def _issue(command: IssueDocument, register: Register) -> Sequence[RegisterEvent]:
    if command.document in register.documents:
        return []
    if command.replaces and command.replaces_in is None:
        _require_replaceable(command.name, command.subject, register.documents.get(command.replaces))
    number = command.typed or register.next_number(command.pattern, command.day)
    place = numbering.read(command.pattern, number)
    if numbering.same(number) in register.numbers or place in register.places:
        raise NumberTaken
    return [recorded(DocumentIssued, command, number=number, place=place)]


def _require_replaceable(name: str, subject: str, old: Issued | None) -> None:
    if old is None:
        raise NoSuchDocument
    if old.replaced_by:
        raise AlreadyReplaced
    if (old.issue.name, old.issue.subject) != (name, subject):
        raise OfSomethingElse


REGISTER: Decider[RegisterCommand, Register, RegisterEvent] = Decider(
    NONE, decide, evolve, EventCodec(SeriesStarted, DocumentIssued, FileKept, DocumentReplaced)
)
