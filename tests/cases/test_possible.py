"""What is possible next is what is accepted: a law in both directions, over random histories and at the right moment of every command."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.commands.naming import named_in
from services.cases.commands.possible import Asking, Possible, possible
from services.cases.commands.routes import GIVEN
from services.cases.domain.case.case import CASE
from services.cases.domain.case.state import Case
from services.cases.domain.case.strands import Acknowledge, Assign, Close, Reopen
from services.cases.domain.casework import CASEWORK
from services.cases.domain.offers import candidates
from services.cases.domain.steps.activity import ActivityCommand
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.deadline import PassDeadline
from services.cases.domain.strategies.counselling import EvaluateCounselling
from services.cases.rights import require_right
from shared.access import Permissions, Principal
from shared.errors import NotFound, Refused
from shared.message import Fact
from tests.cases.anything import Saying
from tests.cases.people import (
    COORDINATOR,
    COUNSELLOR,
    FATHER,
    MOTHER,
    OFFICER,
    OTHER,
    POLICY,
    PRINCIPAL,
    TEACHER,
    after,
    handled,
    later,
    step,
    take,
    words,
)
from tests.cases.scenarios import SCENARIOS, asked, assess, first, held, laiseg, plan, safe, silent, timed
from tests.cases.test_laws import CONCERNS, walked
from tests.cases.test_other_commands import ROWS
from tests.keys import somebody

PERMISSIONS = Permissions()
PEOPLE = [
    somebody(person, roles.split(), {school} if school else ())
    for person, roles, school in (
        (COUNSELLOR, "counsellor", "smp1"), (OTHER, "counsellor", "smp1"), (COORDINATOR, "coordinator counsellor", "smp1"),
        (PRINCIPAL, "principal", "smp1"), (TEACHER, "subject-teacher", "smp1"), ("homeroom", "homeroom", "smp1"), ("stranger", "counsellor", "sma1"),
        ("there", "principal", "sma1"), (OFFICER, "district-officer", ""), ("pengawas", "supervisor", ""), ("duty", "district-duty", ""),
        ("auditor", "auditor", ""), (FATHER, "guardian", ""),
    )
]  # fmt: skip
TURNS = 8
"""Random commands of each kind that each person tries on each case."""


# cases -------------------------------------------------------------------------------------------------------------

_IDS = {"a-1", "r-1", "r-2"}
_ACTS = {command.act for scenario in SCENARIOS.values() for command in (*scenario.given, scenario.when) if isinstance(command, Command)}


def again(command: Fact, number: int) -> Fact:
    """The same command about another activity or referral, as an act of its own."""
    said = {name: getattr(command, name) for name in type(command).model_fields}
    return command.model_copy(update={name: f"{value}/{number}" for name, value in said.items() if str(value) in _IDS | _ACTS})


def one_after_the_other(chapters: Sequence[Sequence[Fact]]) -> list[Fact]:
    """A history in which each chapter has an activity or a referral of its own."""
    return [take(), *(again(command, number) for number, chapter in enumerate(chapters) for command in chapter)]


ALONE: list[Fact] = [
    *(take(concern) for concern in CONCERNS), step(Acknowledge, by=COUNSELLOR), step(Acknowledge, by=OTHER), step(Assign, to=COUNSELLOR),
    step(Assign, to=OTHER), step(Close, outcome_class="helped", task_reviewed=words()), step(Reopen, text=words()),
]  # fmt: skip
CHAPTERS: list[list[Fact]] = [
    *([*scenario.given, *then] for scenario in SCENARIOS.values() for then in ([], [scenario.when])), *([each] for each in ALONE),
]  # fmt: skip
"""What may happen in a case: each scenario up to its right moment, and beyond; and what stands in no scenario."""

HISTORIES = st.lists(st.sampled_from(CHAPTERS), min_size=2, max_size=14).map(one_after_the_other)


def last(history: Sequence[Fact]) -> Case:
    """The case after a history; what is refused in it did not happen."""
    return [CASE.initial, *(case for _, _, _, case in walked(history))][-1]


def passed(case: Case) -> Case:
    """The case when every deadline that it has has passed, and the next above have heard of it."""
    for each in list(case.deadlines.values()):
        case = CASE.fold(CASE.decide(PassDeadline(key=each.key, due=each.due, now=each.due), case), case)
    return case


IN_SCENARIOS = [(scenario.case, scenario.when) for scenario in SCENARIOS.values()]
IN_ROWS: list[tuple[Case, Fact]] = [(last(row[1]), row[2]) for row in ROWS if row[0] is CASE]  # type: ignore[arg-type] # rows of several deciders
MOMENTS = {type(when): (case, when) for case, when in (*IN_SCENARIOS, *IN_ROWS) if isinstance(when, Command)}
"""Each command of a case, and a case at the right moment for it."""


# the law -----------------------------------------------------------------------------------------------------------


@dataclass
class Law:
    """Every sample of one run. samples: by outcome. offered, accepted: by the name of the command."""

    samples: Counter = field(default_factory=Counter)
    offered: Counter = field(default_factory=Counter)
    accepted: Counter = field(default_factory=Counter)

    def holds(self, case: Case, asking: Asking, random: Random) -> None:
        """Both directions for one person on one case."""
        saying, found = Saying(random, asking, case), looked_ahead(asking, case)
        for each in found:
            self._is_accepted(each, saying.rightly(each), asking, case)
        tried = [saying.anything(random.choice(GIVEN)) for _ in range(TURNS)] + [saying.aimed() for _ in range(2 * TURNS)]
        for command in (*tried, *(saying.otherwise(each) for each in random.sample(found, min(TURNS, len(found))))):
            self._was_offered(command, found, asking, case)

    def _is_accepted(self, found: Possible, command: Command | None, asking: Asking, case: Case) -> None:
        assert command is not None and is_accepted(command, asking, case), f"offered, but not accepted: {asking.principal.id}, {found}, {command!r}"
        self.samples["offered"] += 1
        self.offered[command.called] += 1

    def _was_offered(self, command: Command | None, found: Sequence[Possible], asking: Asking, case: Case) -> None:
        if command is None or not is_accepted(command, asking, case):
            self.samples["refused"] += 1
            return
        assert any(covers(each, command) for each in found), f"accepted, but not offered: {asking.principal.id}, {command!r}"
        self.samples["accepted"] += 1
        self.accepted[command.called] += 1


def asked_by(principal: Principal, days: int = 0, guardians: Sequence[str] = (MOTHER, FATHER)) -> Asking:
    return Asking(CASEWORK, principal, PERMISSIONS, later(days=days), POLICY, guardians)


def looked_ahead(asking: Asking, case: Case) -> list[Possible]:
    """Nothing for whoever may not know of the case."""
    try:
        return possible(asking, case)
    except (NotFound, Refused):
        return []


def is_accepted(command: Command, asking: Asking, case: Case) -> bool:
    """As the road of commands has it: the right, who is named in it, the decider; something happens."""
    try:
        activity = command.activity if isinstance(command, ActivityCommand) else None
        require_right(asking.principal, case, PERMISSIONS.command(command.permission), activity, asking.now)
        named = named_in(type(command), command.model_dump(mode="json"))
        return all(each.person in asking.guardians for each in named if each.names.kind == "guardian") and bool(CASE.decide(command, case))
    except (NotFound, Refused):
        return False


def covers(found: Possible, command: Command) -> bool:
    """The offer is of this very command, about the same things, with what was chosen."""
    if found.command is not type(command) or any(getattr(command, name) != value for name, value in found.fields.items()):
        return False
    chosen = [(getattr(command, name), values) for name, values in found.choices.items()]
    return all(set(value) <= set(values) if isinstance(value, tuple) else value in values for value, values in chosen)


@pytest.mark.long
def test_what_is_offered_is_accepted_and_what_is_accepted_was_offered():
    """At least 20,000 samples of a person, a state and a command: each person tries on each case what is offered to them, and anything else."""
    law = Law()

    @settings(max_examples=60)
    @given(HISTORIES, st.integers(0, 10**9), st.booleans(), st.sampled_from([(), (MOTHER,), (MOTHER, FATHER)]))
    def over(history, seed, late, guardians):
        case = passed(last(history)) if late else last(history)
        for principal in PEOPLE:
            law.holds(case, asked_by(principal, seed % 9, guardians), Random(seed))

    over()
    for case, _ in MOMENTS.values():
        for number, principal in enumerate(PEOPLE):
            law.holds(passed(case), asked_by(principal), Random(number))
    print(f"possible = accepted over {law.samples.total():,} samples: {dict(law.samples)}")
    assert law.samples.total() >= 20_000, law.samples
    assert min(law.samples["offered"], law.samples["accepted"], law.samples["refused"]) >= 5_000, law.samples
    assert set(law.offered) == {command.called for command in GIVEN}
    assert len(law.accepted) >= 0.9 * len(GIVEN), sorted(set(law.offered) - set(law.accepted))


# one case after the other ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", GIVEN, ids=lambda each: each.called)
def test_at_its_right_moment_every_command_is_offered(command):
    case, when = MOMENTS[command]
    (person,) = (each for each in PEOPLE if each.id == when.by)
    assert [each for each in looked_ahead(asked_by(person), passed(case)) if covers(each, when)] != []


def test_what_leads_to_an_expected_thing_is_expected_until_something_brings_it_about():
    for history, wanted in (([], {"assess-case"}), ([assess], {"plan-case"})):
        found = looked_ahead(asked_by(PEOPLE[0]), handled(*history))
        assert {each.command.called for each in found if "plan" in {deadline.what for deadline in each.expected}} == wanted


def test_what_a_row_says_that_it_brings_about_is_a_code_that_is_expected():
    known = {code for chapter in CASEWORK.chapters for code in chapter.awaits}
    for case, _ in MOMENTS.values():
        assert {code for each in candidates(CASEWORK, case, (MOTHER,)) for code in each.meets | each.towards} <= known


def test_whatever_is_expected_somebody_is_offered_what_brings_it_about():
    """But for the answer of an agency, and for a case that rests in another one."""
    silences = [again(each, number) for number in range(3) for each in (first.model_copy(update={"summons": number + 1}), silent)]
    three_summonses = handled(safe, plan, *(each.model_copy(update={"activity": "a-1"}) for each in silences))
    short_term = step(EvaluateCounselling, activity="a-1", kind="laijapen", helped=True, finding=words(), reason_for_early=words())
    for case in (*(after(when, case=case) for case, when in MOMENTS.values()), three_summonses, handled(asked, timed, held, laiseg, short_term)):
        offered = {deadline.key for person in PEOPLE for each in looked_ahead(asked_by(person), case) for deadline in each.expected}
        waiting = {key for key, each in case.deadlines.items() if each.what != "referral-answer"}
        assert waiting <= offered or case.moves.merged_into, case.deadlines
