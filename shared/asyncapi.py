"""The public events of a service as an AsyncAPI 3.1 document with synthetic examples, and as a page without try-it-out (decision 11)."""

from __future__ import annotations

from html import escape
from typing import Any

from shared.events import CATALOGUE, READERS
from shared.message import PublicEvent
from shared.pages.assets import plain_page


def document(service: str, partitions: int) -> dict[str, Any]:
    """The document of one service's public events."""
    messages = {event.model_fields["type"].default: _message(event) for event in CATALOGUE[service]}
    channels = {
        f"events-{partition}": {
            "address": f"events.{service}.{partition}",
            "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        }
        for partition in range(partitions)
    }
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": f"Tanggap {service}: public events",
            "version": "1.0.0",
            "description": f"Read by {', '.join(READERS[service])}. Personal fields are sealed. Partition = stable hash of the ordering key.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": {name: {"action": "send", "channel": {"$ref": f"#/channels/{name}"}} for name in channels},
        "components": {"messages": messages},
    }


def _message(event: type[PublicEvent]) -> dict[str, Any]:
    return {
        "name": event.model_fields["type"].default,
        "title": event.__name__,
        "summary": (event.__doc__ or "").strip().split("\n\n")[0],
        "contentType": "application/json",
        "payload": event.model_json_schema(ref_template="#/definitions/{model}"),
        "examples": [{"name": "synthetic", "payload": _example(event)}],
    }


_SEALED = {"kid": "00000000-0000-4000-8000-000000000000", "context": "contoh/sintetis", "box": "c2VhbGVk"}


def _example(event: type[PublicEvent]) -> dict[str, Any]:
    """An example made from the schema alone, so that it can never be real data."""
    schema = event.model_json_schema()
    definitions = schema.get("$defs", {})
    return {
        name: _value(name, part, definitions) for name, part in schema["properties"].items() if name in schema.get("required", ()) or "const" in part
    }


def _value(name: str, part: dict[str, Any], definitions: dict[str, Any]) -> Any:
    if "$ref" in part:
        target = part["$ref"].rsplit("/", 1)[-1]
        return _SEALED if target == "Sealed" else {}
    if "anyOf" in part:
        return _value(name, part["anyOf"][0], definitions)
    if "const" in part or "enum" in part:
        return part.get("const", part.get("enum", [None])[0])
    if part.get("format") == "date-time":
        return "2026-01-05T07:30:00+07:00"
    return {"string": f"{name}-0001", "integer": 1, "boolean": False, "array": [], "object": {}}.get(part.get("type", "string"))


def page(service: str, partitions: int) -> str:
    """The document as plain HTML, for people."""
    told = document(service, partitions)
    rows = "".join(
        f"<h2><code>{escape(name)}</code></h2><p>{escape(message['summary'])}</p><ul>"
        + "".join(f"<li><code>{escape(field)}</code></li>" for field in message["payload"]["properties"])
        + "</ul>"
        for name, message in told["components"]["messages"].items()
    )
    description, link = escape(told["info"]["description"]), '<p><a href="asyncapi.json">AsyncAPI 3.1 (JSON)</a></p>'
    return plain_page(service, told["info"]["title"], f"<p>{description}</p>{link}{rows}")
