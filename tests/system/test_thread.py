"""The whole thread through three real processes: what goes in, what comes out, and what must be visible nowhere."""

import asyncio
import itertools
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
import redis

from district.embedded.cluster import binaries
from district.embedded.process import as_unprivileged
from district.sample.people import generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.access import Identity

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "cases", "notifications")


def body(**more):
    told = {
        "school": "20100002", "students": [{"id": person_id(SOURCE, "smp1-murid-050"), "role": "affected"}], "kind": "incident",
        "categories": ["bullying"], "narrative": "Didorong di tangga.", "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    return told | more


def post(district, told, *, key=None, headers=None, **more):
    kind = {"content-type": "application/json"}
    sent = kind | (headers if headers is not None else district.service()) | ({"idempotency-key": key or str(uuid4())} if key != "" else {})
    given = {"json": told} if not isinstance(told, bytes) else {"content": told}
    return httpx.post(f"{district.deployment.origin('intake')}/intake/api/concerns", headers=sent, trust_env=False, **given, **more)


def counsellor(district, place="03", school="smp1"):
    return district.headers(Identity(person_id(SOURCE, f"{school}-staf-{place}"), "person"))


def case_of(district, concern):
    return district.wait_for(lambda: district._case_of(concern), "the case")


def test_a_concern_opens_a_case_and_its_reporter_sees_the_status_move_on(district):
    answer = post(district, body(students=[{"id": person_id(SOURCE, "smp1-murid-057"), "role": "affected"}]))  # whose case no other test raises
    assert answer.status_code == 201
    told = answer.json()
    case = case_of(district, told["concern_id"])
    base = f"{district.deployment.origin('cases')}/cases/api/cases/{case}"
    read = httpx.get(base, headers=counsellor(district)).json()
    assert read["strands"][0]["text"] == "Didorong di tangga."
    assert read["urgency"] == "high"  # medium, and whether it was repeated is unknown
    assert httpx.post(f"{base}/acknowledge", json={}, headers=counsellor(district)).status_code == 200
    status = f"{district.deployment.origin('intake')}/intake/api/concerns/{told['concern_id']}"
    seen = district.service() | {"receipt": told["receipt"]}
    district.wait_for(lambda: httpx.get(status, headers=seen).json().get("state") == "in_progress", "the reporter's status")
    assert httpx.get(status, headers=district.service()).status_code == 404


def test_what_a_reporter_adds_raises_the_case_alerts_its_staff_and_is_read_before_the_status_says_so(district):
    told = post(district, body(students=[{"id": person_id(SOURCE, "smp1-murid-056"), "role": "affected"}])).json()
    case = case_of(district, told["concern_id"])
    base = f"{district.deployment.origin('cases')}/cases/api/cases/{case}"
    intake, receipt = f"{district.deployment.origin('intake')}/intake/api", {"receipt": told["receipt"]}

    def status():
        return httpx.post(f"{intake}/status", json=receipt).json().get("state")  # none where it cannot be told yet

    assert district.wait_for(status, "the reporter's status") == "received"
    added = httpx.post(f"{intake}/additions", json=receipt | {"text": "Besok ia akan membawa pisau.", "facts": {"weapon": True}})
    assert added.status_code == 201
    district.wait_for(
        lambda: district.sql("SELECT 1 FROM cases.event WHERE stream = %s AND type = 'strand-continued'", f"case-{case}"), "the addition"
    )
    alerts = "SELECT body::json ->> 'urgency' FROM notifications.event WHERE type = 'alert-raised' AND body::json ->> 'case' = %s"
    district.wait_for(lambda: ("emergency",) in district.sql(alerts, case), "an alert as of an emergency")
    assert district.wait_for(status, "the reporter's status") == "received"
    read = httpx.get(base, headers=counsellor(district)).json()
    assert (read["urgency"], [each["text"] for each in read["strands"][0]["additions"]]) == ("emergency", ["Besok ia akan membawa pisau."])
    district.wait_for(lambda: status() == "read", "the reporter's status")


def test_the_same_key_gives_the_same_receipt_and_another_body_is_refused(district):
    key = str(uuid4())
    first, again = post(district, body(), key=key), post(district, body(), key=key)
    assert first.json() == again.json()
    other = post(district, body(narrative="Lain."), key=key)
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-mismatch")


def test_history_as_of_and_version_give_the_case_as_it_was(district):
    concern = post(district, body(students=[{"id": person_id(SOURCE, "smp1-murid-051"), "role": "affected"}])).json()["concern_id"]
    case = case_of(district, concern)
    base = f"{district.deployment.origin('cases')}/cases/api/cases/{case}"
    headers = counsellor(district)
    before = httpx.get(base, headers=headers).json()
    httpx.post(f"{base}/note", json={"text": "Bertemu di ruang BK."}, headers=headers).raise_for_status()
    after = httpx.get(base, headers=headers).json()
    assert [note["text"] for note in after["notes"]] == ["Bertemu di ruang BK."]
    assert httpx.get(base, params={"version": before["version"]}, headers=headers).json()["notes"] == []
    history = httpx.get(f"{base}/history", headers=headers).json()["items"]
    assert [event["version"] for event in history] == list(range(1, len(history) + 1))
    assert all(one["hash"] == two["previous_hash"] for one, two in itertools.pairwise(history))
    noted = [event["type"] for event in history].index("note-added")
    moment = history[noted - 1]["recorded_at"]
    assert httpx.get(base, params={"as_of": moment}, headers=headers).json()["notes"] == []
    receipts = httpx.get(f"{base}/decisions", headers=headers).json()["items"]
    assert receipts[0]["policy"] == "default"
    assert receipts[0]["inputs"]["categories"] == ["bullying"]
    stale = httpx.post(f"{base}/acknowledge", json={}, headers=headers | {"if-match": '"1"'})
    assert stale.status_code == 412


def test_who_is_named_neither_reads_nor_hears(district):
    accused = person_id(SOURCE, "smp1-staf-03")
    told = body(
        students=[{"id": person_id(SOURCE, "smp1-murid-052"), "role": "affected"}],
        categories=["sexual-violence"],
        people=[{"id": accused, "relation": "staff", "role": "accused"}],
    )
    case = case_of(district, post(district, told).json()["concern_id"])
    answer = httpx.get(f"{district.deployment.origin('cases')}/cases/api/cases/{case}", headers=counsellor(district))
    assert answer.status_code == 404
    other = httpx.get(f"{district.deployment.origin('cases')}/cases/api/cases/{case}", headers=counsellor(district, "04"))
    assert other.status_code == 200

    def rows():
        return district.sql("SELECT receiver FROM notifications.outbox_v1 WHERE case_id = %s", case)

    district.wait_for(rows, "alerts")
    assert accused not in {row[0] for row in rows()}


def test_a_principal_reads_no_narrative_and_another_school_sees_nothing(district):
    case = case_of(district, post(district, body(students=[{"id": person_id(SOURCE, "smp1-murid-053"), "role": "affected"}])).json()["concern_id"])
    base = f"{district.deployment.origin('cases')}/cases/api/cases/{case}"
    principal = Identity(person_id(SOURCE, "smp1-staf-01"), "person")
    read = httpx.get(base, headers=district.headers(principal)).json()
    assert read["strands"][0]["text"] == {"withheld": "not for this role"}
    assert httpx.get(base, headers=counsellor(district, "03", "sma1")).status_code == 404
    assert httpx.get(base).status_code == 401


@pytest.mark.parametrize(
    ("told", "status", "pointer"),
    [
        (b"{", 400, ""),
        (body(unknown=1), 422, "/unknown"),
        (body(kind="weird"), 422, "/kind"),
        (body(narrative="a\x00b"), 422, ""),
        (b'{"narrative": "\\ud800"}', 422, ""),
        (body(narrative="x" * 20_001), 422, "/narrative"),
        (body(school="99999999"), 422, "/school"),
        (body(students=[{"id": "nobody", "role": "affected"}]), 422, "/students/0/id"),
        (body(happened_at="2999-01-01T00:00:00+07:00"), 422, "/happened_at"),
        (body(happened_at="2026-01-01T00:00:00"), 422, "/happened_at"),
        (body(facts={"weapon": "perhaps"}), 422, "/facts/weapon"),
        (body(students=[]), 422, "/students"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(district, told, status, pointer):
    stored = "SELECT count(*) FROM intake.event WHERE type IN ('concern-received', 'concern-raised')"
    before = district.sql(stored)
    answer = post(district, told)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}
    assert district.sql(stored) == before


def test_a_body_of_a_megabyte_and_a_missing_key_are_refused(district):
    assert post(district, body(narrative="x" * 1_000_000)).status_code == 413
    missing = post(district, body(), key="")
    assert (missing.status_code, missing.json()["type"]) == (400, "/problems/idempotency-key-missing")


def places(district) -> dict[str, str]:
    """Everything that the district has written down or shows: its stores, what Redis keeps and has on disk, its logs and metrics."""
    dump = subprocess.run(
        (*as_unprivileged(), str(binaries() / "pg_dump"), district.postgres.url()), capture_output=True, text=True, check=True, cwd="/"
    ).stdout
    with redis.Redis.from_url(district.redis.url) as client:
        kept = "".join(str(client.xrange(key)) for key in client.keys("events.*"))
    aof = b"".join(path.read_bytes() for path in district.redis.data.rglob("*") if path.is_file()).decode(errors="replace")
    logs = "".join((district.folder / f"{service}.log").read_text() for service in SERVICES)
    server_log = (district.postgres.data / "server.log").read_text()
    metrics = "".join(httpx.get(f"{district.deployment.origin(service)}/{service}/metrics", headers=district.service()).text for service in SERVICES)
    assert "concern-raised" in dump
    assert "concern-raised" in kept
    assert "tanggap_part_ok" in metrics
    return {"dump": dump, "redis": kept, "aof": aof, "logs": logs, "metrics": metrics, "server log": server_log}


def found_in(district, words: Sequence[str]) -> list[tuple[str, str]]:
    return [(word, name) for name, place in places(district).items() for word in words if word in place]


def test_what_is_confided_shows_nowhere(district):
    canary = "BURUNGKENARI77"
    concern = post(district, body(narrative=f"Rahasia {canary}", students=[{"id": person_id(SOURCE, "smp1-murid-054"), "role": "affected"}])).json()
    case_of(district, concern["concern_id"])
    post(district, body(narrative=f"{canary} " * 3, kind="weird"))
    name = next(person for person in generate().people if person.key == "smp1-murid-054")
    asyncio.run(district.load(3))
    assert found_in(district, [canary, f"{name.given} {name.family}", name.email]) == []


def test_where_an_anonymous_reporter_was_and_with_which_browser_shows_nowhere(district):
    """The address as a proxy passes it on. Every page of reporting, the API, refused and unknown receipts, a body too large, an unknown address."""
    address, browser = "203.0.113.77", "PerambanKenari/77.7"
    headers = {"x-forwarded-for": address, "user-agent": browser, "referer": f"https://{browser}/", "forwarded": f"for={address}"}
    with httpx.Client(base_url=f"{district.deployment.origin('intake')}/intake", follow_redirects=True, headers=headers) as client:
        client.get("/lapor")
        for step, typed in (
            ("siapa", {"about": "other"}),
            ("apa", {"narrative": "Kata"}),
            ("sekolah", {"school": school_id(SOURCE, "smp1"), "description": "Murid"}),
            ("kontak", {}),
        ):
            client.post(f"/lapor/{step}", data=typed)
        receipt = client.post("/lapor/kirim").text.split('class="receipt">')[1].split("<")[0]
        told = [
            client.post("/status", data={"receipt": receipt}), client.post("/tambah", data={"receipt": receipt, "text": "Lagi"}),
            client.post("/status", data={"receipt": "1" * 40}), client.post("/api/dialogue", json={"receipt": receipt}),
            client.post("/api/concerns", json=body(reporter={"kind": "anonymous"}), headers=district.service() | {"idempotency-key": str(uuid4())}),
            client.post("/api/concerns", content=b"x" * 1_000_000), client.post("/api/status", content=b"{"), client.get("/nowhere"),
            client.post("/masuk", data={"name": "x", "password": "y"}),
        ]  # fmt: skip
    assert [each.status_code for each in told[:6]] == [200, 201, 404, 200, 201, 413]
    assert found_in(district, [address, browser]) == []


def test_every_service_is_ready_and_says_what_it_is_made_of(district):
    for service in SERVICES:
        origin = f"{district.deployment.origin(service)}/{service}"
        assert httpx.get(f"{origin}/healthz").json() == {"status": "alive"}
        assert httpx.get(f"{origin}/readyz").json()["ready"] is True
        assert httpx.get(f"{origin}/openapi.json").status_code == 200
        told = httpx.get(f"{origin}/asyncapi.json").json()
        assert told["asyncapi"] == "3.1.0"
        assert httpx.get(f"{origin}/feed", params={"partition": 0, "after": 0}).status_code == 401


def test_the_public_form_works_without_scripts_and_gives_one_receipt(district):
    with httpx.Client(base_url=f"{district.deployment.origin('intake')}/intake", follow_redirects=True) as browser:
        page = browser.get("/lapor").text
        assert all(number in page for number in ("112", "110", "119", "SAPA 129"))
        browser.post("/lapor/siapa", data={"about": "other"})
        wrong = browser.post("/lapor/apa", data={"narrative": ""})
        assert ('role="alert"' in wrong.text, 'class="receipt"' in wrong.text) == (True, False)
        browser.post("/lapor/apa", data={"narrative": "Sering menangis sendirian.", "categories": ["emotional"]})
        browser.post("/lapor/sekolah", data={"school": school_id(SOURCE, "smp1"), "description": "Murid kelas 8A bertopi biru"})
        browser.post("/lapor/kontak", data={"reply_to": ""})
        first, again = (browser.post("/lapor/kirim").text.split('class="receipt">')[1].split("<")[0] for _ in range(2))
        assert first == again
        assert browser.post("/status", data={"receipt": first.lower()}).status_code == 200


def test_a_second_import_changes_nothing_and_a_large_drop_is_refused(district):
    origin = f"{district.deployment.origin('intake')}/intake/api/roster"
    bundle = (district.folder / "roster.zip").read_bytes()
    again = httpx.post(origin, content=bundle, headers=district.service(), timeout=60).json()
    assert (again["applied"], again["left"], again["quarantined"]) == (0, 0, [])
    assert again["unchanged"] > 600
    truncated = httpx.post(origin, content=bundle[:-200], headers=district.service(), timeout=60)
    assert (truncated.status_code, truncated.json()["errors"][0]["code"]) == (422, "not-a-zip")


def test_a_service_runs_from_a_folder_with_only_shared_and_itself(tmp_path):
    import shutil

    for service in SERVICES:
        folder = tmp_path / service
        shutil.copytree(ROOT / "shared", folder / "shared")
        (folder / "services").mkdir()
        (folder / "services" / "__init__.py").touch()
        shutil.copytree(ROOT / "services" / service, folder / "services" / service)
        done = subprocess.run(
            (sys.executable, "-c", f"import services.{service}.app; print('alone')"), cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.stdout.strip() == "alone", done.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DATABASE_URL": "postgresql://nobody:x@127.0.0.1:1/none", "PORT": "0"}, "DATABASE_URL"),
        ({"TANGGAP_PARTITIONS": "many"}, "TANGGAP_PARTITIONS"),
        ({"TANGGAP_NONSENSE": "1"}, "TANGGAP_NONSENSE"),
        ({"TANGGAP_MASTER_KEY": "short"}, "TANGGAP_MASTER_KEY"),
        ({}, "PORT"),
    ],
)
def test_a_wrong_setting_or_a_taken_port_stops_the_start_with_its_name(district, changed, said):
    import os

    environment = {**os.environ, **district.deployment.environment("intake"), **changed}
    done = subprocess.run(
        (sys.executable, "-m", "services.intake"), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr


def test_a_full_role_matrix_lets_nobody_through_without_a_row(district):
    """Every route, without credentials: what is not for everybody answers 401. A command's route takes its roles from the command."""
    from shared.access import Permissions

    rows = Permissions().rows
    for service in SERVICES:
        for path, operations in httpx.get(f"{district.deployment.origin(service)}/{service}/openapi.json").json()["paths"].items():
            for method in operations:
                if "*" in rows.get(f"{method.upper()} {path}", ()):
                    continue
                answer = httpx.request(method, f"{district.deployment.origin(service)}{path}", json={})
                assert answer.status_code in (401, 422, 400), f"{method} {path}: {answer.status_code}"


def test_the_history_verifies_and_psql_cannot_change_it(district):
    case_of(district, post(district, body()).json()["concern_id"])
    with psycopg.connect(district.postgres.url(), autocommit=True) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DELETE FROM cases.event")
