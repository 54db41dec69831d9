"""Who works in a year, and on what: people of the school and the district take up cases, go on leave, are suspended."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from services.cases.domain.case.state import Case
from tests.year.acts import Acts, wanted
from tests.year.offered import offered


@dataclass
class Working:
    """Staff as the service knows them; now and then somebody who may not. given: how often each command was; answers: what became of all."""

    acts: Acts
    given: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)

    async def work(self) -> str:
        """Somebody does something with a case; more often with one that is open."""
        services, chance = self.acts.services, self.acts.chance
        await services.book.turn()
        cases = [*list(services.book.open) * 4, *services.book.cases.values()]
        if not cases:
            return ""
        case = chance.choice(cases)
        called = chance.choice(wanted(case))
        person = await self._somebody(case, called)
        if chance.random() < 0.3:
            found = await offered(self.acts, case, person)
        else:
            said = self.acts.said(called, case, await services.roster.staff(case.school), person)
            found = None if said is None else (called, said)
        if found is None:
            return ""
        answer = await self.acts.give(person, found[0], case.case or "", found[1])
        self.answers[f"{found[0]}: {answer}"] += 1
        if answer == "done":
            self.given[found[0]] += 1
        return f"{person[:8]}: {found[0]} {(case.case or '')[:8]} {_shown(found[1])}: {answer}"

    async def _somebody(self, case: Case, called: str) -> str:
        """Mostly somebody who may do this now, or who is asked; else anybody of the school, the other school or the district."""
        chance = self.acts.chance
        asked = [
            person for activity in case.activities.values() if called.startswith(("answer", "decline-as")) for person in activity.audience.people
        ]
        school = case.moves.asked.to if case.moves.asked and called in ("receive-transfer", "decline-transfer") else case.alerted_at
        people = sorted({person for at in (school, case.school) for each in (await self._staff(at)).values() for person in each})
        able = [person for person in people if self.acts.may(person, case, called)] if chance.random() < 0.85 else []
        return chance.choice([*asked * 3, *able] or [*people, "piket-1"])

    async def _staff(self, school: str) -> dict[str, list[str]]:
        return await self.acts.services.roster.staff(school)

    async def leave(self) -> str:
        """Somebody is away, with a deputy or without; or comes back."""
        services, chance = self.acts.services, self.acts.chance
        school = chance.choice(sorted(services.roster.posts.schools))
        people = sorted({person for each in (await services.roster.staff(school)).values() for person in each})
        if not people:
            return ""
        person, by = chance.choice(people), chance.choice((*people, "piket-1"))
        away = services.notified.away(school)
        if away and chance.random() < 0.4:
            person = chance.choice(sorted(away))
            return f"{person[:8]} is back at {school[:8]}, says {by[:8]}: {await self.acts.back(person, school, by)}"
        deputy = chance.choice((None, chance.choice(people)))
        answer = await self.acts.leave(person, school, chance.choice((person, by)), deputy, chance.choice((2, 7, 60)))
        return f"{person[:8]} is away from {school[:8]}, {deputy and deputy[:8]} stands in: {answer}"


def _shown(said: dict[str, object]) -> str:
    return " ".join(f"{name}={str(value)[:8]}" for name, value in said.items() if name in _SHOWN)


_SHOWN = ("to", "into", "other", "student", "person", "substitute", "deputy", "urgency", "conflicted", "teacher")
