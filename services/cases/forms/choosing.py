"""The options of a form, by name: people who fit, schools, agencies, groups, cases. Ids never show (people page, rule 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.cases.commands.fit_staff import FitStaff
from services.cases.commands.other_side import known_of_other_side
from services.cases.domain.case.state import Case
from services.cases.domain.steps.named import Names
from services.cases.forms.fields import Field
from services.cases.forms.going_on import GoingOn, Option
from services.cases.forms.past import Past
from services.cases.forms.wording import Question
from services.cases.reading.agencies import Agencies
from services.cases.reading.directory import Directory
from services.cases.reading.roster import Roster
from services.cases.reading.worklist import WorkList
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.decider import Decider
from shared.message import Event, Fact
from shared.sealed import Erased
from shared.service import Kernel


@dataclass(frozen=True, slots=True)
class Choosing:
    """Looks up what may be chosen on one case."""

    kernel: Kernel
    roster: Roster
    directory: Directory
    agencies: Agencies
    going_on: GoingOn
    past: Past
    work: WorkList
    cases: Decider[Fact, Case, Event]

    async def of(self, question: Question, case: Case, reader: Principal, reason: ReadingReason | None = None) -> Sequence[Option]:
        """The options of a field that is found by name; none for any other. reader: whoever fills it in. reason: why they read the case, if said."""
        match question.field:
            case Field(widget="person", names=Names(kind="student")):
                return _by_name(await self.going_on.with_classes(await self.names(await self.directory.students(case.school))))
            case Field(widget="person", names=Names() as names):
                return await self._named(await self._people(names, case))
            case Field(widget="person"):
                return await self._named([*await self._around(case), *await self._staff(Names("staff", fit=False), case)])
            case Field(widget="agency" | "agencies"):
                return await self.agencies.names()
            case Field(widget="several"):
                return await self._named(await self._around(case))
            case Field(widget="group"):
                return await self.going_on.groups(reader, case)
            case Field(widget="case"):
                return await self.going_on.cases(reader, case)
            case Field(widget="entry"):
                return await self.past.of(reader, case, reason)
            case Field(widget="school"):
                return [each for each in await self.directory.schools() if each[0] != case.school]
            case _:
                return []

    async def _people(self, names: Names, case: Case) -> list[str]:
        """Who fits, as far as it can be seen beforehand; the road looks again."""
        match names.kind:
            case "staff":
                return await self._staff(names, case)
            case "guardian":
                return await self._guardians(case)
            case _:
                return [*await self._around(case), *await self._staff(names, case)]

    async def _staff(self, names: Names, case: Case) -> list[str]:
        """At the school, in a role that may do it, neither named in the case nor on leave. Nor the other side's counsellor, for what goes on.

        First those of the school itself.
        """
        excluded = case.named | await self._other_side(case) if names.counsels else case.named
        return await FitStaff(self.kernel, self.roster).of(names, case.alerted_at, excluded, case.desk)

    async def _other_side(self, case: Case) -> frozenset[str]:
        return await known_of_other_side(self.work, self.kernel.store, self.cases, case, self.kernel.clock.now())

    async def _guardians(self, case: Case) -> list[str]:
        student = await self.roster.person(case.student) if case.student else None
        return list(student.guardians) if student else []

    async def _around(self, case: Case) -> list[str]:
        """The student and the family."""
        return [*([case.student] if case.student else []), *await self._guardians(case)]

    async def _named(self, people: Iterable[str]) -> list[tuple[str, str]]:
        """With their names, in the order of these. Whoever has none that can be read is left out."""
        return _by_name(await self.names(tuple(dict.fromkeys(people))))

    async def names(self, people: Sequence[str]) -> dict[str, str]:
        """Names that can be read, by person."""
        sealed = await self.roster.names(people)
        texts = await self.kernel.vault.open_many(list(sealed.values()))
        return {person: text for person, text in zip(sealed, texts, strict=True) if not isinstance(text, Erased)}


def _by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda each: each[1].casefold())
