"""Everything that can be done in this service, composed from its strategies once, when it starts. Whoever walks strategies is given this."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from services.cases.domain import without_case
from services.cases.domain.case.case import Deciding, commands_of, compose, deciding
from services.cases.domain.case.chapter import THE_CASE_ITSELF
from services.cases.domain.case.state import Case
from services.cases.domain.register import STRATEGIES
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.strategy import StandingAlone, Strategy
from services.cases.domain.steps.tells import Counts, Described, Tells
from services.cases.domain.strategies.group import GROUP_STEPS
from services.cases.domain.strategies.group_steps import FormGroup
from services.cases.domain.without_case import AloneCommand, AloneEvent, WithoutCase
from shared.decider import Decider
from shared.errors import StartRefused
from shared.message import Event, Fact
from shared.sealed import Sealed


@dataclass(frozen=True, slots=True, eq=False)
class Casework:
    """chapters: every strategy, and the case itself. case, without_case: the decision units. commands: everything that can be done with a case.

    alone: the strategies that may stand without a case. deciding: what the case decides with.
    """

    chapters: tuple[Described, ...]
    case: Decider[Fact, Case, Event]
    deciding: Deciding
    commands: tuple[type[Command], ...]
    without_case: Decider[AloneCommand, WithoutCase, AloneEvent]
    alone: tuple[StandingAlone, ...]

    @property
    def beside_cases(self) -> tuple[type[Command], ...]:
        """Everything that can be done with groups and with activities that stand without a case."""
        return (FormGroup, *GROUP_STEPS, *(step.command for strategy in self.alone for step in strategy.steps))

    @property
    def counts(self) -> Mapping[str, Counts]:
        """What the reports keep, by event type."""
        return {type_of(event): each.counts for event, each in _told(self.chapters) if each.counts}

    @property
    def asked(self) -> frozenset[str]:
        """The codes of what is expected of people whom an activity's audience names."""
        return frozenset(code for each in self.chapters if isinstance(each, Strategy) for code in each.asked)


def casework(strategies: Sequence[Described] = STRATEGIES) -> Casework:
    """Raises: StartRefused: two of the strategies use the same name, or one says something of an event that cannot be."""
    chapters, case = (THE_CASE_ITSELF, *strategies), compose(*strategies)
    faults = [*_doubled(chapters), *_uncountable(chapters), *_undocumented(chapters), *_unexpected(chapters), *_untold(case, chapters)]
    if faults:
        raise StartRefused("the strategies do not fit together: " + "; ".join(faults))
    return Casework(chapters, case, deciding(*strategies), commands_of(strategies), without_case.compose(*strategies), without_case.alone(strategies))


def type_of(event: type[Event]) -> str:
    """The type under which events of this class are stored."""
    found: str = event.model_fields["type"].default
    return found


# whether it is sound -----------------------------------------------------------------------------------------------


def _doubled(chapters: Sequence[Described]) -> Iterator[str]:
    names = {
        "name": [each.name for each in chapters],
        "event type": [type_of(event) for event, _ in _told(chapters)],
        "deadline code": [code for each in chapters for code in each.awaits],
        "document": [document.name for each in chapters for document in each.documents],
        "command": [step.command.called for each in chapters if isinstance(each, Strategy) for step in each.steps],
    }
    for kind, each in names.items():
        yield from (f"two have the {kind} {name}: rename one" for name in sorted({name for name in each if each.count(name) > 1}))


def _uncountable(chapters: Sequence[Described]) -> Iterator[str]:
    """Codes and numbers are counted, never words (domain.md, Reports)."""
    for event, tells in _told(chapters):
        fields, counts = event.model_fields, tells.counts or Counts()
        wrong = [name for name in counts.codes if name not in fields or _holds_words(fields[name].annotation)]
        wrong += [counts.size_of] if counts.size_of and counts.size_of not in fields else []
        yield from (f"{event.__name__} counts {name}: name a field of it that holds a code or a number" for name in wrong)


def _holds_words(annotation: object) -> bool:
    return annotation is Sealed or any(_holds_words(each) for each in get_args(annotation))


def _undocumented(chapters: Sequence[Described]) -> Iterator[str]:
    """A document is completed by an event of its own strategy."""
    for each in chapters:
        for document in each.documents:
            strange = {document.at, *document.also} - set(each.tells)
            yield from (f"the document {document.name} names {event.__name__}: name an event of {each.name}" for event in strange)


def _unexpected(chapters: Sequence[Described]) -> Iterator[str]:
    """What a strategy expects in a case, one of the steps there brings about or leads to; and no step names what nobody expects."""
    in_cases = [each for each in chapters if isinstance(each, Strategy) and not isinstance(each, StandingAlone)]
    named = {code for each in in_cases for step in each.steps for code in step.offer.meets | step.offer.towards}
    known = {code for each in chapters for code in each.awaits}
    unmet = [code for each in in_cases for code in each.awaits if code not in named]
    yield from (f"no step brings about the expected {code}: name it in the offer of the step that does" for code in unmet)
    yield from (f"a step brings about {code}, which nobody expects: name a code of what some strategy awaits" for code in sorted(named - known))


def _untold(case: Decider[Fact, Case, Event], chapters: Sequence[Described]) -> Iterator[str]:
    """Whatever may stand in a case has a chapter, and so words and readers."""
    untold = case.codec.types.keys() - {type_of(event) for event, _ in _told(chapters)}
    yield from (f"no chapter tells of {name}: add it to the strategies, or to what the case itself tells" for name in sorted(untold))


def _told(chapters: Sequence[Described]) -> Iterator[tuple[type[Event], Tells[Any]]]:
    return (told for each in chapters for told in each.tells.items())


CASEWORK = casework()
"""With the strategies of the register."""
