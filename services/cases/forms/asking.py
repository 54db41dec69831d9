"""What a request says of a form: which step, about what, where it is sent and where its draft is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args
from urllib.parse import quote, urlencode

from fastapi import Request

from services.cases.commands.next_steps import NextStep
from services.cases.forms.wording import Form
from services.cases.rights import ReadingReason

WHY_READ = "alasan"
"""In the address: why the person reads the case, where they had to say so. `reason` there would be a field of the form."""


def reading_reason(request: Request) -> ReadingReason | None:
    """Why the person reads the case, as the address says it."""
    return next((each for each in get_args(ReadingReason) if each == request.query_params.get(WHY_READ)), None)


@dataclass(frozen=True, slots=True)
class Where:
    """The addresses of one form. query: what the step is about, and why the case is read."""

    case_id: str
    called: str
    query: str

    @property
    def form(self) -> str:
        return self._with("")

    @property
    def draft(self) -> str:
        return self._with("/konsep")

    def _with(self, end: str) -> str:
        return f"/cases/cases/{quote(self.case_id)}/langkah/{quote(self.called)}{end}" + (f"?{self.query}" if self.query else "")


def where(request: Request, case_id: str, called: str) -> Where:
    """Of the form that this request is about."""
    return Where(case_id, called, urlencode(request.query_params.multi_items()))


def fixed_by(form: Form, request: Request) -> dict[str, str]:
    """What the address says of the body: the thing that the step is about."""
    known = {each.name for each in form.questions}
    return {name: value for name, value in request.query_params.items() if name in known}


def is_about(step: NextStep, fixed: Mapping[str, str]) -> bool:
    """Whether the step is about what the address names."""
    return all(str(value) == fixed.get(name) for name, value in step.fields.items())
