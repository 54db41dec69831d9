"""A referral as Task and ServiceRequest. What names the child is a pseudonym of the receiving agency; where it comes from is the district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.notifications.domain.task import TASK
from services.notifications.domain.task.events import TaskQuestionAnswered, TaskRequested
from services.notifications.domain.task.state import Task
from services.notifications.fhir.ids import Pseudonyms, fhir_id
from services.notifications.partners.answering import stream_of
from shared.decider import folded
from shared.events import TaskMoved
from shared.eventstore.store import EventStore
from shared.message import Recorded

DISTRICT = "district"
BUSINESS_STATUS = "http://hl7.org/fhir/us/bser/CodeSystem/TaskBusinessStatusCS"
_TASK_CODE = "http://hl7.org/fhir/CodeSystem/task-code"
_SNOMED = "http://snomed.info/sct"
_TAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"

STATUSES: Mapping[str, str] = {"received": "requested"}
"""SDOH Clinical Care leaves `received` out: that an agency looked is the school's to know."""

_REQUEST: Mapping[str, str] = {
    "completed": "completed",
    "rejected": "revoked",
    "cancelled": "revoked",
    "failed": "revoked",
    "entered-in-error": "entered-in-error",
}
"""ServiceRequest.status by the task's; any other is `active`."""


@dataclass(frozen=True, slots=True)
class Told:
    """A task with when it was asked for and when it moved last."""

    task: Task
    requested: TaskRequested
    authored_at: datetime
    moved_at: datetime

    @property
    def version(self) -> int:
        """Counts what the task shows: looks and tries do not change it."""
        return self.task.moved + 1

    @property
    def status(self) -> str:
        """Task.status."""
        state = self.task.state.partition("/")[0]
        return STATUSES.get(state, state)


async def told(store: EventStore, task_id: str) -> Told | None:
    """None where there is no such task. Raises: Unavailable."""
    events = await store.read_stream(stream_of(task_id))
    task = folded(TASK, stream_of(task_id), events).state
    if task.requested is None:
        return None
    moved = [event.recorded_at for event in events if _shows(event)]
    return Told(task, task.requested, moved[0], moved[-1])


def _shows(event: Recorded) -> bool:
    """Whether the Task shows something else since this event: a look is the school's to know."""
    told = TASK.codec.decode(event)
    return isinstance(told, (TaskRequested, TaskQuestionAnswered)) or (isinstance(told, TaskMoved) and told.trigger != "fetch")


@dataclass(frozen=True, slots=True)
class Resources:
    """Writes tasks as resources. origin: where the district answers, the namespace of its own codes."""

    pseudonyms: Pseudonyms
    origin: str

    async def task(self, told: Told, school_said: Sequence[str] = ()) -> dict[str, Any]:
        """school_said: to what the agency asked, where one Task is read and not many. Raises: NotAllowed: the agency was erased. Unavailable."""
        requested = told.requested
        resource: dict[str, Any] = {
            "resourceType": "Task",
            "id": requested.task,
            "meta": _meta(told),
            "contained": [await self._patient(requested)],
            "identifier": [
                {
                    "type": _code("http://terminology.hl7.org/CodeSystem/v2-0203", "PLAC"),
                    "system": f"{self.origin}/fhir/id/task",
                    "value": requested.task,
                }
            ],
            "status": told.status,
            "businessStatus": _code(BUSINESS_STATUS, told.task.business_status),
            "intent": "order",
            "priority": requested.priority,
            "code": _code(_TASK_CODE, "fulfill", "Fulfill the focal request"),
            "focus": {"reference": f"ServiceRequest/{requested.task}"},
            "for": {"reference": "#subject"},
            "authoredOn": _instant(told.authored_at),
            "lastModified": _instant(told.moved_at),
            "requester": {"reference": f"Organization/{DISTRICT}"},
            "owner": {"reference": f"Organization/{fhir_id(requested.agency)}"},
            "restriction": {"period": {"end": _instant(requested.respond_by)}},
        }
        notes = [{"authorReference": {"reference": f"Organization/{DISTRICT}"}, "text": each} for each in school_said]
        return resource | self._reason(told) | ({"note": notes} if notes else {})

    def _reason(self, told: Told) -> dict[str, Any]:
        if told.task.reason is None:
            return {}
        return {
            "statusReason": {
                "coding": [{"system": f"{self.origin}/fhir/CodeSystem/decline-reason", "code": told.task.reason}],
                "text": told.task.reason,
            }
        }

    async def request(self, told: Told, package: str | None, *, whole: bool) -> dict[str, Any]:
        """package: what is disclosed, for whoever may read it now. whole: not only what a search shows."""
        requested = told.requested
        resource: dict[str, Any] = {
            "resourceType": "ServiceRequest",
            "id": requested.task,
            "meta": _meta(told) if whole else _meta(told) | {"tag": [{"system": _TAGS, "code": "SUBSETTED"}]},
            "contained": [await self._patient(requested)],
            "status": _REQUEST.get(told.task.state, "active"),
            "intent": "order",
            "category": [_code(_SNOMED, "410606002", "Social service procedure")],
            "priority": requested.priority,
            "code": _code(_SNOMED, "3457005", "Patient referral"),
            "subject": {"reference": "#subject"},
            "authoredOn": _instant(told.authored_at),
            "requester": {"reference": f"Organization/{DISTRICT}"},
            "performer": [{"reference": f"Organization/{fhir_id(requested.agency)}"}],
        }
        return resource | ({"note": [{"text": package}]} if package else {})

    async def _patient(self, requested: TaskRequested) -> dict[str, Any]:
        """Nothing but a pseudonym; who it is stands in the package."""
        whom = requested.student or f"case-{requested.case}"
        value = await self.pseudonyms.of(requested.agency, "student", whom)
        return {"resourceType": "Patient", "id": "subject", "identifier": [{"system": f"{self.origin}/fhir/id/pseudonym", "value": value}]}


def _meta(told: Told) -> dict[str, Any]:
    return {"versionId": str(told.version), "lastUpdated": _instant(told.moved_at)}


def _code(system: str, code: str, display: str = "") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} | ({"display": display} if display else {})]}


def _instant(at: datetime) -> str:
    """RFC 3339 with milliseconds, as FHIR's `instant` wants it."""
    return at.isoformat(timespec="milliseconds")
