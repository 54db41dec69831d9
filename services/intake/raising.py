"""Turns a reporter's body into one append: checks it against the roster, seals it, decides and stores. The form and the API both end here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.intake.domain.concern import CONCERN, Flooded, NamedStudent, RaiseConcern
from services.intake.receipts import Receipts, kept
from services.intake.views import Directory, Known
from shared.access import Principal
from shared.asked import Asked
from shared.decider import execute
from shared.errors import Fault, Invalid, NotAllowed
from shared.events import Category, Channel, ConcernKind, NamedPerson, PersonRole, Relation, ReporterKind, StudentRole
from shared.events import Fact as Danger
from shared.eventstore.batching import Batcher
from shared.eventstore.store import Repeated, Stored
from shared.message import Occasion, derived_id
from shared.pace import Pace
from shared.sealed import Erased
from shared.sealing import ToSeal
from shared.service import Kernel
from shared.tracing import traces
from shared.typed import AS_TYPED, When

NARRATIVE = 20_000
"""The longest narrative, in characters (contracts.md, HTTP)."""

SKEW = timedelta(minutes=5)
"""How far a reporter's clock may be ahead of ours."""

TOGETHER = 512
"""The most concerns accepted in one group. It is large, so that when the database does not answer, everybody who waits is told with the next
group."""

_BUSY = Pace(together=4, beat=0.05)
"""From 80 concerns a second on, there are twenty groups a second. Measured at 150 a second: the median reporter waits 47 ms for the answer instead of
13 ms, and a concern costs a tenth less processor time over the whole loop."""

Narrative = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NARRATIVE), AS_TYPED]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AS_TYPED]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudentNamed(_Body):
    """A student by id, or in words if the reporter knows no id."""

    id: Identifier | None = None
    description: Short | None = None
    school: Identifier | None = None
    role: StudentRole

    @model_validator(mode="after")
    def _one_of_two(self) -> StudentNamed:
        if (self.id is None) == (self.description is None):
            raise ValueError("either id or description")
        return self

    def unidentified(self) -> StudentNamed:
        """The same, by the opaque id in place of a description."""
        return StudentNamed(description=self.id, school=self.school, role=self.role)


class PersonNamed(_Body):
    """Somebody else: staff, guardian or outsider."""

    id: Identifier | None = None
    description: Short | None = None
    relation: Relation
    role: PersonRole


class ReporterBody(_Body):
    kind: ReporterKind
    id: Identifier | None = None
    reply_to: Short | None = None


class ConcernBody(_Body):
    """What a reporter says. Unknown fields are refused. An unanswered fact is unknown, which is not the same as no."""

    school: Identifier
    students: Annotated[tuple[StudentNamed, ...], Field(min_length=1, max_length=30)]
    people: Annotated[tuple[PersonNamed, ...], Field(max_length=30)] = ()
    kind: ConcernKind
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=len(get_args(Category)))]
    narrative: Narrative
    facts: dict[Danger, bool] = Field(default_factory=dict)
    happened_at: When | None = None
    channel: Channel
    reporter: ReporterBody


class Accepted(_Body):
    """The answer to a reporter. The concern is durable from here on."""

    concern_id: str
    receipt: str
    recorded_at: datetime


class _Raised(NamedTuple):
    body: ConcernBody
    asked: Asked
    principal: Principal
    flooded: Flooded | None


class Raising:
    """Accepts concerns. Those that arrive while others are being accepted form a group, and their look-ups, keys and appends share statements."""

    def __init__(self, kernel: Kernel, directory: Directory, receipts: Receipts) -> None:
        self.kernel, self.directory, self.receipts = kernel, directory, receipts
        self._accepting: Batcher[_Raised, Accepted] = Batcher(self._accept_all, most=TOGETHER, pace=_BUSY)

    async def accept(self, body: ConcernBody, asked: Asked, principal: Principal, flooded: Flooded | None = None) -> Accepted:
        """Accepts one concern, which is durable when this returns. flooded: it came over the rate.

        Raises: Invalid, IdempotencyMismatch, Unavailable.
        """
        if body.reporter.kind == "anonymous":
            traces.forget("intake", asked.cause)
        return await self._accepting.submit(_Raised(body, asked, principal, flooded))

    async def _accept_all(self, raised: Sequence[_Raised]) -> list[Accepted | BaseException]:
        return await asyncio.gather(*(self._accept(*each) for each in raised), return_exceptions=True)

    async def _accept(self, body: ConcernBody, asked: Asked, principal: Principal, flooded: Flooded | None) -> Accepted:
        concern = str(derived_id(asked.cause, "concern"))
        known = await self._checked(body, principal)
        try:
            command = await self._sealed(body, known, concern)
        except NotAllowed:
            command = await self._sealed(await self._without_erased(body), known, concern)
        command = command.model_copy(update={"flooded": flooded})
        occasion = Occasion(principal.id, known.school, self.kernel.clock.now(), asked.cause, asked.cause)
        answer, stream = json.dumps({"concern": concern}), f"concern-{concern}"
        done = await execute(self.kernel.store, CONCERN, stream, command, occasion, asked=asked, answer=answer, fresh=True)
        assert isinstance(done.outcome, Stored | Repeated)
        return Accepted(concern_id=concern, receipt=await self.receipts.again(done.state), recorded_at=done.outcome.recorded_at)

    async def _checked(self, body: ConcernBody, principal: Principal) -> _Checked:
        faults: list[Fault] = []
        school = await self.directory.school(body.school)
        if school is None:
            faults.append(Fault("/school", "unknown-school"))
        if body.happened_at and body.happened_at > self.kernel.clock.now() + SKEW:
            faults.append(Fault("/happened_at", "in-the-future"))
        schools = [await self.directory.school(each.school) if each.school else school for each in body.students]
        faults += [Fault(f"/students/{place}/school", "unknown-school") for place, each in enumerate(schools) if each is None and school]
        students = await self._people([each.id for each in body.students], ("student",), "/students", faults)
        await self._people([each.id for each in body.people], ("staff", "guardian", "student"), "/people", faults)
        faults += await self._reporter(body.reporter, principal)
        if faults or school is None:
            raise Invalid(*faults)
        return _Checked(school, tuple((found and found.school) or each or school for found, each in zip(students, schools, strict=True)))

    async def _reporter(self, reporter: ReporterBody, principal: Principal) -> list[Fault]:
        """Checks that the reporter's id is in the roster (never a name), and that students and guardians report as themselves."""
        if reporter.id is None:
            return []
        if await self._maybe(reporter.id) is None:
            return [Fault("/reporter/id", "unknown-person")]
        themselves = principal.kind != "person" or not principal.roles <= {"student", "guardian"} or reporter.id == principal.id
        return [] if themselves else [Fault("/reporter/id", "not-yourself")]

    async def _people(self, ids: list[str | None], kinds: tuple[str, ...], pointer: str, faults: list[Fault]) -> list[Known | None]:
        found = list(await asyncio.gather(*(self._maybe(each) for each in ids)))
        for place, (wanted, known) in enumerate(zip(ids, found, strict=True)):
            if wanted is not None and (known is None or known.kind not in kinds):
                faults.append(Fault(f"{pointer}/{place}/id", "unknown-person"))
        return found

    async def _maybe(self, person: str | None) -> Known | None:
        return await self.directory.person(person) if person else None

    async def _without_erased(self, body: ConcernBody) -> ConcernBody:
        """Whose keys were destroyed has none for new words. A report is never refused for it: the student counts as not identified."""
        named = [each.id for each in body.students if each.id]
        keys = await self.kernel.vault.derive_many(named, "concern", "receipt") if named else []
        erased = {student for student, key in zip(named, keys, strict=True) if isinstance(key, Erased)}
        students = tuple(each.unidentified() if each.id in erased else each for each in body.students)
        return body.model_copy(update={"students": students}) if erased else body

    async def _sealed(self, body: ConcernBody, known: _Checked, concern: str) -> RaiseConcern:
        own, context = f"concern-{concern}", f"concern-{concern}"
        wanted = [ToSeal(own, "concern", body.narrative, f"{context}/narrative")]
        wanted += [ToSeal(each.id or own, "concern", _for_whoever_handles_it(body), f"{context}/text") for each in body.students]
        wanted += [ToSeal(own, "concern", each.description or "", f"{context}/description") for each in body.students]
        wanted += [ToSeal(own, "concern", each.description or "", f"{context}/person") for each in body.people]
        wanted += [ToSeal(own, "concern", body.reporter.reply_to or "", f"{context}/reply-to")]
        narrative, *rest = await self.kernel.vault.seal_many(wanted)
        receipt = kept(await self.receipts.fresh(concern))
        count = len(body.students)
        students = tuple(
            NamedStudent(
                student=each.id,
                school=known.schools[place],
                role=each.role,
                text=rest[place],
                description=rest[count + place] if each.description else None,
            )
            for place, each in enumerate(body.students)
        )
        return RaiseConcern(
            concern=concern,
            school=known.school,
            kind=body.kind,
            categories=tuple(dict.fromkeys(body.categories)),
            facts=body.facts,
            narrative=narrative,
            students=students,
            people=tuple(
                NamedPerson(person=each.id, relation=each.relation, role=each.role, description=rest[2 * count + place] if each.description else None)
                for place, each in enumerate(body.people)
            ),
            channel=body.channel,
            reporter_kind=body.reporter.kind,
            reporter=body.reporter.id,
            reply_to=rest[-1] if body.reporter.reply_to else None,
            receipt=receipt,
            happened_at=body.happened_at,
        )


def _for_whoever_handles_it(body: ConcernBody) -> str:
    """The words, and below them how the reporter can be reached: whoever reads the words acts on them. Of a confidential reporter that is shown with
    the name alone (ADR 59).
    """
    reply_to = body.reporter.reply_to if body.reporter.kind != "confidential" else None
    return f"{body.narrative}\n\nCara menghubungi pelapor: {reply_to}" if reply_to else body.narrative


@dataclass(frozen=True, slots=True)
class _Checked:
    """The school of the concern, and the school of each student in order."""

    school: str
    schools: tuple[str, ...]
