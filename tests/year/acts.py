"""What people do with cases in a year, over the one road of commands: as somebody whom the service knows, with a body that they could send."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.cases.commands.bodies import body_of
from services.cases.commands.envelope import Envelope
from services.cases.commands.on_case import OnCase
from services.cases.commands.on_rota import OnRota
from services.cases.domain.case.case import CASE_COMMANDS
from services.cases.domain.case.state import Case
from services.cases.domain.casework import CASEWORK
from services.cases.domain.duty import EndLeave, RecordLeave
from services.cases.domain.steps.command import Command
from services.cases.rights import require_right
from shared.errors import NotAllowed, NotFound, TanggapError
from tests.year.services import Services

COMMANDS: Mapping[str, type[Command]] = {command.called: command for command in CASE_COMMANDS if command.permission}
Said = dict[str, Any]


@dataclass
class Acts:
    """Bodies by chance, of what the case knows and of who is there. students: ids, of anybody whom a case may be about."""

    services: Services
    chance: random.Random
    students: Callable[[], list[str]]

    async def give(self, person: str, called: str, case: str, said: Said) -> str:
        """Gives the command; what became of it: `done`, or the code of the refusal."""
        command = COMMANDS[called]
        return await self.take(person, OnCase(self.services.kernel, CASEWORK.case, case), command, said)

    def may(self, person: str, case: Case, called: str) -> bool:
        """Whether this person may give such a command in this case at all."""
        row, services = self.services.permissions.command(COMMANDS[called].permission), self.services
        try:
            require_right(services.principal(person), case, row, None, services.now)
        except (NotAllowed, NotFound):
            return False
        return True

    async def leave(self, person: str, school: str, by: str, deputy: str | None, days: int) -> str:
        """Somebody is away from a school, from now on or from tomorrow."""
        begins = self.services.now + timedelta(hours=self.chance.choice((0, 0, 24)))
        said = {"person": person, "away_from": begins, "away_until": begins + timedelta(days=days), "deputy": deputy}
        return await self.take(by, OnRota(school), RecordLeave, said)

    async def back(self, person: str, school: str, by: str) -> str:
        return await self.take(by, OnRota(school), EndLeave, {"person": person})

    async def take(self, person: str, subject: Any, command: type[Command], said: Said) -> str:
        """Gives a command on anything; what became of it."""
        return await self.begin(person, lambda _: subject, command, said)

    async def begin(self, person: str, subject: Callable[[Envelope], Any], command: type[Command], said: Said) -> str:
        """The same on what the command itself begins."""
        body = body_of(command).model_validate(said).model_dump()
        body.pop("happened_at", None)
        envelope = Envelope(self.services.principal(person), self.services.fresh(command.called), self.services.now)
        try:
            await self.services.road.take(envelope, subject(envelope), command, body)
        except TanggapError as refused:
            return refused.code
        return "done"

    # bodies -------------------------------------------------------------------------------------------------------

    def said(self, called: str, case: Case, staff: Mapping[str, list[str]], by: str) -> Said | None:
        """A body for this act about this case; None where there is nothing that it could be about. staff: where the case is."""
        return BODIES[called](_Telling(self, case, staff, by))


@dataclass
class _Telling:
    acts: Acts
    case: Case
    staff: Mapping[str, list[str]]
    by: str

    @property
    def chance(self) -> random.Random:
        return self.acts.chance

    def colleague(self) -> str:
        """Mostly a counsellor of the school."""
        people = self.staff.get("counsellor") if self.chance.random() < 0.7 else None
        return self.chance.choice(people or self.everybody() or ["tidak-ada"])

    def everybody(self) -> list[str]:
        return sorted({person for people in self.staff.values() for person in people})

    def school(self) -> str:
        schools = sorted(self.acts.services.roster.posts.schools)
        return self.case.elsewhere if self.case.elsewhere and self.chance.random() < 0.7 else self.chance.choice(schools)

    def other(self) -> str | None:
        """Mostly a case that they may open, of the same student, or one without a student."""
        others = [each for each in self.acts.services.book.cases.values() if each.case != self.case.case]
        if self.chance.random() < 0.8:
            others = [each for each in others if self.acts.may(self.by, each, "note")]
        likely = [each for each in others if each.student in (None, self.case.student) or self.case.student is None]
        return (self.chance.choice(likely or others).case) if others else None

    def activity(self, strategy: str) -> str | None:
        found = [each.activity for each in self.case.activities.values() if each.strategy == strategy and not each.ended]
        return self.chance.choice(found) if found else None

    def later(self, days: int = 20) -> Any:
        return self.acts.services.now + timedelta(days=self.chance.randint(1, days))


def _nothing(_: _Telling) -> Said:
    return {}


def _words(*names: str) -> Callable[[_Telling], Said]:
    return lambda _: dict.fromkeys(names, "kata")


def _other(name: str) -> Callable[[_Telling], Said | None]:
    return lambda tell: {name: other} if (other := tell.other()) else None


def _step(strategy: str, more: Callable[[_Telling], Said] = _nothing) -> Callable[[_Telling], Said | None]:
    return lambda tell: {"activity": found, **more(tell)} if (found := tell.activity(strategy)) else None


def _goals(tell: _Telling) -> Said:
    return {"goals": [{"goal": "g-1", "field": "social", "words": "kata", "owner": tell.colleague(), "due": tell.later()}]}


def _conflict(tell: _Telling) -> Said:
    person = tell.by if tell.chance.random() < 0.6 else tell.colleague()
    substitute = tell.colleague() if tell.chance.random() < 0.6 else None
    return {"person": person, "ground": tell.chance.choice(("family-of-victim", "witness")), "substitute": substitute}


def _ruling(tell: _Telling) -> Said | None:
    waiting = sorted(tell.case.conflicts.waiting)
    return {"person": tell.chance.choice(waiting), "conflicted": tell.chance.random() < 0.5, "reason": "kata"} if waiting else None


def _meeting(_: _Telling) -> Said:
    words = dict.fromkeys(("symptoms", "complaint", "problem", "causes", "goal", "approach", "result", "next_plan"), "kata")
    return {"meeting": 1, "confidentiality_told": True, **words}


BODIES: Mapping[str, Callable[[_Telling], Said | None]] = {
    "acknowledge": _nothing,
    "assign": lambda tell: {"to": tell.colleague()},
    "hand-over-case": lambda tell: {"to": tell.colleague(), "reason": "leave"},
    "deputise-case": lambda tell: {"deputy": tell.colleague(), "until": tell.later()},
    "note": _words("text"),
    "set-urgency": lambda tell: {"urgency": tell.chance.choice(("emergency", "high", "medium", "low")), "reason": "kata"},
    "assess-case": lambda _: {"field": "social", "findings": "kata", "safe": True},
    "plan-case": _goals,
    "reach-goal": lambda _: {"goal": "g-1", "reached": True, "words": "kata"},
    "agree-safety-plan": lambda tell: {"words": "kata", "review_by": tell.later()},
    "wait-for-case": lambda tell: {"until": tell.later(), "what": "kata"},
    "resume-case": _nothing,
    "take-over-case": _words("reason"),
    "ask-teacher": lambda tell: {
        "teacher": tell.chance.choice(tell.everybody()),
        "aim": "information",
        "question": "kata",
        "respond_by": tell.later(5),
    },
    "answer-as-teacher": _step("teacher-collaboration", _words("answer")),
    "decline-as-teacher": _step("teacher-collaboration", _words("reason")),
    "request-counselling": lambda _: {"origin": "self", "field": "social", "reason": "kata"},
    "schedule-counselling": _step("counselling", lambda tell: {"when": tell.later(5), "place": "kata"}),
    "hold-counselling": _step("counselling", _meeting),
    "cancel-activity": _step("teacher-collaboration", _words("reason")),
    "hand-over-activity": _step("counselling", lambda tell: {"to": tell.colleague()}),
    "transfer-case": lambda tell: {"to": tell.school(), "reason": "kata"},
    "receive-transfer": _nothing,
    "decline-transfer": _words("reason"),
    "withdraw-transfer": _words("reason"),
    "ask-for-case": _nothing,
    "keep-case": _words("reason"),
    "merge-into": _other("into"),
    "unmerge-case": _words("reason"),
    "link-case": _other("other"),
    "match": lambda tell: {"student": tell.chance.choice(tell.acts.students())},
    "unmatch-student": lambda tell: {"student": tell.case.student, "reason": "kata"} if tell.case.student else None,
    "declare-conflict": _conflict,
    "rule-conflict": _ruling,
    "close": lambda _: {"outcome_class": "helped", "task_reviewed": "kata"},
    "reopen": _words("text"),
    "confirm-reading": _nothing,
    "keep-closed": _words("reason"),
}
"""What a person says in each act."""


def wanted(case: Case) -> list[str]:
    """Acts that the case may well be waiting for, each as often as it is likely."""
    moves = ["receive-transfer"] * 5 + ["decline-transfer", "withdraw-transfer"] * 2 if case.moves.asked else ["transfer-case"]
    away = ["transfer-case", "ask-for-case", "keep-case", "acknowledge"] * 3 if case.elsewhere else []
    rests = ["unmerge-case"] * 8 if case.moves.merged_into else ["merge-into"]
    over = ["reopen", "keep-closed"] * 6 if case.closed else ["close"]
    student = ["unmatch-student"] if case.student else ["match"] * 4
    waits = ["rule-conflict"] * 6 if case.conflicts.waiting else ["declare-conflict"]
    hand = ["acknowledge"] * 6 if case.in_nobody_s_hand else []
    return [*BODIES, *moves, *away, *rests, *over, *student, *waits, *hand]
