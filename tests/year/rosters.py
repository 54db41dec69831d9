"""The rosters of cases and of notifications, and where students are, over `People` instead of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from services.cases.reading.roster import OF_THE_DISTRICT, Person
from services.notifications.case_people import _opened, _people
from services.notifications.rota import standing_in
from shared.clock import Clock
from shared.events import (
    DISTRICT,
    CalendarChanged,
    CasePeopleChanged,
    CaseTriaged,
    DutyChanged,
    PersonLeft,
    PersonRegistered,
    RosterFact,
    calendar_of_kind,
    calendar_of_school,
)
from shared.rights.people import CasePeople
from shared.school_day import Calendar, layered, national
from shared.sealed import Sealed
from tests.year.people import People

ZONE = "Asia/Jakarta"


@dataclass
class CasesRoster:
    """`services.cases.reading.roster.Roster`."""

    posts: People = field(default_factory=People)

    async def keep(self, told: RosterFact, position: int) -> None:
        self.posts.keep(told, position)

    async def person(self, person: str) -> Person | None:
        kept = self.posts.people.get(person)
        return Person(person, kept.kind, kept.school, kept.name, kept.born, kept.guardians) if kept else None

    async def children(self, guardian: str) -> list[str]:
        return sorted(person for person, kept in self.posts.people.items() if guardian in kept.guardians)

    async def roles_at(self, person: str, school: str) -> frozenset[str]:
        return frozenset(role for role, people in (await self.staff(school)).items() if person in people)

    async def staff(self, school: str) -> dict[str, list[str]]:
        held = {(person, role) for person, role in self.posts.holding(school) if self._counts(person, role, school)}
        nearby = {(person, "counsellor") for person in self.posts.nearby(school)} - held
        found: dict[str, list[str]] = defaultdict(list)
        for person, role in [*sorted(held), *sorted(nearby)]:
            if person in self.posts.people:
                found[role].append(person)
        return dict(found)

    def _counts(self, person: str, role: str, school: str) -> bool:
        """Of the posts in the whole district or for a kind of schools, those whose holders work where a case is."""
        at_school = any(each.post.role == role and each.post.school == school for each in self.posts.posts_of[person])
        return at_school or role in OF_THE_DISTRICT

    async def names(self, people: list[str]) -> dict[str, Sealed]:
        return {person: self.posts.people[person].name for person in people if person in self.posts.people}


@dataclass
class Whereabouts:
    """`services.cases.reading.whereabouts.Whereabouts`. roster: whose schools there are."""

    roster: CasesRoster
    where: dict[str, str | None] = field(default_factory=dict)

    async def keep(self, told: PersonRegistered | PersonLeft, _: int) -> None:
        if isinstance(told, PersonLeft):
            self.where |= {told.person: None} if told.person in self.where else {}
        elif told.kind == "student":
            self.where[told.person] = told.school

    async def of(self, student: str) -> str | None:
        return self.where.get(student)

    async def is_school(self, school: str) -> bool:
        told = self.roster.posts.schools.get(school)
        return told is not None and told.level != "district"


@dataclass
class NotificationsRoster:
    """`services.notifications.views.Roster`. leaves: what the rota said last, by school and person."""

    clock: Clock
    posts: People = field(default_factory=People)
    leaves: dict[tuple[str, str], DutyChanged] = field(default_factory=dict)
    layers: dict[str, CalendarChanged] = field(default_factory=dict)

    async def keep(self, told: RosterFact | DutyChanged | CalendarChanged, position: int) -> None:
        if isinstance(told, DutyChanged):
            self.leaves[told.school, told.person] = told
        elif isinstance(told, CalendarChanged):
            self.layers[told.of] = told
        else:
            self.posts.keep(told, position)

    async def staff(self, school: str) -> dict[str, list[str]]:
        held, nearby = sorted(set(self.posts.holding(school))), self.posts.nearby(school)
        there, away = {*(person for person, _ in held), *nearby}, self.away(school)
        found: dict[str, list[str]] = defaultdict(list)
        for person, role in held:
            found[role] += [each] if (each := standing_in(person, away, there)) else []
        if nearby:
            found["counsellor"] = [each for person in nearby if (each := standing_in(person, away, there))]
        return dict(found)

    def away(self, school: str) -> dict[str, str | None]:
        """Who is on leave now, and who stands in."""
        now = self.clock.now()
        known = {person: told for (at, person), told in self.leaves.items() if at == school}
        return {
            person: told.deputy for person, told in known.items() if told.away_from and told.away_until and told.away_from <= now <= told.away_until
        }

    async def standing_in(self, school: str, person: str) -> str | None:
        away = self.away(school)
        candidates = [person, *(deputy for deputy in away.values() if deputy)]
        return standing_in(person, away, {each for each in candidates if self._is_there(each)})

    def _is_there(self, person: str) -> bool:
        known = self.posts.people.get(person)
        return known is not None and (known.kind == "staff" or bool(self.posts.posts_of[person])) and person not in self.posts.suspended

    async def school(self, person: str) -> str | None:
        known = self.posts.people.get(person)
        return known.school if known else None

    async def guardians(self, student: str) -> tuple[str, ...]:
        known = self.posts.people.get(student)
        return known.guardians if known else ()

    async def calendar(self, school: str) -> Calendar:
        level = self.posts.schools[school].level if school in self.posts.schools else "other"
        names = (DISTRICT, calendar_of_kind(level), calendar_of_school(school))
        return layered(national(ZONE), *(self.layers[name].layer if name in self.layers else None for name in names))


@dataclass
class PeopleOfCases:
    """`services.notifications.case_people.KeptPeople`. told: of each case what was said last, with its position."""

    told: dict[str, tuple[int, CasePeopleChanged]] = field(default_factory=dict)

    async def keep(self, told: CasePeopleChanged | CaseTriaged, position: int) -> None:
        known = self.told.get(told.case)
        if known is None:
            self.told[told.case] = (position, told if isinstance(told, CasePeopleChanged) else _opened(told))
        elif isinstance(told, CasePeopleChanged) and known[0] < position:
            self.told[told.case] = (position, told)

    async def of(self, schools_by_case: Mapping[str, str]) -> dict[str, CasePeople]:
        return {case: _people(self.told[case][1]) if case in self.told else CasePeople(school) for case, school in schools_by_case.items()}

    async def keeps_away(self, case: str, school: str, person: str) -> bool:
        people = (await self.of({case: school}))[case]
        return person in people.named or person in people.suspended
