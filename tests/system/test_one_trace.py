"""One trace from a form to an agency's answer, through three real processes, and nothing in it that says who or what (ADR 63)."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity
from shared.tracing.sending import ALLOWED
from tests.faults.rig import AGENCY, Rig, rig
from tests.patience import asked_patiently

pytestmark = pytest.mark.servers

STUDENT = person_id(SOURCE, "smp1-murid-060")
WORDS = ("kanari-cerita", "kanari-jawaban")

WAY = [
    "hear task-moved",
    "POST /notifications/api/tasks/{task_id}/transitions",
    "hear referral-sent",
    "POST /cases/api/cases/{case_id}/send-referral",
    "POST /intake/api/concerns",
]
"""From the answer in the case back to the form. What else was done about the case stands in between, in the order in which it happened."""


@dataclass
class Collector:
    """What a collector of OpenTelemetry was sent. raw: as it came."""

    url: str = ""
    raw: list[bytes] = field(default_factory=list)

    def spans(self) -> list[dict[str, Any]]:
        batches = [json.loads(each)["resourceSpans"] for each in list(self.raw)]
        return [span for batch in batches for resource in batch for scope in resource["scopeSpans"] for span in scope["spans"]]


@contextmanager
def collecting() -> Iterator[Collector]:
    found = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.raw.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/v1/traces"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as found:
        yield found


@pytest.fixture(scope="module")
def district(collector, tmp_path_factory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("traced"), TANGGAP_TRACES=collector.url) as running:
        yield running


def raised(district: Rig, kind: str, student: str = STUDENT) -> str:
    told = {
        "school": school_id(SOURCE, "smp1"), "students": [{"id": student, "role": "affected"}], "kind": "incident", "categories": ["bullying"],
        "narrative": WORDS[0], "channel": "letter", "reporter": {"kind": kind},
    }  # fmt: skip
    headers = district.headers(Identity(person_id(SOURCE, "smp1-staf-03"), "person")) | {"idempotency-key": f"{kind} {student}"}
    answer = httpx.post(f"{district.deployment.origin('intake')}/intake/api/concerns", json=told, headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["concern_id"])


def way_back(collector: Collector) -> list[str]:
    """From the answer in the case to what it follows from, as far as the collector has it: each process sends its own."""
    spans = {each["spanId"]: each for each in collector.spans()}
    at = next((each for each in spans.values() if each["name"] == "hear task-moved"), None)
    way, trace = [], at and at["traceId"]
    while at and at["traceId"] == trace:
        way.append(str(at["name"]))
        at = spans.get(at.get("parentSpanId", ""))
    return way


def test_one_trace_goes_from_a_form_to_an_agencys_answer_and_says_nothing_of_anybody(district, collector):
    concern = raised(district, "staff")
    district.refer(concern)
    tasks = f"{district.deployment.origin('notifications')}/notifications/api/tasks"
    agency = district.headers(Identity(AGENCY, "agency"))
    (task,) = district.wait_for(lambda: asked_patiently(tasks, agency).json()["items"], "the task")
    district.wait_for(district.webhooks, "the webhook")
    moved = httpx.post(f"{tasks}/{task['id']}/transitions", json={"trigger": "accept", "note": WORDS[1]}, headers=agency, trust_env=False)
    assert moved.status_code == 200, moved.text

    district.wait_for(lambda: way_back(collector)[-1:] == WAY[-1:], "the whole trace, back to the form", within=30)
    assert [each for each in way_back(collector) if each in WAY] == WAY
    assert "send webhook" in [each["name"] for each in collector.spans()]
    canaries = (*WORDS, concern, STUDENT, AGENCY, task["id"], "smp1")
    assert [word for word in canaries for batch in collector.raw if word.encode() in batch] == []
    assert {attribute["key"] for span in collector.spans() for attribute in span["attributes"]} <= ALLOWED


def test_of_an_anonymous_report_nothing_is_traced_even_where_staff_wrote_it_down(district, collector):
    seen = len(collector.spans())
    concern = raised(district, "anonymous", person_id(SOURCE, "smp1-murid-061"))
    district.wait_for(lambda: district._case_of(concern), "its case")
    later = raised(district, "staff", person_id(SOURCE, "smp1-murid-062"))
    district.wait_for(lambda: district._case_of(later), "the case after it")

    def named() -> list[str]:
        return [each["name"] for each in collector.spans()[seen:]]

    district.wait_for(lambda: {"hear case-opened", "POST /intake/api/concerns"} <= set(named()), "the trace of the later one", within=30)
    assert named().count("POST /intake/api/concerns") == 1
    begun = [each for each in collector.spans()[seen:] if each["name"] in ("POST /intake/api/concerns", "hear concern-raised")]
    assert len({each["traceId"] for each in begun}) == 1, "what follows is of the later one, too"
