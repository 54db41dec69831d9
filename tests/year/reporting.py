"""Reporters of a year: they tell of students of one school or several, known or not, and of other people, and say more later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from shared.access import ANONYMOUS
from shared.errors import Invalid, NotAllowed
from tests.year.intake import Intake
from tests.year.truth import Truth, our_id

CATEGORIES = ("bullying", "weapon", "suicide", "truancy", "quarrel", "sexual-violence", "emotional", "drugs")
FACTS = ("weapon", "self_harm", "injury", "suicide_plan", "unsafe_now", "repeated", "fear", "sexual_violence")


@dataclass
class Reporters:
    """Everybody outside who says something to intake."""

    intake: Intake
    truth: Truth

    async def report(self) -> str:
        chance, told = self.truth.chance, self.truth.of("student")
        named = [self._student(each.id) for each in chance.sample(told, min(len(told), chance.choice((1, 1, 1, 2))))]
        students = [*named, *([{"description": "seorang murid", "role": "affected"}] if not named or chance.random() < 0.3 else [])]
        school = our_id(chance.choice(self.truth.schools))
        body: dict[str, Any] = {
            "school": school, "students": students, "people": self._people(), "kind": chance.choice(("need", "incident")),
            "categories": [chance.choice(CATEGORIES)], "narrative": "kata", "facts": self._facts(), "channel": "web", "reporter": {"kind": "anonymous"},
        }  # fmt: skip
        about = ", ".join(each.get("id") or "somebody unknown" for each in students)
        try:
            concern = await self.intake.hear(body, ANONYMOUS)
        except Invalid as refused:
            return f"a concern ({body['categories'][0]}) about {about}: {refused.faults[0].code if refused.faults else refused.code}"
        return f"concern {concern[:8]} ({body['categories'][0]}, {body['facts']}) about {about}, people {body['people']}"

    def _student(self, person: str) -> dict[str, Any]:
        return {"id": person, "role": self.truth.chance.choice(("affected", "affected", "accused", "witness"))}

    def _people(self) -> list[dict[str, Any]]:
        """Sometimes somebody is accused: of the staff, or at home, by name or not."""
        chance = self.truth.chance
        if chance.random() < 0.7:
            return []
        kind: Literal["staff", "guardian"] = chance.choice(("staff", "guardian"))
        people = self.truth.of(kind)
        known = {"id": chance.choice(people).id} if people and chance.random() < 0.7 else {"description": "seseorang"}
        return [{**known, "relation": kind, "role": chance.choice(("accused", "witness"))}]

    def _facts(self) -> dict[str, bool]:
        chance = self.truth.chance
        return {fact: chance.random() < 0.5 for fact in chance.sample(FACTS, chance.randint(0, 2))}

    async def add(self) -> str:
        if not self.intake.concerns:
            return ""
        concern, facts = self.truth.chance.choice(self.intake.concerns), self._facts()
        try:
            await self.intake.hear_more(concern, {"text": "kata lagi", "facts": facts}, ANONYMOUS)
        except NotAllowed as refused:
            return f"more to {concern[:8]}: {refused.code}"
        return f"more to {concern[:8]} ({facts})"
