"""Who cannot go on with what they owe: `services.cases.reading.absences.Absences` over people in memory and the cases' own states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from services.cases.domain.case.state import Case
from services.cases.domain.steps.gone import Why
from services.cases.domain.successor import LADDER, WORKS, Staff
from services.cases.reading.absences import EVERYWHERE, TEACHING, Held, Moved, Owed, _holds_now
from services.cases.reading.roster import OF_THE_DISTRICT
from shared.events import PersonRegistered, Post
from tests.year.book import Book
from tests.year.people import People


class Gone(NamedTuple):
    """school: from which somebody is gone; `*` for all."""

    person: str
    school: str
    why: Why


@dataclass
class Absences:
    """people: as the roster has them. book: of the cases, and of leaves. kept: by person and school, why they are gone."""

    people: People
    book: Book
    kept: dict[tuple[str, str], Why] = field(default_factory=dict)

    async def keep(self, told: Moved, position: int) -> None:
        known = self.people.people.get(told.person)
        if (isinstance(told, PersonRegistered) and told.kind != "staff") or (known and known.position >= position):
            return
        held = [Held(each.post, each.appointed) for each in self.people.posts_of[told.person]]
        holds = _holds_now(told, held)
        self._moves(told.person, self._works([each.post for each in held]), self._works(holds), left=not holds)

    def _works(self, posts: Iterable[Post]) -> dict[str, bool]:
        """At which schools somebody with these posts is, and whether they work on cases there."""
        found: dict[str, bool] = {}
        for post in posts:
            for school in self._schools(post):
                found[school] = found.get(school, False) or post.role in (WORKS, *LADDER)
        return found

    def _schools(self, post: Post) -> list[str]:
        if post.school:
            return [post.school]
        return [school for school, told in self.people.schools.items() if post.kind in (None, told.kind_of_school)]

    def _moves(self, person: str, before: dict[str, bool], now: dict[str, bool], *, left: bool) -> None:
        here = {*now, *([] if left else [EVERYWHERE])}
        works = {school for school, works in now.items() if works}
        back = [
            (who, school) for (who, school), why in self.kept.items() if who == person and (school in works or (why != "other-role" and school in here))
        ]  # fmt: skip
        for each in back:
            del self.kept[each]
        for school in [*(before.keys() - now.keys()), *([EVERYWHERE] if left else [])]:
            self.kept[person, school] = "left" if left else "moved"
        for school, works_there in now.items():
            if before.get(school) and not works_there:
                self.kept[person, school] = "other-role"

    # who is gone, and has something -------------------------------------------------------------------------------

    def gone(self) -> Iterator[Gone]:
        """Everybody who is gone now, and from where."""
        yield from (Gone(person, school, why) for (person, school), why in self.kept.items())
        yield from (Gone(told.person, told.school, "away") for told in self.book.away())
        yield from (Gone(person, EVERYWHERE, "suspended") for person in self.people.suspended)
        for case in self.book.cases.values():
            rows = [(each.owner, self.book.of_school(case, each)) for each in case.deadlines.values() if each.owner]
            people = [*case.absent, *([case.holder] if case.holder and self._goes_on(case) else [])]
            found = dict.fromkeys([*((*row, case.elsewhere) for row in rows), *((person, case.school, None) for person in people)])
            yield from (Gone(person, at, "moved") for person, at, there in found if self.serves_no_more(person, at, there))
            yield from (Gone(person, case.school, "other-role") for person in people if self._teaches_there(person, case.school))

    def serves_no_more(self, person: str, school: str, there: str | None) -> bool:
        """Who served the school as a counsellor of its cluster, and does so no more. there: where else they may do what they have."""
        told, known, posts = self.people.schools.get(school), self.people.people.get(person), self.people.posts_of[person]
        if told is None or known is None or known.kind != "staff":
            return False
        at = {here for each in posts for here in self._schools(each.post)}
        return at.isdisjoint({school, there}) and school not in self.people.serves(person)

    def _teaches_there(self, person: str, school: str) -> bool:
        """Who served the school as a counsellor of its cluster, does so no more, and teaches there."""
        roles = {each.post.role for each in self.people.posts_of[person] if school in self._schools(each.post)}
        teaches = bool(roles) and roles <= set(TEACHING) and any(each.post.school == school for each in self.people.posts_of[person])
        return teaches and school not in self.people.serves(person)

    async def owed(self, _: int) -> list[Owed]:
        await self.book.turn()
        gone = list(self.gone())
        found = {each for case in self.book.cases.values() for each in (*self._of_the_gone(case, gone), *self._of_the_kept_away(case))}
        return sorted(found)

    def _of_the_gone(self, case: Case, gone: Iterable[Gone]) -> Iterator[Owed]:
        for each in gone:
            rows = (self.book.of_school(case, deadline) for deadline in case.deadlines.values() if deadline.owner == each.person)
            expected = each.why != "other-role" and any(each.school in (EVERYWHERE, school) for school in rows)
            if expected or (self._goes_on(case) and case.owner == each.person and each.school in (EVERYWHERE, case.school)):
                yield Owed(case.case or "", each.person, each.why)

    def _of_the_kept_away(self, case: Case) -> Iterator[Owed]:
        yield from (Owed(case.case or "", each.owner, "conflict") for each in case.deadlines.values() if each.owner and each.owner in case.named)
        if not self._goes_on(case) or case.holder is None or case.holder in case.absent:
            return
        if case.holder in case.named:
            yield Owed(case.case or "", case.holder, "conflict")
        if case.desk == "district" and not self._reaches(case.holder, case.school):
            yield Owed(case.case or "", case.holder, "other-role")

    def _reaches(self, person: str, school: str) -> bool:
        """Of the district at this school: a case of the district's desk goes past the school, whoever had it there."""
        return any(each.post.role in OF_THE_DISTRICT and school in self._schools(each.post) for each in self.people.posts_of[person])

    def _goes_on(self, case: Case) -> bool:
        return not case.closed and case.moves.merged_into is None

    async def returned(self, _: int) -> list[tuple[str, str]]:
        await self.book.turn()
        gone = {(each.person, each.school) for each in self.gone()}
        return [
            (case, person)
            for case, state in self.book.cases.items()
            for person in state.absent
            if person not in state.named
            and not {(person, EVERYWHERE), (person, state.school)} & gone
            and (state.desk == "school" or person != state.holder or self._reaches(person, state.school))
        ]

    async def unsettled(self, _: int) -> list[str]:
        """No older release was here."""
        return []

    async def staff(self, school: str) -> Staff:
        by_role: dict[str, tuple[str, ...]] = {role: await self.people.holders(role, school) for role in (WORKS, *LADDER)}
        by_role[WORKS] = by_role[WORKS] or tuple(self.people.nearby(school))
        away = {told.person: told.deputy for told in self.book.away() if told.school == school}
        return Staff(by_role, frozenset(away), {person: deputy for person, deputy in away.items() if deputy})
