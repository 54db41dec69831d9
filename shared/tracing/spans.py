"""One trace from a request over what it stored to what follows from that, in every service that hears it.

Nothing is carried by hand: an event names its cause, and the span of the cause is the parent of what stores it. A request on a stream that has a
trace goes on in that trace. Only what was begun here is traced at all: where nobody began a trace, nothing that follows makes one.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.message import NewEvent, Recorded
from shared.tracing.remembered import Remembered
from shared.tracing.sending import OverHttp

TRACED = "tanggap.traced"
"""Where a request keeps what is traced of it."""

_HEADER = "traceparent"
_FORM = TraceContextTextMapPropagator()


@dataclass
class Asking:
    """A request that somebody gives who is known. It becomes a span once it has stored something."""

    service: str
    method: str
    route: str
    began: int
    span: Span | None = None


class Traces:
    """Of one process, which may hold several services."""

    def __init__(self) -> None:
        self._provider: TracerProvider | None = None
        self._users = 0
        self._causes: Remembered[tuple[str, UUID], Asking | SpanContext] = Remembered()
        self._streams: Remembered[tuple[str, str], SpanContext] = Remembered()
        self._events: Remembered[UUID, SpanContext] = Remembered()

    def turn_on(self, url: str, exporter: SpanExporter | None = None) -> None:
        """url: of the collector; empty: there are no traces. exporter: instead of the one over HTTP."""
        self._users += bool(url)
        if url and self._provider is None:
            self._provider = TracerProvider(sampler=ALWAYS_ON, resource=Resource({}), shutdown_on_exit=False)
            self._provider.add_span_processor(BatchSpanProcessor(exporter or OverHttp(url), schedule_delay_millis=1000))

    def turn_off(self, url: str) -> None:
        """The last service of this process that turned it on sends what is left."""
        self._users -= bool(url)
        if url and self._provider and not self._users:
            self._provider.shutdown()
            self._provider = None

    # requests ----------------------------------------------------------------------------------------------------

    def asked(self, service: str, cause: UUID, method: str, route: str) -> Asking | None:
        """Somebody who is known gives a command. cause: what the command's events name as theirs."""
        if self._provider is None:
            return None
        asking = Asking(service, method, route, time.time_ns())
        self._causes[service, cause] = asking
        return asking

    def forget(self, service: str, cause: UUID) -> None:
        """Of an anonymous report nothing is traced, whoever wrote it down."""
        self._causes.forget((service, cause))

    def answered(self, asking: Asking, status: int) -> None:
        """The request has its answer."""
        if asking.span:
            asking.span.set_attribute("http.response.status_code", status)
            asking.span.end()

    # what is stored and told -------------------------------------------------------------------------------------

    def stored(self, service: str, stream: str, events: Iterable[NewEvent]) -> None:
        """These were stored now."""
        if self._provider is None:
            return
        for event in events:
            if context := self._of_cause(service, event.causation, stream):
                self._streams[service, stream] = context
                self._events[event.id] = context

    def parent_of(self, event: UUID) -> str | None:
        """The trace of an event, as W3C Trace Context writes it."""
        found = self._events.get(event)
        if found is None:
            return None
        told: dict[str, str] = {}
        _FORM.inject(told, _below(found))
        return told[_HEADER]

    def heard(self, event: UUID, parent: str | None) -> None:
        """An event came with its trace."""
        if self._provider is None or not parent:
            return
        carried = _FORM.extract({_HEADER: parent})
        if span := next(iter(carried.values()), None):
            self._events[event] = span.get_span_context()  # type: ignore[attr-defined]

    @contextmanager
    def calling(self, service: str, stream: str, cause: UUID, message: str) -> Iterator[None]:
        """A call to the outside about a stream. cause: what its outcome names as its own. The trace is not told to who is called."""
        with self._span(f"send {message}", self._streams.get((service, stream)), SpanKind.CLIENT) as span:
            if span:
                span.set_attributes({"tanggap.service": service, "tanggap.message": message})
                self._causes[service, cause] = span.get_span_context()
            yield

    @contextmanager
    def hearing(self, service: str, source: str, event: Recorded) -> Iterator[None]:
        """A service works on another one's event."""
        with self._span(f"hear {event.type}", self._events.get(event.id), SpanKind.CONSUMER) as span:
            if span:
                span.set_attributes({"tanggap.service": service, "tanggap.source": source, "tanggap.event": event.type})
                self._causes[service, event.id] = span.get_span_context()
            yield

    @contextmanager
    def _span(self, name: str, parent: SpanContext | None, kind: SpanKind) -> Iterator[Span | None]:
        if self._provider is None or parent is None:
            yield None
            return
        span = self._provider.get_tracer("tanggap").start_span(name, _below(parent), kind)
        try:
            yield span
        finally:
            span.end()

    def _of_cause(self, service: str, cause: UUID, stream: str) -> SpanContext | None:
        found = self._causes.get((service, cause))
        if isinstance(found, Asking):
            found.span = found.span or self._begun(found, self._streams.get((service, stream)))
            return found.span.get_span_context() if found.span else None
        return found

    def _begun(self, asking: Asking, parent: SpanContext | None) -> Span | None:
        if self._provider is None:
            return None
        told = {"http.request.method": asking.method, "http.route": asking.route, "tanggap.service": asking.service}
        tracer, name = self._provider.get_tracer("tanggap"), f"{asking.method} {asking.route}"
        return tracer.start_span(name, _below(parent) if parent else Context(), SpanKind.SERVER, told, start_time=asking.began)


def _below(parent: SpanContext) -> Context:
    return set_span_in_context(NonRecordingSpan(parent), Context())


traces = Traces()
"""Of this process."""
