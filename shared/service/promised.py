"""What every operation of the OpenAPI documents promises beside its own answer: a problem, as contracts.md has it."""

from __future__ import annotations

from typing import Any

from shared.operation_outcome import FHIR
from shared.web import PROBLEM

_SENTENCE = {"type": "object", "properties": {"id": {"type": "string"}, "en": {"type": "string"}}, "required": ["id", "en"]}

_FAULT = {
    "type": "object",
    "properties": {"pointer": {"type": "string"}, "code": {"type": "string"}, "sentence": _SENTENCE},
    "required": ["pointer", "code"],
}

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string", "pattern": "^/problems/"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": _FAULT},
        "sentence": _SENTENCE,
    },
    "required": ["type", "title", "status", "detail", "instance"],
}

_OUTCOME = {"type": "object", "properties": {"resourceType": {"const": "OperationOutcome"}}, "required": ["resourceType", "issue"]}

_CONTENT = {PROBLEM: {"schema": _PROBLEM}, FHIR: {"schema": _OUTCOME}}

PROMISED: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong with the request, by a stable type; below /fhir/ as an OperationOutcome", "content": _CONTENT},
    "503": {"description": "Nothing was acknowledged: try again after Retry-After", "content": _CONTENT},
}


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """What an operation promises that answers with a file; its route has `response_class=Response`. media_type: without parameters."""
    return {200: {"description": "The file", "content": {media_type: {"schema": {"type": "string", "format": "binary"}}}}}
