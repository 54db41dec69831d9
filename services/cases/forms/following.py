"""Steps that are mostly taken in one go with the step that begins their activity: both stand on one page and in one append (ADR 44)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.cases.forms.filling import Typed
from services.cases.forms.wording import Form, Question

_ELSEWHERE = frozenset({"activity", "happened_at"})
"""Said by the step before."""


@dataclass(frozen=True, slots=True)
class Following:
    """form: of the second step. fixed: what is known of its body, because it is the first of its kind."""

    form: Form
    fixed: Mapping[str, int] = field(default_factory=dict)

    @property
    def asked(self) -> tuple[Question, ...]:
        """What a person says about it."""
        return tuple(each for each in self.form.questions if each.name not in _ELSEWHERE and each.name not in self.fixed)

    def wanted(self, typed: Typed) -> bool:
        """Anything was filled in: where everything is empty, the second step is taken another day."""
        names = tuple(each.name for each in self.asked)
        return any(any(values) for name, values in typed.items() if name in names or name.startswith(tuple(f"{each}-" for each in names)))


def following_of(forms: Mapping[str, Form]) -> Mapping[str, Following]:
    """By the name of the command that begins the activity."""
    return {
        "plan-parent-meeting": Following(forms["invite-parent"], {"summons": 1}),
        "propose-conference": Following(forms["convene-conference"]),
        "plan-visit": Following(forms["notify-visit"]),
    }
