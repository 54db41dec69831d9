"""Traces say names and codes only, begin only where somebody known began them, and are nothing where they are off (ADR 63)."""

from uuid import uuid4

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.tracing import Traces
from shared.tracing.remembered import MOST, Remembered
from shared.tracing.sending import as_json
from tests.delivery.rig import event

URL = "http://127.0.0.1:9/v1/traces"


@pytest.fixture
def spans():
    return InMemorySpanExporter()


@pytest.fixture
def traces(spans):
    made = Traces()
    made.turn_on(URL, spans)
    yield made
    made.turn_off(URL)


def asked(traces: Traces, cause):
    return traces.asked("intake", cause, "POST", "/intake/api/concerns")


def test_what_a_request_stored_carries_its_trace_and_the_request_ends_with_its_answer(traces, spans):
    told = event("k")
    asking = asked(traces, told.causation)
    traces.stored("intake", "concern-1", [told])
    parent = traces.parent_of(told.id)
    traces.answered(asking, 201)
    traces.turn_off(URL)
    (span,) = spans.get_finished_spans()
    assert parent == f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-03"
    assert (span.name, span.parent) == ("POST /intake/api/concerns", None)
    assert dict(span.attributes) == {
        "http.request.method": "POST", "http.route": "/intake/api/concerns", "tanggap.service": "intake", "http.response.status_code": 201,
    }  # fmt: skip


def test_a_request_on_a_stream_that_has_a_trace_goes_on_in_it(traces):
    first, second = event("k"), event("k")
    asked(traces, first.causation)
    traces.stored("intake", "concern-1", [first])
    asked(traces, second.causation)
    traces.stored("intake", "concern-1", [second])
    one, two = (str(traces.parent_of(each.id)).split("-") for each in (first, second))
    assert (one[1] == two[1], one[2] == two[2]) == (True, False)


def test_what_nobody_known_began_and_what_was_forgotten_has_no_trace(traces, spans):
    unknown, anonymous = event("k"), event("k")
    asking = asked(traces, anonymous.causation)
    traces.forget("intake", anonymous.causation)
    traces.stored("intake", "concern-1", [unknown, anonymous])
    traces.answered(asking, 201)
    with traces.calling("intake", "concern-1", uuid4(), "webhook"):
        pass
    traces.turn_off(URL)
    assert [traces.parent_of(each.id) for each in (unknown, anonymous)] == [None, None]
    assert spans.get_finished_spans() == ()


def test_a_trace_that_comes_with_an_event_goes_on_and_one_that_is_none_is_passed_over(traces):
    heard, other = uuid4(), uuid4()
    traces.heard(heard, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    traces.heard(other, "kenari")
    assert [traces.parent_of(each) for each in (heard, other)] == ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None]


def test_an_attribute_that_is_not_allowed_does_not_leave(traces, spans):
    told = event("k")
    asking = asked(traces, told.causation)
    traces.stored("intake", "concern-1", [told])
    asking.span.set_attributes({"student": "kenari", "enduser.id": "kenari"})
    asking.span.add_event("kenari", {"x": "kenari"})
    traces.answered(asking, 201)
    traces.turn_off(URL)
    assert "kenari" in spans.get_finished_spans()[0].to_json()
    assert "kenari" not in str(as_json(spans.get_finished_spans()))


def test_off_nothing_is_remembered():
    told, off = event("k"), Traces()
    assert asked(off, told.causation) is None
    off.stored("intake", "concern-1", [told])
    off.heard(told.id, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    assert off.parent_of(told.id) is None


def test_only_the_newest_are_remembered():
    kept = Remembered[int, int]()
    for number in range(MOST + 1):
        kept[number] = number
    assert (kept.get(0), kept.get(1), kept.get(MOST)) == (None, 1, MOST)
