"""Takes the resources out of what was sent: a Bundle of the type transaction, or one resource that holds the others (`contained`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import orjson
from pydantic import ValidationError

from services.intake.fhir.parts import Part
from services.intake.fhir.resources import Condition, Patient, ServiceRequest, Task
from shared.errors import Fault, Invalid, Malformed

READ: dict[str, type[Part]] = {"Patient": Patient, "Condition": Condition, "ServiceRequest": ServiceRequest, "Task": Task}
PASSED_OVER = frozenset({"Organization", "Practitioner", "PractitionerRole"})
"""Who sends is known by the token. Any other kind is refused: nothing that was said is left out unseen."""

MOST = 50
T = TypeVar("T", bound=Part)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """place: `/entry/1/resource`, where it stands. names: by which references lead to it. if_none_exist: of its entry."""

    place: str
    kind: str
    names: frozenset[str]
    part: Part | None
    if_none_exist: str = ""


def parsed(body: bytes) -> dict[str, object]:
    """Raises: Malformed: no JSON object."""
    try:
        read: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(Fault("", "json-invalid")) from error
    if not isinstance(read, dict):
        raise Malformed(Fault("", "not-a-resource"))
    return read


def from_bundle(read: dict[str, object]) -> list[Unpacked]:
    """Raises: Malformed: no transaction; Invalid: an entry that cannot be taken."""
    if read.get("resourceType") != "Bundle":
        raise Malformed(Fault("/resourceType", "not-a-bundle"))
    if read.get("type") != "transaction":
        raise Invalid(Fault("/type", "not-a-transaction"))
    entries = read.get("entry")
    if not isinstance(entries, list) or not entries or len(entries) > MOST:
        raise Invalid(Fault("/entry", "one-to-fifty"))
    return [each for place, entry in enumerate(entries) for each in _entry(f"/entry/{place}", entry)]


def from_one(read: dict[str, object], kind: str, wanted: str) -> list[Unpacked]:
    """wanted: `If-None-Exist` of the request. Raises: Malformed: another kind of resource; Invalid."""
    if read.get("resourceType") != kind:
        raise Malformed(Fault("/resourceType", f"not-a-{kind}"))
    return list(_with_contained("", read, "", wanted))


def _entry(place: str, entry: object) -> Iterator[Unpacked]:
    request = entry.get("request") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(request, dict) or not isinstance(resource := entry.get("resource"), dict):
        raise Invalid(Fault(place, "resource-and-request-needed"))
    if request.get("method") != "POST":
        raise Invalid(Fault(f"{place}/request/method", "only-post"))
    wanted = request.get("ifNoneExist", "")
    url = entry.get("fullUrl", "")
    if not isinstance(wanted, str) or not isinstance(url, str):
        raise Invalid(Fault(place, "not-a-text"))
    yield from _with_contained(f"{place}/resource", resource, url, wanted)


def _with_contained(place: str, resource: dict[str, object], url: str, wanted: str) -> Iterator[Unpacked]:
    kind, name = resource.get("resourceType"), resource.get("id")
    names = {each for each in (url, f"{kind}/{name}" if isinstance(name, str) else "") if each}
    yield _unpacked(place, resource, frozenset(names), wanted)
    inside = resource.get("contained", [])
    if not isinstance(inside, list) or len(inside) > MOST:
        raise Invalid(Fault(f"{place}/contained", "not-a-list"))
    for number, each in enumerate(inside):
        where = f"{place}/contained/{number}"
        if not isinstance(each, dict) or not isinstance(each.get("id"), str):
            raise Invalid(Fault(where, "id-needed"))
        yield _unpacked(where, each, frozenset({f"#{each['id']}"}), "")


def _unpacked(place: str, resource: dict[str, object], names: frozenset[str], wanted: str) -> Unpacked:
    kind = resource.get("resourceType")
    if isinstance(kind, str) and kind in PASSED_OVER:
        return Unpacked(place, kind, names, None)
    shape = READ.get(kind) if isinstance(kind, str) else None
    if shape is None or not isinstance(kind, str):
        raise Invalid(Fault(f"{place}/resourceType", "not-taken"))
    try:
        return Unpacked(place, kind, names, shape.model_validate(resource), wanted)
    except ValidationError as error:
        faults = [Fault(f"{place}/" + "/".join(map(str, each["loc"])), each["type"]) for each in error.errors(include_input=False)]
        raise Invalid(*faults) from error


def parts_of(unpacked: list[Unpacked], kind: type[T]) -> list[T]:
    """Those of a kind."""
    return [each.part for each in unpacked if isinstance(each.part, kind)]


def led_to(unpacked: list[Unpacked], reference: str, kind: type[T]) -> T | None:
    """What a reference leads to within what was sent."""
    return next((each.part for each in unpacked if reference in each.names and isinstance(each.part, kind)), None)
