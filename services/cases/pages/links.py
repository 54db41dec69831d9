"""What may be done next, as links to the forms: from the very list that the decider gave, so that a page repeats no rule (people page, rule 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from services.cases.commands.next_steps import NextStep
from services.cases.domain.casework import Casework
from services.cases.domain.referring.referral.drafting import DraftReferral
from services.cases.domain.steps.activity import BeginActivity
from services.cases.forms.wording import Form
from shared.pages import Text

_SUBJECTS = ("activity", "referral", "concern")
ARRANGED: Mapping[str, str] = {"draft-referral": "rujuk"}
"""Steps that begin on pages arranged by hand: where those stand under the case (ADR 44)."""

_THINGS = ("guardian", "person", "accused", "student", "goal", "commitment", "disclosure", "glass", "reveal")
"""Fields that tell two steps of one name apart."""


@dataclass(frozen=True, slots=True)
class Link:
    """One step. about: which of several things it is about, where the page can name it. subject: the activity, referral or concern. due: when it is
    expected, in ISO 8601; empty where nobody waits for it. begins: a new activity or referral.
    """

    called: str
    text: Text
    about: str
    address: str
    subject: str
    begins: bool
    due: str
    overdue: bool


@dataclass(frozen=True, slots=True)
class Linking:
    """forms: by the name of their command. beginning: names of the commands that begin an activity or a referral."""

    forms: Mapping[str, Form]
    beginning: frozenset[str]

    def links(self, case_id: str, steps: Sequence[NextStep], names: Mapping[str, str], reason: str | None) -> list[Link]:
        """Every step, in the order of the list. names: of what a step may be about. reason: why the person reads the case, if they said so."""
        return [self._link(case_id, each, names, reason) for each in steps]

    def _link(self, case_id: str, step: NextStep, names: Mapping[str, str], reason: str | None) -> Link:
        fields = {name: str(value) for name, value in step.fields.items()}
        place = ARRANGED.get(step.called, f"langkah/{step.called}")
        query = urlencode(fields | ({"alasan": reason} if reason else {}))
        return Link(
            called=step.called,
            text=self.forms[step.called].title,
            about=next((names[fields[each]] for each in _THINGS if fields.get(each) in names), ""),
            address=f"/cases/cases/{case_id}/{place}" + (f"?{query}" if query else ""),
            subject=next((fields[each] for each in _SUBJECTS if each in fields), ""),
            begins=step.called in self.beginning,
            due=step.expected[0].due.isoformat() if step.expected else "",
            overdue=any(each.overdue for each in step.expected),
        )


def linking_of(work: Casework, forms: Mapping[str, Form]) -> Linking:
    """forms: by the name of their command."""
    beginning = {each.called for each in work.commands if issubclass(each, BeginActivity)}
    return Linking(forms, frozenset({*beginning, DraftReferral.called}))
