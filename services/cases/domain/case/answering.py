"""What whoever has a case writes back to a reporter, who reads it with the receipt and may write again (domain.md, Intake)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from services.cases.domain.case.opening import whose
from services.cases.domain.case.paper import on_paper
from services.cases.domain.case.state import Case
from services.cases.domain.steps.command import Command
from services.cases.domain.steps.filled import Filled
from services.cases.domain.steps.offer import Around, Known, Offer, offered
from services.cases.domain.steps.tells import Tells, counted
from shared.errors import Refused
from shared.events import ReporterAnswered
from shared.message import Event
from shared.sealed import ConcernText

# commands ----------------------------------------------------------------------------------------------------------


class AnswerReporter(Command, called="answer-reporter", permission="work", adds=True):
    """Words to whoever reported a concern. concern: which one. They reach nobody but the holder of its receipt."""

    answer: Annotated[str, Filled("fresh-id", "answer")]
    concern: str
    text: ConcernText


# decide ------------------------------------------------------------------------------------------------------------


class NotOfThisCase(Refused):
    code = "not-of-this-case"
    indonesian = "Laporan ini bukan bagian dari kasus ini."
    english = "This concern is not one of the case."


def answer(command: AnswerReporter, case: Case) -> Sequence[Event]:
    """The words, once; also after the end, when the reporter still reads."""
    if command.concern not in case.concerns or on_paper(command.concern):
        raise NotOfThisCase
    if any(each.said.answer == command.answer for each in case.additions.answers):
        return []
    said = {name: getattr(command, name) for name in ("concern", "answer", "text", "by", "at")}
    return [ReporterAnswered(**whose(case), **said)]


def _concerns(case: Case, _: Around) -> Iterable[Known]:
    return [Known({"concern": each}) for each in case.concerns if not on_paper(each)]


OFFERS: Mapping[type[Command], Offer[Case]] = {AnswerReporter: offered(known=_concerns)}

TELLS: Mapping[type[Event], Tells[Any]] = {ReporterAnswered: counted()}
