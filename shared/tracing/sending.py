"""Spans leave as OTLP over HTTP in JSON, with the attributes of the list below and no others: no event, no link, no message of an error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared.trust import trust

log = structlog.get_logger()

ALLOWED = frozenset({
    "http.request.method", "http.route", "http.response.status_code", "tanggap.service", "tanggap.source", "tanggap.event", "tanggap.message",
})  # fmt: skip
"""Names and codes that stand in the program. No id, no address, nothing that anybody typed."""

_KIND = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
PATIENCE = 5.0


class OverHttp(SpanExporter):
    """url: of the collector. It is called in a thread of its own; what is not taken there is lost."""

    def __init__(self, url: str) -> None:
        self._url, self._client = url, httpx.Client(timeout=PATIENCE, trust_env=False, verify=trust())

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            self._client.post(self._url, json=as_json(spans)).raise_for_status()
        except httpx.HTTPError as error:
            log.warning("traces-not-sent", error=type(error).__name__)
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._client.close()


def as_json(spans: Sequence[ReadableSpan]) -> dict[str, Any]:
    """As opentelemetry-proto maps it to JSON: ids in hexadecimal, 64-bit numbers as text."""
    resource = {"attributes": [_attribute("service.name", "tanggap")]}
    told = [{"scope": {"name": "tanggap"}, "spans": [_span(each) for each in spans]}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": told}]}


def _span(span: ReadableSpan) -> dict[str, Any]:
    attributes = span.attributes or {}
    return {
        "traceId": f"{span.context.trace_id:032x}",
        "spanId": f"{span.context.span_id:016x}",
        **({"parentSpanId": f"{span.parent.span_id:016x}"} if span.parent else {}),
        "name": span.name,
        "kind": _KIND[span.kind.name],
        "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time),
        "attributes": [_attribute(name, value) for name, value in attributes.items() if name in ALLOWED],
    }


def _attribute(name: str, value: object) -> dict[str, Any]:
    return {"key": name, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}}
