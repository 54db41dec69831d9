"""A form as its page shows it: each question with what was typed, what may be chosen, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.cases.commands.next_steps import WithheldValue
from services.cases.domain.case.state import Case
from services.cases.domain.steps.offer import Value
from services.cases.forms.choosing import Choosing
from services.cases.forms.faults import Faulty
from services.cases.forms.fields import Widget
from services.cases.forms.filling import Typed, rows_typed
from services.cases.forms.going_on import Option
from services.cases.forms.wording import Form, Pair, Question
from services.cases.rights import ReadingReason
from shared.access import Principal
from shared.pages import Text

_GIVEN_TO = ("to", "deputy")
"""Fields that name who goes on with something."""

_EMPTY_ROWS = 2
"""Rows beyond those that are filled in."""

_BY_NAME: frozenset[Widget] = frozenset({"person", "school", "agency", "group", "case", "entry"})

_YES_NO: Mapping[str, Pair] = {"yes": ("Ya", "Yes"), "no": ("Tidak", "No")}


@dataclass(frozen=True, slots=True)
class Shown:
    """One field of the page. name: in the form. value, values: as typed. options: what is sent, with what is shown. rows: of a field with rows.

    withheld: what cannot be chosen now, with the reason that these have in common.
    """

    name: str
    widget: Widget
    label: Text
    hint: Text | None
    required: bool
    value: str
    values: Sequence[str]
    options: Sequence[tuple[str, Text]]
    error: Text | None
    rows: Sequence[Sequence[Shown]] = ()
    one: Text | None = None
    withheld: Sequence[tuple[Sequence[Text], Text]] = ()

    @property
    def nothing_to_choose(self) -> bool:
        """It has to be chosen by name, and nobody and nothing is there."""
        return self.required and self.widget in _BY_NAME and not self.options


@dataclass(frozen=True, slots=True)
class Showing:
    """Shows forms about one case. reader: whoever fills them in.

    offered: the values that a field takes now, where it does not take all of its type. withheld: those that it does not take, and why.
    reason: why the reader reads the case, if they said so. known: options by the name of their field, where whoever shows the form knows them.
    holder: whose the case or the activity is, to whom it is not given once more.
    """

    choosing: Choosing
    case: Case
    reader: Principal
    offered: Mapping[str, Sequence[Value]]
    withheld: Sequence[WithheldValue] = ()
    reason: ReadingReason | None = None
    known: Mapping[str, Sequence[Option]] = field(default_factory=dict)
    holder: str | None = None

    async def form(self, form: Form, fixed: Mapping[str, object], typed: Typed, errors: Faulty) -> list[Shown]:
        """Every question that a person answers. fixed: what the case itself says."""
        return await self.questions([each for each in form.questions if each.name not in fixed], typed, errors)

    async def questions(self, asked: Sequence[Question], typed: Typed, errors: Faulty) -> list[Shown]:
        """These questions."""
        return [await self._question(each, each.name, typed, errors) for each in asked]

    async def _question(self, question: Question, name: str, typed: Typed, errors: Faulty) -> Shown:
        rows = [await self._row(question, f"{name}-{number}", typed, errors) for number in _numbers(question, typed)]
        values = typed.get(name, ())
        return Shown(
            name, self._widget(question), question.label, question.hint, question.field.required, values[0] if values else "", values,
            await self._options(question), errors.get(name), rows, question.one, self._withheld(question),
        )  # fmt: skip

    async def _row(self, question: Question, name: str, typed: Typed, errors: Faulty) -> list[Shown]:
        asked = [each for each in question.rows if each.field.widget != "made"]
        return [await self._question(each, f"{name}-{each.name}", typed, errors) for each in asked]

    def _widget(self, question: Question) -> Widget:
        """What has options is chosen."""
        field = question.field
        return "choice" if field.name in self.offered and field.widget not in ("several", "yes-no") else field.widget

    def _withheld(self, question: Question) -> list[tuple[list[Text], Text]]:
        """Values with words of their own, by the rule that refuses them."""
        found: dict[Pair, list[Text]] = {}
        for each in self.withheld:
            said = (question.options or {}).get(str(each.value)) if each.field == question.name else None
            if said:
                found.setdefault((each.indonesian, each.english), []).append(said)
        return [(values, why) for why, values in found.items()]

    async def _options(self, question: Question) -> list[tuple[str, Text]]:
        if question.name in self.known:
            return list(self.known[question.name])
        offered = self.offered.get(question.name)
        known: Mapping[str, Text] = question.options or (_YES_NO if question.field.widget == "yes-no" else {})
        if offered is None or question.field.widget == "yes-no":
            return list(known.items()) or await self._found(question)
        codes = [str(each) for each in offered]
        if all(code in known for code in codes):
            return [(code, known[code]) for code in codes]
        names = await self.choosing.names(codes)
        return [(code, names.get(code, code)) for code in codes]

    async def _found(self, question: Question) -> list[tuple[str, Text]]:
        """What is found by name."""
        found = await self.choosing.of(question, self.case, self.reader, self.reason)
        return [each for each in found if not (question.name in _GIVEN_TO and each[0] == self.holder)]


def _numbers(question: Question, typed: Typed) -> range:
    """The rows that are shown: all up to the last one that is filled in, and some that are empty."""
    if not question.rows:
        return range(0)
    return range(max(rows_typed(question, typed), default=-1) + 1 + _EMPTY_ROWS)
