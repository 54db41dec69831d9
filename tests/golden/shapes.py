"""The shape of a stored event: its fields, what each of them may hold, and whether it may be absent. Names of classes and files are no part of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.message import Event

Shape = dict[str, Any]
Shapes = dict[str, dict[str, Shape]]
"""By service, then by `<type>.v<version>`."""

RECORDED = Path(__file__).parent / "shapes.json"
LIMITS = (
    "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "multipleOf",
)  # fmt: skip


def shape(event: type[Event]) -> Shape:
    """What a body of this class may look like, from its JSON schema."""
    schema = event.model_json_schema()
    fields: Shape = _described(schema, schema.get("$defs", {}))["fields"]
    return fields


def recorded(file: Path = RECORDED) -> Shapes:
    """The shapes that were written down when their version was new."""
    found: Shapes = json.loads(file.read_text(encoding="utf-8"))
    return found


def reads_what_was(before: object, now: object) -> bool:
    """Whether the new shape takes every body of the old one, with the same fields: codes were added or limits given up, and nothing else."""
    if not isinstance(before, dict) or not isinstance(now, dict):
        return before == now
    kept = {name: each for name, each in before.items() if name not in ("codes", *LIMITS)}
    same = {name: each for name, each in now.items() if name not in ("codes", *LIMITS)}
    limited = all(before.get(name) == now[name] for name in LIMITS if name in now)
    return (
        limited and _codes_kept(before, now) and kept.keys() == same.keys() and all(reads_what_was(each, same[name]) for name, each in kept.items())
    )


def _codes_kept(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    if "codes" not in before:
        return "codes" not in now
    return "codes" in now and set(before["codes"]) <= set(now["codes"])


def _described(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Shape:
    if "$ref" in schema:
        return _described(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "anyOf" in schema:
        return _one_of([_described(each, parts) for each in schema["anyOf"]])
    if "const" in schema or "enum" in schema:
        return {"codes": sorted(schema.get("enum", [schema.get("const")]), key=str)}
    return {**_structure(schema, parts), **{name: schema[name] for name in LIMITS if name in schema}}


def _one_of(each: list[Shape]) -> Shape:
    """Null is said beside what else there may be; otherwise there is no choice in a stored event."""
    nothing = {"is": "null"}
    (something,) = [one for one in each if one != nothing]
    return {**something, "null": True} if nothing in each else something


def _structure(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Shape:
    if "properties" in schema:
        required = schema.get("required", [])
        return {"fields": {name: _field(each, parts, required=name in required) for name, each in sorted(schema["properties"].items())}}
    if schema["type"] == "object":
        return {
            "keys": _described({"type": "string", **schema.get("propertyNames", {})}, parts),
            "values": _described(schema["additionalProperties"], parts),
        }
    if schema["type"] == "array":
        return {"each": _described(schema["items"], parts)}
    return {"is": schema.get("format", schema["type"])}


def _field(schema: Mapping[str, Any], parts: Mapping[str, Any], *, required: bool) -> Shape:
    described = _described(schema, parts)
    if required or ("const" in schema and schema.get("default") == schema["const"]):
        return described
    return {**described, "absent": schema.get("default", "empty")}
