"""An agency's system that sends children by FHIR."""

import json
from typing import Any

import httpx
from fhir.resources.R4B import get_fhir_model_class
from fhirclient.models import fhirelementfactory

BASE = "/intake/fhir/R4"
SYSTEM = "https://rsud.example.id/rujukan"
REASON = "Mohon didampingi sepulang perawatan."


def patient(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient", "id": "anak", "name": [{"given": ["Rani"], "family": "Putri"}], "birthDate": "2012-04-30",
        "identifier": [{"type": {"text": "NISN"}, "value": "0012345678"}],
    } | more  # fmt: skip


def request(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "id": "rujukan", "identifier": [{"system": SYSTEM, "value": "R-17"}], "status": "active",
        "intent": "order", "priority": "routine", "code": {"text": "Pendampingan di sekolah"}, "subject": {"reference": "urn:uuid:anak"},
        "performer": [{"reference": "Organization/smp1"}], "reasonCode": [{"text": REASON}],
    } | more  # fmt: skip


def condition(**more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": "alasan", "subject": {"reference": "Patient/anak"}} | more


def task(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": "tugas", "status": "requested", "intent": "order",
        "code": {"coding": [{"system": "http://hl7.org/fhir/CodeSystem/task-code", "code": "fulfill"}]},
        "focus": {"reference": "urn:uuid:rujukan"}, "owner": {"identifier": {"value": "20100002"}},
    } | more  # fmt: skip


def entry(resource: dict[str, Any], **more: Any) -> dict[str, Any]:
    asked = {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource, "request": asked | more}


def transaction(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    entries = [entry(each) for each in resources or (patient(), request(), task())]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries} | more


def alone(**more: Any) -> dict[str, Any]:
    return request(contained=[patient()], subject={"reference": "#anak"}, **more)


def checked(resource: dict[str, Any]) -> dict[str, Any]:
    """The resource, if two structural checkers read it, and the second writes it again as it was."""
    kind = resource["resourceType"]
    assert set(json.loads(get_fhir_model_class(kind).model_validate(resource).model_dump_json())) == set(resource)
    assert fhirelementfactory.FHIRElementFactory.instantiate(kind, resource).as_json() == resource
    return resource


def issues(answer: httpx.Response) -> list[tuple[str, list[str]]]:
    """Of an OperationOutcome: what is wrong, and where."""
    told = checked(answer.json())
    assert (told["resourceType"], answer.headers["content-type"]) == ("OperationOutcome", "application/fhir+json")
    return [(each["details"]["text"], each.get("expression", [])) for each in told["issue"]]
