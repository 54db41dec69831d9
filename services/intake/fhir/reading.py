"""A child who is sent, read from the resources as a concern of an agency. Nobody guesses who the student is: the school's own people match them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.intake.fhir.one_child import of_others
from services.intake.fhir.parts import Priority
from services.intake.fhir.resources import Condition, Patient, ServiceRequest, Task
from services.intake.fhir.unpacking import Unpacked, led_to, parts_of
from services.intake.raising import NARRATIVE, ConcernBody, ReporterBody, StudentNamed
from shared.errors import Fault, Invalid
from shared.events import Fact as Danger

DESCRIBED = 500
DANGERS: Mapping[Priority, Mapping[Danger, bool]] = {
    "stat": {"unsafe_now": True},
    "asap": {"likely_harm_soon": True},
    "urgent": {"likely_harm_soon": True},
    "routine": {},
}
"""The answers to triage questions that follow from the sender's priority, so that nobody waits longer here than there."""

_ORDER: tuple[Priority, ...] = ("stat", "asap", "urgent", "routine")


@dataclass(frozen=True, slots=True)
class Named:
    """By what the sender calls it: the same again is the same child's referral."""

    system: str
    value: str

    @classmethod
    def read(cls, told: str) -> Named | None:
        """From `identifier=system|value`, as `If-None-Exist` and a search have it; None where it says something else."""
        name, _, token = told.lstrip("?").partition("=")
        system, bar, value = token.partition("|")
        named = cls(system, value) if bar else cls("", system)
        return named if name == "identifier" and named.value and "&" not in told else None


@dataclass(frozen=True, slots=True)
class Sent:
    """only_if_new: the sender asks that nothing is done where it is known already, under this very name."""

    named: Named
    body: ConcernBody
    only_if_new: bool


def read(unpacked: list[Unpacked]) -> Sent:
    """Raises: Invalid: each fault with its place."""
    request = _only_request(unpacked)
    tasks = parts_of(unpacked, Task)
    wanted = _wanted(unpacked)
    named = _named(request, tasks, wanted)
    child, words = _child(unpacked, request), _words(unpacked, request, tasks)
    school = next((each.target for each in (*(task.owner for task in tasks), *request.performer) if each.target), "")
    faults = _missing(named, child, words, school) + _of_tasks(unpacked, request, tasks) + of_others(unpacked, request)
    if faults or named is None:
        raise Invalid(*faults)
    priority = min((request.priority, *(each.priority for each in tasks)), key=_ORDER.index)
    body = ConcernBody(
        school=school[:100],
        students=(StudentNamed(description=child[:DESCRIBED], role="affected"),),
        kind="need",
        categories=("other",),
        narrative=words,
        facts=dict(DANGERS[priority]),
        channel="api",
        reporter=ReporterBody(kind="agency"),
    )
    return Sent(named, body, named in wanted)


def _only_request(unpacked: list[Unpacked]) -> ServiceRequest:
    found = parts_of(unpacked, ServiceRequest)
    if len(found) != 1:
        raise Invalid(Fault("/ServiceRequest", "exactly-one"))
    return found[0]


def _wanted(unpacked: list[Unpacked]) -> list[Named]:
    """Of `If-None-Exist`. What a Patient's or a Condition's says is no name of a referral: a child may be sent twice."""
    asks = [each.if_none_exist for each in unpacked if each.if_none_exist and isinstance(each.part, ServiceRequest | Task)]
    read = [Named.read(each) for each in asks]
    if None in read:
        raise Invalid(Fault("/ifNoneExist", "identifier-needed"))
    return [each for each in read if each]


def _named(request: ServiceRequest, tasks: list[Task], wanted: list[Named]) -> Named | None:
    own = [Named(each.system, each.value) for each in (*request.identifier, *(each for task in tasks for each in task.identifier)) if each.value]
    return next(iter([*own, *wanted]), None)


def _child(unpacked: list[Unpacked], request: ServiceRequest) -> str:
    """Who it is, by the Patient to which the request leads, else by what the reference itself is called."""
    patient = led_to(unpacked, request.subject.reference, Patient)
    return (patient.words if patient else "") or request.subject.display


def _words(unpacked: list[Unpacked], request: ServiceRequest, tasks: list[Task]) -> str:
    """Everything that the sender says. It begins with who the child is, however long that was."""
    reasons = [*request.words, *(each for task in tasks for each in task.words)]
    reasons += [each for condition in parts_of(unpacked, Condition) for each in condition.words]
    told = dict.fromkeys(reasons)
    return "\n\n".join([_child(unpacked, request), *told]) if told else ""


def _missing(named: Named | None, child: str, words: str, school: str) -> list[Fault]:
    faults = [] if named else [Fault("/ServiceRequest/identifier", "missing")]
    faults += [] if child else [Fault("/ServiceRequest/subject", "missing")]
    faults += [] if words else [Fault("/ServiceRequest/reasonCode", "missing")]
    faults += [] if len(words) <= NARRATIVE else [Fault("/ServiceRequest/note", "too-long")]
    return faults + ([] if school else [Fault("/ServiceRequest/performer", "missing")])


def _of_tasks(unpacked: list[Unpacked], request: ServiceRequest, tasks: list[Task]) -> list[Fault]:
    if len(tasks) > 1:
        return [Fault("/Task", "at-most-one")]
    led = [led_to(unpacked, each.focus.reference, ServiceRequest) for each in tasks]
    return [] if all(each is request for each in led) else [Fault("/Task/focus", "leads-elsewhere")]
