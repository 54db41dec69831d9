"""Mail that a server took and gave back goes on to somebody, and whatever is no such report changes nothing."""

import json
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.channels.bounces import came_back
from shared.testing import eventually
from tests.notifications.desk import Mailbox, desk, mail_server
from tests.notifications.scenes import in_states, staffed, to_be_told, triaged

pytestmark = pytest.mark.anyio
SECRET = "secret-of-the-bounces"


def report(action: str, *, envelope: str = "", headers: str = "") -> bytes:
    """As a mail server writes it."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole["From"], whole["Subject"] = "MAILER-DAEMON@contoh.id", "Undelivered"
    whole.attach(MIMEText("Your message could not be delivered."))
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    about, receiver = Message(), Message()
    about["Reporting-MTA"] = "dns; mx.contoh.id"
    if envelope:
        about["Original-Envelope-Id"] = envelope
    receiver["Final-Recipient"], receiver["Action"], receiver["Status"] = "rfc822; x@contoh.id", action, "5.1.1"
    status.set_payload([about, receiver])
    whole.attach(status)
    if headers:
        whole.attach(MIMEText(headers, "rfc822-headers"))
    return whole.as_bytes()


MESSAGE, OTHER = UUID(int=47), UUID(int=48)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (report("failed", envelope=str(MESSAGE)), [MESSAGE]),
        (report("Failed", headers=f"Message-ID: <{MESSAGE}@tanggap.invalid>\nSubject: x\n"), [MESSAGE]),
        (report("failed", headers=f"X-Tanggap-Alerts: {MESSAGE}\n {OTHER}\n"), [MESSAGE, OTHER]),
        (report("delayed", envelope=str(MESSAGE)), []),
        (report("delivered", envelope=str(MESSAGE)), []),
        (report("failed"), []),
        (f"Subject: Out of office\n\n{MESSAGE}".encode(), []),
        (b"", []),
    ],
)
def test_a_report_of_failure_names_its_messages_and_everything_else_names_none(content, found):
    assert list(came_back(content)) == found


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_without_a_fault(content):
    assert all(isinstance(each, UUID) for each in came_back(content))
    told = EmailMessage()
    told["Subject"] = "x"
    assert list(came_back(told.as_bytes() + content)) == []


async def test_mail_that_came_back_is_followed_by_the_next_rung_and_a_guardian_s_by_a_person(database, redis_url, tmp_path):
    file = tmp_path / "channels.toml"
    file.write_text(f"[bounces]\nsecret = '{SECRET}'\n", encoding="utf-8")
    async with mail_server(Mailbox()) as smtp, desk(database, redis_url, smtp, TANGGAP_CHANNELS=str(file)) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "sent", "sent")
        messages = [each["id"] for each in await running.deliveries("case-1")]

        async def handed_over(content: bytes, secret: str = SECRET) -> int:
            headers = {"x-tanggap-secret": secret, "content-type": "message/rfc822"}
            return (await running.client.post("/notifications/callbacks/mail", content=content, headers=headers)).status_code

        assert await handed_over(report("failed", envelope=messages[0]), "another") == 401
        assert await handed_over(report("failed", envelope=str(uuid4()))) == 200
        assert await handed_over(b"no report") == 200
        for message in messages * 2:
            assert await handed_over(report("failed", envelope=message)) == 200

        async def gone_on() -> bool:
            people = [json.loads(event.body)["person"] for event in await running.told("staff-alerted")]
            outcomes = [json.loads(event.body)["outcome"] for event in await running.told("guardian-told")]
            return "citra" in people and outcomes == ["sent", "undeliverable"]

        await eventually(gone_on)
        async with running.kernel.database.statement() as connection:
            kept = await (await connection.execute("SELECT DISTINCT channel, state FROM dispatch")).fetchall()
        assert kept == [("mail", "returned")]


ODD: dict[str, bytes] = {
    "parts inside each other without end": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (each, each) for each in range(3000)
    ),
    "mail inside mail without end": b"Content-Type: message/rfc822\r\n\r\n" * 3000,
    "a report in no encoding": report("failed").replace(b"message/delivery-status", b"message/delivery-status; charset=\xff"),
    "an id in an odd encoding": report("failed", envelope="x").replace(b"Original-Envelope-Id: x", b"Original-Envelope-Id: =?\xff?q?=ff?= \xfe"),
    "a torn part": report("failed")[:-60],
    "a status in base64": report("failed").replace(b"message/delivery-status", b"message/delivery-status\r\nContent-Transfer-Encoding: base64"),
    "no head": b"\r\n\r\nAction: failed",
    "nothing": b"",
    "zeros": b"\x00" * 1000,
    "parameters without end": b"Content-Type: " + b"a;" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("case", ODD)
def test_odd_mail_is_no_report_and_no_fault(case):
    assert list(came_back(ODD[case])) == []
