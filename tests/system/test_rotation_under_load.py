"""Every secret of three running services is rotated twice under load: nobody is refused within the life of what they hold.

Each round replaces all five secrets at once in each service's own file; the old ones are dropped as soon as nothing needs them. What was made before
the first round must hold after the last, when not a byte of the secrets of that time is left with any service.
"""

import asyncio
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from services.notifications.senders.signing import NotVerified, public_key, verify
from shared.access import Identity, service_principal
from shared.clock import SystemClock
from shared.database import Database
from shared.eventstore.verify import verify_store
from shared.keys import SERVICES, Keys
from shared.secretfile import GivenSecrets
from shared.secretset import SECRET_NAMES, SecretSet, new_secret
from tests.faults.rig import AGENCY, Rig
from tests.sessions import begun, cookie

ANNOUNCED = timedelta(seconds=3)
OVERLAP = timedelta(seconds=15)
COUNSELLOR = Identity(person_id(SOURCE, "smp1-staf-03"), "person")
GUARDIAN = "smp1-wali-001a"
IN_THE_OVERLAP = ("a token from before", "a service token from before")
"""These end with the overlap, because it is shorter here than their twelve hours."""


class Listening(ThreadingHTTPServer):
    """A server that keeps whatever it gets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.received: list[tuple[dict[str, str], bytes]] = []


class Hook(BaseHTTPRequestHandler):
    """An agency."""

    server: Listening

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, *_) -> None:
        """Nothing is printed."""


@pytest.fixture
def hook():
    server = Listening()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@dataclass
class Holding:
    """What people hold from before the rotations."""

    bearer: dict[str, str]
    service: dict[str, str]
    cookie: dict[str, str]
    receipts: list[str]
    link: str
    case: str
    webhook_key: str
    secrets: SecretSet


@dataclass
class Load:
    """Requests that go on while secrets change. refused: those that were not answered as they should, with the route."""

    district: Rig
    holding: Holding
    done: Counter = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    over: bool = False

    async def run(self) -> None:
        async with httpx.AsyncClient(timeout=20, trust_env=False) as client:
            await asyncio.gather(*(self._repeat(client, *each) for each in self._requests()))

    def _requests(self):
        """Name, method, address, and what is sent, asked for anew each time."""
        origin, held = self.district.deployment.origin, self.holding
        case = f"{origin('cases')}/cases/api/cases/{held.case}"
        tasks = f"{origin('notifications')}/notifications/api/deliveries"
        yield "a token from before", "GET", case, lambda: {"headers": held.bearer}
        yield "a fresh token", "GET", case, lambda: {"headers": self.district.headers(COUNSELLOR)}
        yield "a service token from before", "GET", tasks, lambda: {"headers": held.service}
        yield "a fresh service token", "GET", tasks, lambda: {"headers": self.district.service()}
        yield "a session from before", "GET", f"{origin('cases')}/cases/", lambda: {"headers": held.cookie}
        yield "a link", "GET", held.link, dict
        for number, receipt in enumerate(held.receipts):
            yield f"receipt {number}", "POST", f"{origin('intake')}/intake/api/status", lambda receipt=receipt: {"json": {"receipt": receipt}}

    def within_overlap(self) -> bool:
        """What was made with the first secret still has to hold."""
        until = self.district.deployment.secrets.of("access")[0].until
        return until is None or datetime.now(UTC) < until - timedelta(seconds=1)

    async def _repeat(self, client, name, method, address, sent) -> None:
        while not self.over and (name not in IN_THE_OVERLAP or self.within_overlap()):
            answer = await client.request(method, address, **sent())
            self.done[name] += 1
            if answer.status_code != 200:
                self.refused.append(f"{name}: {answer.status_code} {answer.text[:200]}")
            await asyncio.sleep(0.05)


# before ------------------------------------------------------------------------------------------------------------


def holding(district: Rig, hook: ThreadingHTTPServer) -> Holding:
    deployment = district.deployment
    register_agency(district, hook)
    raised = [raise_concern(district, f"before-{number}") for number in range(3)]
    case = district.wait_for(lambda: district._case_of(raised[0]["concern_id"]), "the case")
    value = begun(deployment, COUNSELLOR)
    return Holding(
        bearer=district.headers(COUNSELLOR),
        service=district.service(),
        cookie=cookie(value, deployment.keys()),
        receipts=[each["receipt"] for each in raised],
        link=told_guardian(district, case),
        case=case,
        webhook_key=webhook_keys(deployment.secrets)[-1],
        secrets=deployment.secrets,
    )


def raise_concern(district: Rig, key: str) -> dict:
    body = {
        "school": school_id(SOURCE, "smp1"), "students": [{"id": person_id(SOURCE, "smp1-murid-001"), "role": "affected"}], "kind": "incident",
        "categories": ["bullying"], "narrative": "Kenari", "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    headers = district.service() | {"idempotency-key": key}
    answer = httpx.post(f"{district.deployment.origin('intake')}/intake/api/concerns", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text
    return answer.json()


def register_agency(district: Rig, hook: ThreadingHTTPServer) -> bool:
    """Whether it was a change."""
    secret = json.loads((district.folder / "agency.json").read_text())["agencies"][AGENCY]["secret"]
    body = {"id": AGENCY, "name": "x", "url": f"http://127.0.0.1:{hook.server_port}/hook", "secret": secret}
    url = f"{district.deployment.origin('notifications')}/notifications/api/agencies"
    answer = httpx.post(url, json=body, headers=district.service(), trust_env=False)
    assert answer.status_code == 201, answer.text
    return answer.json()["changed"]


def told_guardian(district: Rig, case: str) -> str:
    """The link in the mail that a guardian got."""
    base, headers = f"{district.deployment.origin('cases')}/cases/api/cases/{case}", district.headers(COUNSELLOR)
    about = {"guardian": person_id(SOURCE, GUARDIAN)}
    for command, more in (("assess-guardian", {"safe": True, "reason": "x"}), ("tell-guardian", {"words": "x", "serious_danger": True})):
        answer = httpx.post(f"{base}/{command}", json=about | more, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text

    def token() -> str | None:
        mails = (district.folder / "mails.jsonl").read_text().replace("\\n", " ").split() if (district.folder / "mails.jsonl").exists() else []
        return next((word.partition("/notifications/n/")[2][:32] for word in mails if "/notifications/n/" in word), None)

    return f"{district.deployment.origin('notifications')}/notifications/n/{district.wait_for(token, 'the mail to the guardian')}"


def webhook_keys(known: SecretSet) -> list[str]:
    """What an agency is given, oldest first."""
    held = Keys("notifications", GivenSecrets(known), SystemClock()).held("webhook-signing")
    return [public_key(Ed25519PrivateKey.from_private_bytes(each.value)) for each in held]


# the rotation ------------------------------------------------------------------------------------------------------


def rotate_all(district: Rig) -> None:
    deployment = district.deployment
    since = datetime.now(UTC) + ANNOUNCED
    for name in SECRET_NAMES:
        deployment.secrets = deployment.secrets.rotated(name, new_secret(), since=since, until=since + OVERLAP)
    deployment.give_secrets()


def told_of_keys(district: Rig) -> list[dict]:
    """What every service says of its secrets."""
    told = []
    for service in SERVICES:
        answer = httpx.get(f"{district.deployment.origin(service)}/{service}/api/keys", headers=district.service(), trust_env=False)
        assert answer.status_code == 200, answer.text
        told.append(answer.json())
    return told


def each_uses_the_newest(district: Rig) -> bool:
    """Every service has read the file again, and the announced secrets have become the active ones."""
    newest = {district.deployment.secrets.of(name)[-1].id for name in SECRET_NAMES}
    active = [{each["id"] for each in told["secrets"] if each["state"] == "active"} for told in told_of_keys(district)]
    return all(each and each <= newest for each in active)


def each_forgot_the_old(district: Rig) -> bool:
    """No service knows another secret than those in the file."""
    known = {each.id for each in district.deployment.secrets.secrets}
    return all({each["id"] for each in told["secrets"]} <= known for told in told_of_keys(district))


def needed(district: Rig) -> set[tuple[str, str]]:
    """Secrets that the services still need, besides the active ones."""
    found = {(each["name"], each["id"]) for told in told_of_keys(district) for each in told["depends"]}
    newest = {(name, district.deployment.secrets.of(name)[-1].id) for name in SECRET_NAMES}
    return found - newest


def drop_all_but_the_newest(district: Rig) -> None:
    deployment = district.deployment
    district.wait_for(lambda: not needed(district), "nothing that needs an old secret")
    deployment.secrets = SecretSet(tuple(deployment.secrets.of(name)[-1] for name in SECRET_NAMES))
    deployment.give_secrets()


async def rotated_twice(district: Rig, load: Load) -> None:
    """A referral goes out before, within and after each overlap."""
    running = asyncio.create_task(load.run())
    try:
        for number in range(2):
            await asyncio.to_thread(refer, district, f"announcing-{number}")
            rotate_all(district)
            await asyncio.to_thread(district.wait_for, lambda: each_uses_the_newest(district), "every service using the new secrets")
            await asyncio.to_thread(refer, district, f"overlap-{number}")
            await district_quiet(district)
    finally:
        load.over = True
        await running


async def district_quiet(district: Rig) -> None:
    await asyncio.to_thread(district.wait_for, lambda: not needed(district), "nothing that needs an old secret")


def refer(district: Rig, key: str) -> None:
    district.refer(raise_concern(district, key)["concern_id"])


def test_a_rotation_of_every_secret_under_load_refuses_nobody(district, hook):
    held = holding(district, hook)
    district.wait_for(lambda: district.sql("SELECT 1 FROM intake.signed_head WHERE key = '1'"), "a head under the first secret")
    load = Load(district, held)
    asyncio.run(rotated_twice(district, load))
    assert load.refused == []
    assert min(load.done.values()) > 20
    assert len(district.deployment.secrets.secrets) == 3 * len(SECRET_NAMES)
    webhooks_hold(district, hook, held)
    wait_until_over(district)
    what_is_over_is_refused(district, held)
    drop_all_but_the_newest(district)
    district.wait_for(lambda: each_forgot_the_old(district), "every service without the old secrets")
    what_was_made_before_holds(district, hook, held)
    asyncio.run(heads_hold(district))


def webhooks_hold(district: Rig, hook: Listening, held: Holding) -> None:
    """An agency that has not heard of the first rotation, and one that has, believed each message of their time."""
    district.wait_for(lambda: len(hook.received) >= len(district.referred), "a webhook for every referral")
    keys = webhook_keys(district.deployment.secrets)
    assert keys[0] == held.webhook_key
    believed = [[fits(key, headers, body) for key in keys] for headers, body in hook.received]
    assert believed[0][0]
    assert all(sum(each) >= 1 for each in believed)
    assert any(each[0] and each[1] for each in believed), "no message was signed by the old and the new key"
    assert any(each[1] and each[2] for each in believed)


def fits(key: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        verify(key, headers, body, int(headers["webhook-timestamp"]))
    except NotVerified:
        return False
    return True


def wait_until_over(district: Rig) -> None:
    """Every service says of each secret with an end that its overlap is over."""
    ended = {each.id for each in district.deployment.secrets.secrets if each.until}

    def over() -> bool:
        return all(each["state"] == "over" for told in told_of_keys(district) for each in told["secrets"] if each["id"] in ended)

    district.wait_for(over, "the end of every overlap")


def what_is_over_is_refused(district: Rig, held: Holding) -> None:
    """The overlap ended the token, though it would hold for hours; the files still have the old secrets. A session is opaque: it holds on."""
    case = f"{district.deployment.origin('cases')}/cases/api/cases/{held.case}"
    page = f"{district.deployment.origin('cases')}/cases/"
    answers = [httpx.get(url, headers=headers, trust_env=False).status_code for url, headers in ((case, held.bearer), (page, held.cookie))]
    assert answers == [401, 200]
    assert httpx.get(case, headers=district.headers(COUNSELLOR), trust_env=False).status_code == 200


def what_was_made_before_holds(district: Rig, hook: Listening, held: Holding) -> None:
    origin = district.deployment.origin
    with httpx.Client(timeout=60, trust_env=False) as client:
        status = [client.post(f"{origin('intake')}/intake/api/status", json={"receipt": each}).status_code for each in held.receipts]
        assert status == [200] * len(held.receipts)
        assert [raise_concern(district, f"before-{number}")["receipt"] for number in range(3)] == held.receipts
        closed = client.get(held.link)
        assert (closed.status_code, 'name="code"' in closed.text) == (200, True)
        read = client.get(f"{origin('cases')}/cases/api/cases/{held.case}", headers=district.headers(COUNSELLOR)).json()
        assert read["strands"][0]["text"] == "Kenari"
        bundle = (district.folder / "roster.zip").read_bytes()
        report = client.post(f"{origin('intake')}/intake/api/roster", content=bundle, headers=district.headers(service_principal("test"))).json()
        assert (report["applied"], report["left"]) == (0, 0)
        assert report["unchanged"] > 600
    assert register_agency(district, hook) is False


async def heads_hold(district: Rig) -> None:
    """Heads of all three times, with the newest secret alone."""
    for service in SERVICES:
        database = Database(district.deployment.databases[service], service)
        await database.open()
        try:
            found = await verify_store(database, Keys(service, GivenSecrets(district.deployment.secrets), SystemClock()))
        finally:
            await database.close()
        assert found.broken is None
    signed = district.sql("SELECT DISTINCT key FROM intake.signed_head ORDER BY 1")
    assert signed == [("1",), ("2",), ("3",)]
