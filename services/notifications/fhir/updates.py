"""What a client of FHIR changes on a Task, read as an answer of the agency: status, business status, reason and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.notifications.domain.task.table import TABLE, DeclineReason
from services.notifications.fhir.tasks import BUSINESS_STATUS, DISTRICT, Told
from services.notifications.partners.answering import Said
from services.notifications.partners.wording import REASONS
from shared.errors import Fault, Invalid, Malformed
from shared.typed import AS_TYPED, When

_Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), AS_TYPED]
_MOST = 50


class _Part(BaseModel):
    """Elements that we do not know are passed over: a client may send extensions of its own."""

    model_config = ConfigDict(extra="ignore", strict=True)


class _Coding(_Part):
    system: str | None = None
    code: str | None = None


class _Concept(_Part):
    coding: list[_Coding] = Field(default=[], max_length=_MOST)
    text: _Words | None = None


class _Period(_Part):
    start: Annotated[When, Field(strict=False)] | None = None


class _Reference(_Part):
    reference: str | None = None
    display: _Words | None = None


class _Note(_Part):
    """authorReference: the district's, where a client sends back what it read of us."""

    text: _Words
    authorReference: _Reference | None = None  # noqa: N815 - FHIR's own name

    @property
    def words(self) -> str:
        """What the agency itself says."""
        ours = self.authorReference is not None and self.authorReference.reference == f"Organization/{DISTRICT}"
        return "" if ours else self.text


class _Output(_Part):
    valueString: _Words | None = None  # noqa: N815 - FHIR's own name
    valueMarkdown: _Words | None = None  # noqa: N815 - FHIR's own name
    valueReference: _Reference | None = None  # noqa: N815 - FHIR's own name

    @property
    def words(self) -> str:
        return self.valueString or self.valueMarkdown or (self.valueReference.display if self.valueReference else None) or ""


Status = Literal[
    "draft",
    "requested",
    "received",
    "accepted",
    "rejected",
    "ready",
    "cancelled",
    "in-progress",
    "on-hold",
    "failed",
    "completed",
    "entered-in-error",
]


class TaskSent(_Part):
    """A Task as a client sends it, as far as it can change ours."""

    resourceType: Literal["Task"]  # noqa: N815 - FHIR's own name
    id: str
    status: Status
    intent: str
    businessStatus: _Concept | None = None  # noqa: N815 - FHIR's own name
    statusReason: _Concept | None = None  # noqa: N815 - FHIR's own name
    note: list[_Note] = Field(default=[], max_length=_MOST)
    output: list[_Output] = Field(default=[], max_length=_MOST)
    executionPeriod: _Period | None = None  # noqa: N815 - FHIR's own name

    @property
    def words(self) -> str | None:
        """Everything that the agency says in words."""
        reason = self.statusReason.text if self.statusReason else None
        said = [reason or "", *(note.words for note in self.note), *(each.words for each in self.output)]
        return "\n\n".join(each for each in said if each) or None

    @property
    def reason(self) -> DeclineReason | None:
        codes = {each.code for each in self.statusReason.coding} if self.statusReason else set()
        return next((each for each in REASONS if each in codes), None)

    @property
    def business_status(self) -> str | None:
        """BSeR's code, where one is sent."""
        found = self.businessStatus.coding if self.businessStatus else []
        return next((each.code for each in found if each.system in (BUSINESS_STATUS, None)), None)


def parsed(body: bytes) -> object:
    """The JSON of a body. Raises: Malformed."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(Fault("", "json-invalid")) from error


def task_sent(body: bytes, task_id: str) -> TaskSent:
    """Raises: Malformed: no JSON, no Task, or of another id. Invalid: an element that cannot be read."""
    read = parsed(body)
    if not isinstance(read, dict) or read.get("resourceType") != "Task":
        raise Malformed(Fault("/resourceType", "not-a-task"))
    if read.get("id") != task_id:
        raise Malformed(Fault("/id", "another-id"))
    try:
        return TaskSent.model_validate(read)
    except ValidationError as error:
        raise Invalid(*(Fault("/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False))) from error


_BY_STATUS: Mapping[str, Sequence[str]] = {
    "accepted": ("resume", "accept", "interim-note"),
    "rejected": ("decline",),
    "on-hold": ("hold",),
    "completed": ("outcome",),
    "failed": ("fail",),
    "cancelled": ("confirm-cancel",),
    "requested": ("ask",),
    "received": ("ask",),
}
_BY_STEP: Mapping[str, Sequence[str]] = {
    "5.1.1": ("schedule", "reschedule"),
    "5.1.2": ("no-show",),
    "5.1.3": ("appointment-cancel",),
    "5.1.4": ("interim-note",),
}
"""What `in-progress` means, by BSeR's business status."""


def said(sent: TaskSent, known: Told) -> Said | None:
    """The agency's answer; None where nothing is new. Raises: Invalid: no status that an agency gives."""
    trigger = _trigger(sent, known)
    if trigger is None:
        return None
    reason = (sent.reason or ("other" if sent.words else None)) if trigger == "decline" else None
    at = sent.executionPeriod.start if sent.executionPeriod and trigger in ("schedule", "reschedule") else None
    return Said(trigger, reason=reason, words=sent.words, at=at)


def _trigger(sent: TaskSent, known: Told) -> str | None:
    same = sent.status in (known.status, known.task.state) and sent.business_status in (None, known.task.business_status)
    if same and not sent.words and not _has_time(sent):
        return None
    triggers = _BY_STEP[_step(sent)] if sent.status == "in-progress" else _BY_STATUS.get(sent.status, ())
    if not triggers:
        raise Invalid(Fault("/status", "not-yours-to-give"))
    return next((each for each in triggers if (known.task.state, "R", each) in TABLE), triggers[-1])


def _step(sent: TaskSent) -> str:
    """A client that says no step makes an appointment where it names a time, else it sends an interim note."""
    told = sent.business_status
    return told if told is not None and told in _BY_STEP else ("5.1.1" if _has_time(sent) else "5.1.4")


def _has_time(sent: TaskSent) -> bool:
    return sent.executionPeriod is not None and sent.executionPeriod.start is not None
