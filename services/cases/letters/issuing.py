"""Issuing a document: its data are laid out and sealed, the register gives it a number, the file is made once and kept (architecture, decision 22).

Printing it again gives exactly the kept bytes. Where a crash came between number and file, the first print makes the file from the sealed data.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args
from uuid import uuid4

from services.cases.commands.envelope import Envelope
from services.cases.commands.on_letters import OnRegister
from services.cases.commands.road import Road
from services.cases.domain.letters.register import REGISTER, DocumentIssued, Issued, IssueDocument, KeepFile, Register
from services.cases.domain.streams import register_stream
from services.cases.letters.form import Form
from services.cases.letters.keeping import Files, Place
from services.cases.letters.kinds import Kind, M, Seals
from services.cases.letters.laid_out import LaidOut
from services.cases.letters.laying_out import Around, lay_out
from services.cases.letters.model import Model
from services.cases.letters.rendering import Press, Printing
from services.cases.letters.slip import slip_of
from services.cases.letters.standing import Signing, Standing
from services.cases.letters.wanted import Wanted
from shared.decider import execute, load
from shared.errors import HistoryBroken, NotFound, Refused
from shared.message import Occasion
from shared.sealed import Erased, Purpose, Sealed

PURPOSES: dict[Seals, Purpose] = {"contents": "case", "confided": "counselling", "package": "package"}


class DocumentErased(Refused):
    code = "document-erased"
    status = 410
    indonesian = "Surat ini sudah dihapus bersama data murid."
    english = "This document was erased together with the student's data."


@dataclass(frozen=True, slots=True)
class Subject:
    """What a document is about. stream: its own. made_from: the version there that completes it. whose: under whose keys it lies.

    named: whom its conflicts keep from signing. row: of the permission file. otherwise: the role of an issuer who holds none at the school.
    """

    stream: str
    made_from: int
    whose: str
    school: str
    school_name: str
    named: frozenset[str] = frozenset()
    row: str = "letters"
    otherwise: str = "counsellor"


@dataclass(frozen=True, slots=True)
class Draft:
    """A document that could be issued. endorser: whom it names as such."""

    name: str
    form: Form
    model: Model
    seals: Seals
    template: int
    endorser: str | None = None


def draft_of(kind: Kind[M], model: Model, endorser: str | None = None) -> Draft:
    """A kind's document with this model."""
    return Draft(kind.name, kind.form, model, kind.seals, kind.template, endorser)


@dataclass(frozen=True, slots=True)
class Document:
    """One that was issued, and where it stands."""

    place: Place
    issued: Issued


@dataclass(frozen=True, slots=True)
class Issuing:
    """Lays out, issues, prints. origin: of the addresses in QR codes."""

    road: Road
    standing: Standing
    files: Files
    press: Press
    origin: str

    async def laid_out(self, envelope: Envelope, subject: Subject, draft: Draft, wanted: Wanted, secret: str) -> LaidOut:
        """The document as it would be issued now."""
        paper = await self.standing.paper(subject.school)
        name = paper.letterhead.name if paper.letterhead else subject.school_name
        signing = Signing(subject.school, name, envelope.principal.id, subject.named, draft.endorser, subject.otherwise)
        signatories = await self.standing.signatories(signing, paper, envelope.now)
        day = (await self.road.calendars.of(subject.school)).day(envelope.now)
        emblem = paper.emblem.digest if paper.emblem else None
        around = Around(name, paper.letterhead, emblem, signatories, day, secret, wanted.recipient, wanted.copies)
        return lay_out(draft.name, draft.form, draft.model, around)

    async def issue(self, envelope: Envelope, subject: Subject, draft: Draft, wanted: Wanted) -> Document:
        """Raises: NumberTaken, AlreadyReplaced …: a refusal by name. NotAllowed: not at this school."""
        secret = secrets.token_hex(16)
        laid_out = await self.laid_out(envelope, subject, draft, wanted, secret)
        verification = await self.files.secret_digest(secret)
        register = register_stream(subject.school, laid_out.on.year)
        place = Place(envelope.id("document"), register, subject.stream, subject.whose, subject.school)
        await self.files.announce(place, verification)
        pattern = (await self.standing.paper(subject.school)).pattern
        said = {
            "name": draft.name, "subject": subject.stream, "made_from": subject.made_from, "template": draft.template, "pattern": pattern,
            "day": laid_out.on, "typed": wanted.number, "replaces": wanted.replaces, "verification": verification,
            "replaces_in": await self._other_year(subject, wanted.replaces, register), draft.seals: laid_out.model_dump_json(),
        }  # fmt: skip
        kernel, year = self.road.kernel, laid_out.on.year
        on = OnRegister(kernel.access.permissions, subject.row, subject.school, subject.whose, year, kernel.store)
        await self.road.take(envelope, on, IssueDocument, said)
        await self.pdf(await self.document(place))  # of the store: a repeat at the same moment was decided before it was there
        return await self.document(place)

    async def _other_year(self, subject: Subject, replaces: str | None, register: str) -> str | None:
        """The register of a document that is corrected, where it is another year's; one of another school is unknown here."""
        old = await self.files.place(replaces) if replaces else None
        return old.register if old and old.register != register and old.school == subject.school else None

    # what was issued ---------------------------------------------------------------------------------------------

    async def document(self, place: Place) -> Document:
        """Raises: NotFound: it was never issued."""
        return Document(place, _found(await self.register(place.register), place.document))

    async def register(self, stream: str) -> Register:
        """A register as it stands."""
        return (await load(self.road.kernel.store, REGISTER, stream)).state

    async def about(self, subject: str) -> Sequence[Document]:
        """Everything that was issued about a stream, in the order of the registers."""
        places = {place.document: place for place in await self.files.about(subject)}
        found = []
        for stream in sorted({place.register for place in places.values()}):
            register = await self.register(stream)
            found += [Document(places[key], issued) for key, issued in register.documents.items() if key in places]
        return found

    async def pdf(self, document: Document) -> bytes:
        """The kept bytes; made where they were not yet. Raises: DocumentErased: the key of its subject is gone."""
        kept = document.issued.digest
        if kept is None:
            return await self._made(document)
        file = await self.files.file(document.place.document, kept)
        if file is None:
            raise HistoryBroken(f"the file of document {document.place.document} is missing: restore it from a backup")
        if isinstance(file, Erased):
            raise DocumentErased
        return file

    async def slip(self, document: Document) -> bytes:
        """The slip on which its receiver signs. Raises: DocumentErased."""
        issue = document.issued.issue
        return await self.press.pdf(await self.printing(slip_of(await self.contents(issue), issue.number), issue.number))

    async def contents(self, issue: DocumentIssued) -> LaidOut:
        """What stands in it. Raises: DocumentErased."""
        _, sealed = sealed_of(issue)
        told = await self.road.kernel.vault.open(sealed)
        if isinstance(told, Erased):
            raise DocumentErased
        return LaidOut.model_validate_json(told)

    def address(self, secret: str) -> str:
        """Of the page behind its QR code."""
        return f"{self.origin}/cases/surat/{secret}"

    async def printing(self, laid_out: LaidOut, number: str) -> Printing:
        """With its emblem."""
        return Printing(laid_out, number, self.address(laid_out.secret), await self.emblem(laid_out.emblem))

    async def emblem(self, digest: str | None) -> str | None:
        """The picture, as SVG."""
        if digest is None:
            return None
        async with self.road.kernel.database.statement() as connection:
            row = await (await connection.execute("SELECT picture FROM emblem WHERE digest = %s", (digest,))).fetchone()
        return str(row[0]) if row else None

    async def _made(self, document: Document) -> bytes:
        """Whoever is first decides which bytes are kept."""
        place, issue = document.place, document.issued.issue
        field, _ = sealed_of(issue)
        file = await self.press.pdf(await self.printing(await self.contents(issue), issue.number))
        digest = await self.files.keep(place, PURPOSES[field], file)
        kernel, cause = self.road.kernel, uuid4()
        occasion = Occasion("service:cases", place.school, kernel.clock.now(), cause, cause)
        await execute(kernel.store, REGISTER, place.register, KeepFile(document=place.document, digest=digest), occasion)
        kept = await self.document(place)
        return file if kept.issued.digest == digest else await self.pdf(kept)


def sealed_of(issue: DocumentIssued) -> tuple[Seals, Sealed]:
    """The field that holds a document's data, and the data."""
    told = {"contents": issue.contents, "confided": issue.confided, "package": issue.package}
    for field in get_args(Seals):
        if (sealed := told[field]) is not None:
            return field, sealed
    raise HistoryBroken(f"document {issue.document} was issued without its data")


def _found(register: Register, document: str) -> Issued:
    if document not in register.documents:
        raise NotFound("no document of yours has this id")
    return register.documents[document]
