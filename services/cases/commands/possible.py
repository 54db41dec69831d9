"""What is possible next: the commands that a person may give on a case as it stands, and which of them is expected by when.

No rule is written twice (architecture, decision 17; ADR 14): every candidate is built with synthetic values and the decider itself is asked. What
the person has no right to, what the decider refuses and what would change nothing is not offered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from services.cases.commands.stand_ins import StandIns
from services.cases.domain.case.state import Case
from services.cases.domain.casework import Casework
from services.cases.domain.offers import Candidate, candidates
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.deadline import Deadline, DeadlinesMet
from services.cases.domain.steps.offer import Fields, Value, Way
from services.cases.domain.steps.policy import Policy
from services.cases.rights import require_right, rights
from shared.access import Permissions, Principal
from shared.errors import NotAllowed, Refused

Choices = Mapping[str, Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and what only the shell knows. policy: in force now. guardians: of the student, as the roster has them now.

    counsels_other_side: whoever asks would work with both sides of one incident.
    """

    casework: Casework
    principal: Principal
    permissions: Permissions
    now: datetime
    policy: Policy
    guardians: Sequence[str] = ()
    counsels_other_side: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """A value that is not offered, and why the decider refuses it."""

    field: str
    value: Value
    why: Refused


@dataclass(frozen=True, slots=True)
class Possible:
    """A command that may be given now.

    fields: of its body, with the only value that each can have. choices: the values of a field that are accepted, first those that are expected; any
    of them where the field takes several. expected: what it brings about or leads to, the earliest first. example: one that was accepted.
    withheld: values that are refused now.
    """

    command: type[Command]
    fields: Fields
    choices: Choices
    expected: Sequence[Deadline]
    example: Command
    withheld: Sequence[Withheld] = ()


def possible(asking: Asking, case: Case) -> list[Possible]:
    """Everything that the person may do next on this case, what is expected earliest first. Raises: NotFound, NotAllowed: as for reading it."""
    rights(asking.principal, case, asking.now)
    stand_ins = StandIns(asking.principal, asking.now, asking.policy, case, asking.guardians, asking.counsels_other_side)
    trial = _Trial(asking, case, stand_ins)
    tried = [(candidate, trial.tried(candidate)) for candidate in candidates(asking.casework, case, asking.guardians) if trial.allows(candidate)]
    met = {deadline.key for _, told in tried for each in told.accepted for deadline in each.meets}
    found = [_possible(candidate, told, _led_to(candidate, case, met)) for candidate, told in tried if told.accepted]
    return sorted(found, key=lambda each: (not each.expected, each.expected[0].expected if each.expected else asking.now))


# trying ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A way in which the decider accepts a candidate. meets: the deadlines that it meets."""

    way: Way
    command: Command
    meets: Sequence[Deadline]


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the decider said of a candidate. accepted: first the ways that are expected."""

    accepted: Sequence[_Accepted]
    withheld: Sequence[Withheld]


@dataclass(frozen=True, slots=True)
class _Trial:
    """Asks the decider about each candidate on one case. known: the rights that were looked at before."""

    asking: Asking
    case: Case
    stand_ins: StandIns
    known: dict[tuple[str, str | None], bool] = field(default_factory=dict)

    def allows(self, candidate: Candidate) -> bool:
        """Whether the person may give this command at all."""
        key = (candidate.command.permission, candidate.activity)
        if key not in self.known:
            self.known[key] = self._has_right(*key)
        return self.known[key]

    def _has_right(self, permission: str, activity: str | None) -> bool:
        row = self.asking.permissions.command(permission)
        try:
            require_right(self.asking.principal, self.case, row, activity, self.asking.now)
        except NotAllowed:
            return False
        return True

    def tried(self, candidate: Candidate) -> _Tried:
        """Asks about every way."""
        told = [(way, self._try(candidate, way)) for way in candidate.known.ways]
        accepted = sorted((each for _, each in told if isinstance(each, _Accepted)), key=lambda each: not each.meets)
        choice = candidate.known.choice
        single = choice.field if choice and not choice.several else None
        refused = [(way, why) for way, why in told if isinstance(why, Refused)]
        return _Tried(accepted, [Withheld(single, value, why) for way, why in refused for value in way.values] if single else ())

    def _try(self, candidate: Candidate, way: Way) -> _Accepted | Refused | None:
        """None where it cannot be said at all or changes nothing."""
        try:
            command = candidate.command.model_validate({**self.stand_ins.of(candidate.command), **way.said})
            return _Accepted(way, command, self._met(candidate, command)) if self.asking.casework.deciding.said(command, self.case) else None
        except Refused as refused:
            return refused
        except ValidationError:
            return None

    def _met(self, candidate: Candidate, command: Command) -> list[Deadline]:
        """The deadlines that the candidate's row names, and that the decider says are met; not those that it ends in another way."""
        named = [each for each in self.case.deadlines.values() if each.what in candidate.meets]
        if not named:
            return []
        met = {key for event in self.asking.casework.case.decide(command, self.case) if isinstance(event, DeadlinesMet) for key in event.keys}
        return [each for each in named if each.key in met]


# telling -----------------------------------------------------------------------------------------------------------


def _led_to(candidate: Candidate, case: Case, met: Collection[str]) -> list[Deadline]:
    """Deadlines that go on after the candidate, of what it is about. met: by another command; then that is what is expected."""
    fields = candidate.known.fields
    about = fields.get("activity") or fields.get("referral")
    named = [each for each in case.deadlines.values() if each.what in candidate.towards and each.key not in met]
    return [each for each in named if about is None or each.key.startswith(f"{about}/")]


def _possible(candidate: Candidate, tried: _Tried, led_to: Sequence[Deadline]) -> Possible:
    fields, choice, accepted = candidate.known.fields, candidate.known.choice, tried.accepted
    choices = {choice.field: [value for each in accepted for value in each.way.values]} if choice else {}
    expected = {deadline.key: deadline for deadlines in (*(each.meets for each in accepted), led_to) for deadline in deadlines}
    return Possible(
        candidate.command, fields, choices, sorted(expected.values(), key=lambda each: each.expected), accepted[0].command, tried.withheld
    )
