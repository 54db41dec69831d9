"""Random commands for the laws: anything at all, wrong values included, and whatever a person could rightly say."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from services.cases.commands.bodies import filled_by
from services.cases.commands.fill import receiving_school, student_school
from services.cases.commands.possible import Asking, Possible
from services.cases.commands.routes import GIVEN
from services.cases.commands.words import bare, is_part
from services.cases.domain.case.guardians import TellGuardian
from services.cases.domain.case.state import Case
from services.cases.domain.casework import CASEWORK
from services.cases.domain.referring.consent import RecordConsent
from services.cases.domain.referring.referral.decision import DecideReferral
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.relatives import Relatives
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.triage import REFERS
from services.cases.domain.strategies.conference import Commitment, ConveneConference, Invitee, MinuteConference, attendees, invited, open_commitments
from services.cases.domain.strategies.counselling import EvaluateCounselling
from services.cases.domain.successor import Staff
from services.cases.rights import is_there
from shared.sealed import Sealed
from tests.cases.people import COORDINATOR, COUNSELLOR, FATHER, MOTHER, OFFICER, OTHER, PRINCIPAL, STUDENT, TEACHER, words

_fresh = count(1)
KNOWN_PEOPLE = (COUNSELLOR, OTHER, COORDINATOR, PRINCIPAL, OFFICER, TEACHER, STUDENT, MOTHER, FATHER, "somebody", "nobody")
PROMISES = {"confidentiality_told", "pledge", "written", "student_agrees"}
"""Questions that only yes goes on from, at one moment or another."""


def fresh(name: str) -> str:
    """An id that nobody has."""
    return f"{name}-{next(_fresh)}"


def optional(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation)


@dataclass
class Saying:
    """Makes up what a person says in a command about a case."""

    random: Random
    asking: Asking
    case: Case

    # what the shell fills -----------------------------------------------------------------------------------------

    def filled(self, command: type[Command]) -> dict[str, Any]:
        """The fields that nobody says, as the shell would fill them."""
        return {name: self._known(filled_by(field), name) for name, field in command.model_fields.items() if filled_by(field)}

    def _known(self, by: str | None, name: str) -> Any:
        known: Mapping[str, Any] = {
            "fresh-id": fresh(name), "policy": self.asking.policy, "calendar": self.asking.policy.calendar, "age": self.random.choice((None, 12, 17, 18, 21)), "age-of-consent": 18,
            "guardians": tuple(self.asking.guardians), "receiving-school": receiving_school(self.case, self.asking.principal),
            "student-school": student_school(self.case, self.asking.principal), "is-there": is_there(self.asking.principal, self.case),
            "student-at": self.random.choice((None, "smp1", "sma1")), "takes": None, "takes-unsafe": (), "other-side": frozenset(),
            "counsels-other-side": self.asking.counsels_other_side,
            "staff": Staff({}), "family": frozenset(), "claims": 0, "asked-about": None, "relatives": Relatives(), "families": Relatives(),
            "districts": tuple(each.agency for each in self.case.referrals.by_id.values()),
        }  # fmt: skip
        return known.get(by or "", self.asking.now + timedelta(days=2))

    def given(self, command: type[Command], fields: Mapping[str, Any]) -> Command | None:
        """The command; None where its body would not be understood."""
        told = {**fields, **self.filled(command), "act": fresh("act"), "by": self.asking.principal.id, "at": self.asking.now}
        try:
            return command.model_validate(told)
        except ValidationError:
            return None

    def said_of(self, command: type[Command]) -> dict[str, Any]:
        """The fields that a person says."""
        return {name: field for name, field in command.model_fields.items() if name not in Command.model_fields and not filled_by(field)}

    # anything at all ----------------------------------------------------------------------------------------------

    def anything(self, command: type[Command]) -> Command | None:
        """Any value in every field: more often one that the case knows, and now and then none at all."""
        fields = self.said_of(command)
        left_out = {name for name, field in fields.items() if not field.is_required() and self.random.random() < 0.5}
        return self.given(command, {name: self.any_value(field.annotation, name) for name, field in fields.items() if name not in left_out})

    def aimed(self) -> Command | None:
        """A step of an activity or an act that the case may well be waiting for: what it is about is mostly known, all else is right."""
        table = CASEWORK.deciding.strategies
        steps = [step.command for each in self.case.activities.values() for step in table.by_name[each.strategy].steps if not step.opens]
        acts = [each for each in GIVEN if each not in table.by_command]
        command = self.random.choice(steps if steps and self.random.random() < 0.5 else acts)
        fields = {name: field.annotation for name, field in self.said_of(command).items()}
        said = {name: self.any_value(kind, name) if bare(kind) in (str, int) else self.right_value(kind, name) for name, kind in fields.items()}
        return self.given(command, {**said, **self._at_a_conference(said)})

    def _at_a_conference(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Who may come are those who were invited; nobody needs to promise anything."""
        activity = self.case.activities.get(said.get("activity", ""))
        known = {"present": tuple(invited(activity)) * 2 if activity else (), "commitments": ()}
        return {name: value for name, value in known.items() if name in said}

    def otherwise(self, found: Possible) -> Command | None:
        """What is offered, with one of its fields changed to anything."""
        changed = {name: getattr(found.example, name) for name in self.said_of(found.command)}
        if changed:
            name = self.random.choice(sorted(changed))
            changed[name] = self.any_value(found.command.model_fields[name].annotation, name)
        return self.given(found.command, changed)

    def any_value(self, annotation: Any, name: str) -> Any:
        kind, random = bare(annotation), self.random
        if optional(annotation) and random.random() < 0.3:
            return None
        if get_origin(kind) is tuple:
            return tuple(self.any_value(get_args(kind)[0], name) for _ in range(random.randrange(4)))
        if is_part(kind):
            return {field: self.any_value(each.annotation, field) for field, each in kind.model_fields.items()}
        if kind is bool:
            return random.random() < 0.7
        if kind is int:
            return random.choice((0, 1, 1, 2, 2, 3, 4, self.case.version))
        return self.any_id(name) if kind is str else self._simple(kind, timedelta(days=random.choice((-1, 0, 1, 5))))

    def _simple(self, kind: Any, span: timedelta) -> Any:
        if get_origin(kind) is Literal:
            return self.random.choice(get_args(kind))
        if get_origin(kind) is dict:
            return {}
        return words() if kind is Sealed else self.asking.now + span

    def any_id(self, name: str) -> str:
        """Mostly one that the case knows under this name."""
        known = self._known_ids(name)
        if known and self.random.random() < 0.8:
            return self.random.choice(known)
        return self.random.choice(("smp1", "sma1") if name in ("to", "school") else (*KNOWN_PEOPLE, " "))

    def _known_ids(self, name: str) -> list[str]:
        case = self.case
        commitments = [each.commitment for activity in case.activities.values() for each in open_commitments(activity)]
        waiting = case.ledger.to_tell or {}
        known: Mapping[str, list[str]] = {
            "activity": [*case.activities, fresh("activity")], "referral": [*case.referrals.by_id], "goal": [each.goal for each in case.handling.goals],
            "commitment": commitments, "glass": [*case.handling.broken], "correction": [*waiting],
            "disclosure": [each for _, disclosures in waiting.values() for each in sorted(disclosures)],
            "person": [*case.conflicts.waiting], "accused": [*(case.conflicts.judged or {}), *case.named],
            "student": [STUDENT], "guardian": [MOTHER, FATHER, "uncle"], "into": ["case-1", "case-2"], "other": ["case-1", "case-2"],
        }  # fmt: skip
        return known.get(name, [])

    # what a person could rightly say ------------------------------------------------------------------------------

    def rightly(self, found: Possible) -> Command | None:
        """What is offered, with any valid value in every field that is a person's to say."""
        special = _RIGHTLY.get(found.command)
        fields = {name: self.right_value(field.annotation, name) for name, field in self.said_of(found.command).items()}
        return self.given(found.command, {**fields, **(special(self, found) if special else {}), **self._chosen(found), **found.fields})

    def _chosen(self, found: Possible) -> dict[str, Any]:
        return {
            name: tuple(self.random.choices(values, k=2)) if get_origin(bare(found.command.model_fields[name].annotation)) is tuple
            else self.random.choice(values)
            for name, values in found.choices.items()
        }  # fmt: skip

    def right_value(self, annotation: Any, name: str) -> Any:
        """People and things are new ones, dates lie ahead, promises are kept; all else is any value."""
        kind, random = bare(annotation), self.random
        if optional(annotation) and random.random() < 0.5:
            return None
        if get_origin(kind) is tuple:
            return tuple(self.right_value(get_args(kind)[0], name) for _ in range(random.randint(2, 4)))
        if is_part(kind):
            return {field: self.right_value(each.annotation, field) for field, each in kind.model_fields.items()}
        if kind is bool:
            return name in PROMISES or random.random() < 0.5
        if kind is int:
            return random.randint(1, min(5, self.case.version))
        return fresh(name) if kind is str else self._simple(kind, timedelta(minutes=random.randint(1, 90_000)))


def _minutes(saying: Saying, found: Possible) -> dict[str, Any]:
    """Only who was there promises something."""
    people = sorted(attendees(saying.case.activities[str(found.fields["activity"])]))
    promised = [Commitment(commitment=fresh("k"), owner=each, what=words(), due=saying.asking.now) for each in people]
    return {"commitments": tuple(saying.random.sample(promised, saying.random.randint(0, len(promised))))}


def _invitees(saying: Saying, _: Possible) -> dict[str, Any]:
    """The side of an accused is invited only where no sexual violence was told of."""
    sides = ("school", "student", "outside") if saying.case.sexual_violence else ("school", "student", "outside", "accused")
    people = [Invitee(person=fresh("person"), side=saying.random.choice(sides), reason="support") for _ in range(saying.random.randint(2, 4))]
    return {"invitees": tuple(people)}


def _how_it_is_referred(saying: Saying, _: Possible) -> dict[str, Any]:
    """Where the counsellor has no authority, how it is referred can be chosen, not whether; what else can be chosen is tried as anything is."""
    return {"reason": words(), "chosen": saying.random.choice([None, *sorted(REFERS)])}


_RIGHTLY: Mapping[type[Command], Any] = {
    ConveneConference: _invitees,
    MinuteConference: _minutes,
    RecordConsent: lambda *_: {"giver": "student", "guardian": None},
    DraftReferral: lambda *_: {"ground": "legal-duty"},
    DecideReferral: _how_it_is_referred,
    TellGuardian: lambda *_: {"asks": "reading", "second": None},
    EvaluateCounselling: lambda *_: {"reason_for_early": words()},
}
"""Where one field of a body depends on another one, or on what was said before."""
