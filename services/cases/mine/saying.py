"""What a student says on the own page becomes facts of the own case. Whoever is accused in it, too: an objection is everybody's right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from services.cases.commands.facts import record_fact
from services.cases.domain.case.own_words import HearObjection, HearSatisfaction
from services.cases.domain.case.state import Case
from services.cases.domain.strategies.counselling import RecordSatisfaction
from services.cases.domain.streams import case_stream
from services.cases.mine.reading import OwnCases
from services.cases.reading.calendars import SchoolCalendars
from services.cases.reading.going_on import load_going_on
from shared.decider import load
from shared.errors import NotFound, Sentences
from shared.message import TANGGAP, Fact, Occasion, derived_id
from shared.sealed import Purpose, Sealed
from shared.typed import whole_number, with_plain_line_breaks

LONGEST = 4000
"""Characters: two pages, written on a phone."""

SCORES = range(1, 6)
ANSWERED_AFTER = 3
"""School days until an objection is answered."""

OBJECT = Sentences("Tuliskan apa yang tidak Anda setujui.", "Write what you do not agree with.")
TOO_LONG = Sentences("Paling banyak 4.000 huruf. Ringkaslah sedikit.", "At most 4,000 characters. Please shorten it.")
SCORE = Sentences("Pilih angka 1 sampai 5.", "Choose a number from 1 to 5.")

NOT_YOURS = "nothing of yours has this id"

Faults = Mapping[str, Sentences]


class Said(NamedTuple):
    """kind: which of the page's forms. key: of the form as it was rendered, so that pressing twice is one act. activity: that is rated."""

    kind: Literal["objection", "satisfaction"]
    key: str
    words: str
    score: str = ""
    activity: str = ""

    @classmethod
    def typed(cls, kind: Literal["objection", "satisfaction"], form: Mapping[str, str]) -> Said:
        """As a browser sent it."""
        words = str(with_plain_line_breaks(form.get("words", ""))).strip()
        return cls(kind, form.get("key", "")[:100], words, form.get("score", ""), form.get("activity", "")[:100])

    @property
    def faults(self) -> Faults:
        """What keeps it from being taken, by field."""
        found: dict[str, Sentences] = {}
        if len(self.words) > LONGEST:
            found["words"] = TOO_LONG
        elif not self.words and self.kind == "objection":
            found["words"] = OBJECT
        if self.kind == "satisfaction" and whole_number(self.score) not in SCORES:
            found["score"] = SCORE
        return found


@dataclass(frozen=True, slots=True)
class Saying:
    """Records it. cases: of the student."""

    cases: OwnCases
    calendars: SchoolCalendars

    async def take(self, student: str, said: Said) -> None:
        """said: without faults. Raises: NotFound: nothing that the student knows of is meant. A refusal by name. Unavailable."""
        case_id = await self._case(student, said)
        kernel, now = self.cases.kernel, self.cases.kernel.clock.now()
        cause = derived_id(TANGGAP, "own-page", student, said.kind, said.key)
        case = await self._heard_by(said, case_id)
        fact = await self._fact(student, said, case, str(cause), now)
        await record_fact(kernel.store, self.cases.decider, case.case or case_id, fact, Occasion(student, case.school, now, cause, cause))

    async def _heard_by(self, said: Said, case_id: str) -> Case:
        """An objection is heard where the case goes on; a service is rated in the very case that it stands in, also where that one rests."""
        if said.kind == "objection":
            return (await load_going_on(self.cases.kernel.store, self.cases.decider, case_id)).state
        return (await load(self.cases.kernel.store, self.cases.decider, case_stream(case_id))).state

    async def _case(self, student: str, said: Said) -> str:
        """The case that shows the student what is answered; of several the newest."""
        for each in reversed(await self.cases.seen(student)):
            fits = said.activity in {rated["activity"] for rated in each.seen.to_rate} if said.kind == "satisfaction" else each.seen.anything
            if fits or (said.kind == "satisfaction" and said.activity in each.rated):
                return each.case
        raise NotFound(NOT_YOURS)

    async def _fact(self, student: str, said: Said, case: Case, act: str, now: datetime) -> Fact:
        if said.kind == "objection":
            answer_by = (await self.calendars.of(case.school)).after(now, ANSWERED_AFTER)
            words = await self._sealed(student, "case", said, act)
            return HearObjection(objection=act, student=student, words=words, owner=case.owner, at=now, answer_by=answer_by)
        words = await self._sealed(student, "counselling", said, act)
        score = whole_number(said.score) or min(SCORES)
        return HearSatisfaction(form=RecordSatisfaction(act=act, by=student, at=now, activity=said.activity, score=score, words=words))

    async def _sealed(self, student: str, purpose: Purpose, said: Said, act: str) -> Sealed:
        return await self.cases.kernel.vault.seal(student, purpose, said.words, f"own-page-{act}")
