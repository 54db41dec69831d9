"""What stands in a command's fields when the decider is only asked whether it would accept one: synthetic values, and what the shell knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import uuid4

from services.cases.commands.bodies import filled_by
from services.cases.commands.examples import Examples, Maker, maker
from services.cases.commands.fill import receiving_school, student_school
from services.cases.commands.words import bare
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.policy import Policy
from services.cases.domain.successor import Staff
from services.cases.rights import is_there
from shared.access import Principal
from shared.sealed import Sealed

_WORDS = Sealed(kid="", context="", box="")
"""Stands for every text: no decision ever looks into one."""


@dataclass(frozen=True)
class StandIns:
    """by: who would give the command. now: when. policy: in force now. guardians: of the student, as the roster has them now.

    counsels_other_side: the giver would work with both sides of one incident.
    """

    by: Principal
    now: datetime
    policy: Policy
    case: Case
    guardians: Sequence[str]
    counsels_other_side: bool = False
    _act: str = field(default_factory=lambda: str(uuid4()))
    _known: dict[type[Command], Mapping[str, Any]] = field(default_factory=dict)

    def of(self, command: type[Command]) -> Mapping[str, Any]:
        """Every field that must be said: yes to every question, tomorrow for every date, people and things that nobody else has."""
        if command not in self._known:
            self._known[command] = self._filled(command)
        return self._known[command]

    def _filled(self, command: type[Command]) -> Mapping[str, Any]:
        examples = Examples(self.now + timedelta(days=1), self._act, _WORDS)
        said = {name: self._shell[by] if by in self._shell else make(examples) for name, by, make in _said(command)}
        return said | {"act": self._act, "by": self.by.id, "at": self.now}

    @cached_property
    def _shell(self) -> Mapping[str, object]:
        """What the shell knows, once for all commands."""
        return {
            "policy": self.policy,
            "calendar": self.policy.calendar,
            "age": None,
            "age-of-consent": self.policy.telling.adult,
            "guardians": tuple(self.guardians),
            "staff": Staff({}),
            "family": frozenset(),
            "claims": 0,
            "districts": tuple(each.agency for each in self.case.referrals.by_id.values()),
            "receiving-school": receiving_school(self.case, self.by),
            "student-school": student_school(self.case, self.by),
            "is-there": is_there(self.by, self.case),
            "counsels-other-side": self.counsels_other_side,
        }


@cache
def _said(command: type[Command]) -> Sequence[tuple[str, str, Maker]]:
    """The fields that take a value, each with what the shell fills it from and what makes its value else.

    A default is left as it is, but every question is answered and every text given.
    """
    wanted = [(name, each) for name, each in command.model_fields.items() if each.is_required() or bare(each.annotation) in (bool, Sealed)]
    return [(name, filled_by(each) or "", maker(each.annotation, name)) for name, each in wanted]
