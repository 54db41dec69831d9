"""What can never arrive is known at the first try, and a person hears of it. What may arrive later is not tried before its moment."""

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import format_datetime

import pytest
from starlette.responses import Response

from services.notifications.domain.agency import AGENCY, RegisterAgency
from services.notifications.senders import addresses
from services.notifications.senders.addresses import UnknownHost
from shared.decider import execute
from shared.events import StaffToBeTold
from shared.testing import eventually
from tests.logins import past_the_wall
from tests.notifications.certificates import self_signed
from tests.notifications.desk import Agency, Mailbox, agency_server, desk, mail_server, text_of
from tests.notifications.scenes import attempted, attempts, in_states, sent, staffed, time_passes, to_be_told, triaged

pytestmark = pytest.mark.anyio

NOWHERE = "smtp://127.0.0.1:9"
HOUR = "3600,3600,3600"
"""Waits after which a test would have ended long ago: whatever arrives did not wait."""


def receivers(mailbox: Mailbox) -> list[str]:
    return sorted(address for address, _ in mailbox.messages)


async def outcomes(running, event_type: str, field: str) -> list[str]:
    return [json.loads(event.body)[field] for event in await running.told(event_type)]


async def agency_of(running, agency: str) -> dict:
    listed = await running.client.get("/notifications/api/agencies", headers=running.as_service())
    return next(each for each in listed.json()["items"] if each["id"] == agency)


async def due_at(running) -> datetime:
    """When the only waiting message is tried again."""
    async with past_the_wall(running.kernel.database).connection() as connection:
        ((moment,),) = await (await connection.execute("SELECT due_at FROM outbox_v1 WHERE state = 'queued'")).fetchall()
    return moment


# row 5: one receiver or none ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept",
    ["a@x.invalid; b@x.invalid", "a@x.invalid, b@x.invalid", "Ibu <a@x.invalid>", "<>", ";", "a@x.invalid\r\nRCPT TO:<b@x.invalid>", "a@a..b", ""],
)
async def test_row_5_a_cell_of_an_earlier_import_that_holds_no_single_address_ends_the_notice_and_the_counsellor_is_told(database, redis_url, kept):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.person("ibu", "guardian", address=kept)
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "failed", "sent")
        assert await outcomes(running, "guardian-told", "outcome") == ["no-contact"]
        assert (await attempts(running, "case-1", "ibu"))[0].startswith("never:not-an-address:" if kept else "never:no-address")
        assert receivers(mailbox) == ["ani@example.org"]
        assert await outcomes(running, "staff-alerted", "person") == ["ani"]


async def test_row_5_sent_is_recorded_only_of_what_a_server_took_for_a_receiver(database, redis_url):
    mailbox = Mailbox()
    kept = ["good@x.invalid", "", "a@x.invalid;b@x.invalid", "<>", "é@x.invalid", "x@é.invalid", " ", "a b@x.invalid", "a@b", "\r\n"]
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.person("siswa", "student", guardians=tuple(f"wali-{place}" for place in range(len(kept))))
        for place, address in enumerate(kept):
            await running.person(f"wali-{place}", "guardian", address=address)
            await running.hear(to_be_told(f"case-{place}", f"wali-{place}"))

        async def ended() -> bool:
            states = [each["state"] for each in await running.deliveries()]
            return len(await running.told("guardian-told")) == len(kept) and not {"queued", "sending"} & set(states)

        await eventually(ended)
        notices = [json.loads(event.body) for event in await running.told("guardian-told")]
        assert sorted(each["guardian"] for each in notices if each["outcome"] == "sent") == ["wali-0", "wali-4", "wali-5"]
        assert [address for address in receivers(mailbox) if address != "ani@example.org"] == ["good@x.invalid", "x@xn--9ca.invalid", "é@x.invalid"]
        mailed = [each for each in await running.deliveries() if each["kind"] == "notice" and each["state"] == "sent"]
        assert {each["receiver"] for each in mailed} == {"wali-0", "wali-4", "wali-5"}


async def test_where_the_counsellor_cannot_be_reached_either_the_next_of_the_case_s_ladder_hears_and_never_somebody_who_is_named(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ani", "staff", "counsellor", address="")
        await running.person("ibu", "guardian", address="")
        await running.hear(triaged("case-1", "high", excluded=("citra",)))
        await in_states(running, "case-1", "failed", "sent")
        await running.hear(to_be_told("case-1"))
        await in_states(running, "case-1", "failed", "failed", "failed", "sent", "sent")
        assert receivers(mailbox) == ["eka@example.org", "eka@example.org"]


async def test_somebody_whom_a_later_concern_names_does_not_hear_instead(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("guru", "staff", "subject-teacher", address="")
        for excluded in ((), ("ani", "citra")):
            await running.hear(triaged("case-1", "high", excluded=excluded))
        await in_states(running, "case-1", "sent", "sent")
        before = len(mailbox.messages)
        await running.hear(StaffToBeTold(case="case-1", student="siswa", school="school-1", person="guru", message="teacher-asked"))
        await in_states(running, "case-1", "failed", "sent", "sent", "sent")
        assert [address for address, _ in mailbox.messages[before:]] == ["eka@example.org"]


async def test_a_plain_message_to_somebody_without_an_address_is_told_to_the_next_of_the_case_s_ladder(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("guru", "staff", "subject-teacher", address="")
        await running.hear(triaged("case-1", "high", excluded=("ani",)))
        await in_states(running, "case-1", "sent")
        await running.hear(StaffToBeTold(case="case-1", student="siswa", school="school-1", person="guru", message="teacher-asked"))
        await in_states(running, "case-1", "failed", "sent", "sent")
        assert receivers(mailbox) == ["citra@example.org", "citra@example.org"]
        await running.hear(StaffToBeTold(case="case-2", student="siswa", school="school-1", person="guru", message="teacher-asked"))
        await in_states(running, "case-2", "failed", "sent")
        assert receivers(mailbox)[-1] == "dewi@example.org", "without an alert nobody knows who is named: only the district hears"


# row 6: letters beyond ASCII ---------------------------------------------------------------------------------------


async def test_row_6_an_address_that_the_server_cannot_take_is_never_at_the_first_try_and_the_next_rung_hears_at_once(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox, smtputf8=False) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.person("ani", "staff", "counsellor", address="konselór@x.invalid")
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "failed", "sent")
        assert await attempts(running, "case-1", "ani") == ["never:needs-smtputf8"]
        assert receivers(mailbox) == ["citra@example.org"]


async def test_row_6_a_domain_goes_out_in_its_ascii_form_to_a_server_that_knows_nothing_else(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox, smtputf8=False) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ani", "staff", "counsellor", address="k@sekolah-é.invalid")
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        assert receivers(mailbox) == ["k@xn--sekolah--i1a.invalid"]
        assert message_from_bytes(mailbox.messages[0][1])["To"] == "k@xn--sekolah--i1a.invalid"


async def test_row_6_letters_left_of_the_at_go_out_as_they_are_where_the_server_takes_them(database, redis_url):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp) as running:
        await staffed(running)
        await running.person("ani", "staff", "counsellor", address="konselór@sekolah-é.invalid")
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", "sent")
        ((address, content),) = mailbox.messages
        assert address == "konselór@xn--sekolah--i1a.invalid"
        assert f"To: {address}\r\n".encode() in content
        assert "Buka dan terima: http" in text_of(content)


# what a mail server says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("refusal", "told"), [({"refuse": "550"}, "mailbox-refused:550"), ({"refuse_message": "554"}, "message-refused:554")])
async def test_a_refusal_of_the_receiver_or_the_message_sends_the_ladder_on_at_the_first_try(database, redis_url, refusal, told):
    async with mail_server(Mailbox(**refusal)) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await in_states(running, "case-1", *["failed"] * 9)
        assert await attempts(running, "case-1", "ani") == [f"never:{told}"] * 2, "all four are asked once more at once, then after a school day"
        assert await outcomes(running, "alert-exhausted", "person") == ["dewi", None], "and in the end the case hears that nobody has it"


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        ({"refuse": "451"}, "mail-server-busy:451"),
        ({"refuse": "530"}, "mail-server-refuses-us:530"),
        ({"refuse_message": "452"}, "mail-server-busy:452"),
    ],
)
async def test_what_a_mail_server_says_about_itself_or_us_waits_and_loses_no_rung(database, redis_url, refusal, told):
    async with mail_server(Mailbox(**refusal)) as smtp, desk(database, redis_url, smtp, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await attempted(running, "case-1", "ani", f"later:{told}")
        assert await running.states("case-1") == ["queued"]


# row 7: what an endpoint says --------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["600", "date"])
@pytest.mark.parametrize("status", [503, 429])
async def test_row_7_an_endpoint_that_asks_to_wait_is_not_called_before_that_moment(database, redis_url, asked, status):
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=10)
    told = format_datetime(moment, usegmt=True) if asked == "date" else asked
    agency = Agency(answers=[Response(status_code=status, headers={"retry-after": told}), Response(status_code=202)])
    async with agency_server(agency) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await attempted(running, "case-1", "upt", f"later:{'busy' if status == 429 else 'server-error'}:{status}")
        latest = moment if asked == "date" else datetime.now(UTC) + timedelta(minutes=10)
        assert moment <= await due_at(running) <= latest
        await time_passes(running, 9)
        assert len(agency.received) == 1
        await time_passes(running, 1)
        await in_states(running, "case-1", "delivered")
        assert len(agency.received) == 2


@pytest.mark.parametrize("told", ["-1", "1.5", "²", "soon", "Mon, 05 Jan 2026 12:00:00 GMT"])
async def test_row_7_a_moment_that_says_nothing_usable_is_passed_over(database, redis_url, told):
    headers = [(b"retry-after", told.encode())]
    busy = Response(status_code=503)
    busy.raw_headers += headers
    async with agency_server(Agency(answers=[busy, Response(status_code=202)])) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "delivered")


@pytest.mark.parametrize(
    ("status", "why"),
    [(308, "redirects"), (302, "redirects"), (401, "not-authorised"), (403, "not-authorised"), (404, "not-there"), (422, "refused")],
)
async def test_row_7_an_endpoint_that_says_never_is_called_once_the_case_hears_at_once_and_the_keeper_sees_why(database, redis_url, status, why):
    agency = Agency(answers=[Response(status_code=status, headers={"location": "http://127.0.0.1:9/", "retry-after": "1"})])
    async with agency_server(agency) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        assert (await agency_of(running, "upt"))["endpoint"] is None
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")
        assert len(agency.received) == 1
        assert await outcomes(running, "task-unanswered", "reason") == ["unreachable"]
        seen = (await agency_of(running, "upt"))["endpoint"]
        assert (seen["outcome"], seen["why"], seen["detail"]) == ("never", why, str(status))
        assert seen["sentence"].keys() == {"id", "en"}
        assert datetime.fromisoformat(seen["at"]).tzinfo


async def test_the_keeper_sees_the_outcome_of_the_endpoint_that_stands_there_and_of_no_other(database, redis_url):
    agency = Agency(answers=[Response(status_code=308), Response(status_code=202)])
    async with agency_server(agency) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")
        assert (await agency_of(running, "upt"))["endpoint"]["sentence"]["en"] == "The endpoint redirects: enter the new address."
        await running.register("upt", f"{url}?baru")
        assert (await agency_of(running, "upt"))["endpoint"] is None
        await running.hear(sent("case-2", "upt"))
        await in_states(running, "case-2", "delivered")
        seen = (await agency_of(running, "upt"))["endpoint"]
        assert (seen["outcome"], seen["why"], seen["detail"], seen["sentence"]) == ("accepted", None, None, None)


async def test_an_endpoint_that_is_gone_is_switched_off_and_the_keeper_sees_why(database, redis_url):
    async with agency_server(Agency(answers=[Response(status_code=410)])) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")

        async def switched_off() -> bool:
            return not (await agency_of(running, "upt"))["has_webhook"]

        await eventually(switched_off)
        seen = (await agency_of(running, "upt"))["endpoint"]
        assert (seen["outcome"], seen["why"]) == ("never", "gone")
        assert len(await running.told("webhook-disabled")) == 1


async def test_an_agency_without_an_endpoint_is_told_to_the_case_at_once(database, redis_url):
    async with desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.register("surat", None)
        await running.hear(sent("case-1", "surat"))
        await in_states(running, "case-1", "failed")
        assert await attempts(running, "case-1", "surat") == ["never:no-endpoint"]
        assert await outcomes(running, "task-unanswered", "reason") == ["unreachable"]


@pytest.mark.parametrize("url", ["https://x.invalid:99999/", "https://a..b/", "https://10.0.0.5/", f"https://{'x' * 70}.invalid/"])
async def test_row_17_a_wrong_endpoint_that_an_earlier_release_took_is_never_at_the_first_call(database, redis_url, url):
    async with desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        told = {
            "agency": "upt",
            "name": "UPT",
            "kind": "",
            "services": (),
            "url": url,
            "secret": None,
            "old_secret": None,
            "mail": None,
            "digest": "-",
        }
        await execute(running.kernel.store, AGENCY, "agency-upt", RegisterAgency(**told), running.occasion())
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")
        assert (await agency_of(running, "upt"))["endpoint"]["why"] == "endpoint-unusable"
        assert await outcomes(running, "task-unanswered", "reason") == ["unreachable"]


async def test_a_certificate_that_is_not_valid_is_never(database, redis_url, tmp_path):
    agency = Agency()
    async with agency_server(agency, **self_signed(tmp_path)) as url, desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt"))
        await in_states(running, "case-1", "failed")
        assert await attempts(running, "case-1", "upt") == ["never:certificate"]
        assert agency.received == []


async def test_a_secure_connection_that_does_not_come_about_may_do_so_later(database, redis_url):
    async with agency_server(Agency()) as url, desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.register("upt", url.replace("http://", "https://"))
        await running.hear(sent("case-1", "upt"))
        await attempted(running, "case-1", "upt", "later:handshake")


async def test_a_server_that_is_down_is_called_again(database, redis_url):
    async with desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.register("upt", "http://127.0.0.1:9/hook")
        await running.hear(sent("case-1", "upt"))
        await attempted(running, "case-1", "upt", "later:unreachable:ConnectError")
        assert await running.states("case-1") == ["queued"]


async def test_a_name_that_does_not_exist_may_be_an_outage_at_first_and_is_never_after_ten_minutes(database, redis_url, monkeypatch):
    async def nobody(host, port):
        raise UnknownHost(f"{host}:{port}")

    monkeypatch.setattr(addresses, "resolve", nobody)
    async with desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS="60,60,60") as running:
        await staffed(running)
        await running.register("upt", "https://upt.invalid/hook")
        await running.hear(sent("case-1", "upt"))
        await attempted(running, "case-1", "upt", "later:unknown-host")
        assert await running.told("task-unanswered") == []
        await time_passes(running, 10)
        await attempted(running, "case-1", "upt", "later:unknown-host", "never:unknown-host")
        await in_states(running, "case-1", "failed")
        assert await outcomes(running, "task-unanswered", "reason") == ["unreachable"]


async def test_an_urgent_referral_that_has_to_wait_is_told_to_the_case_as_soon_as_that_is_known_and_goes_out_all_the_same(database, redis_url):
    agency = Agency(answers=[Response(status_code=503, headers={"retry-after": "3600"}), Response(status_code=202)])
    async with agency_server(agency) as url, desk(database, redis_url, NOWHERE) as running:
        await staffed(running)
        await running.register("upt", url)
        await running.hear(sent("case-1", "upt", priority="stat"))

        async def told() -> bool:
            return await outcomes(running, "task-unanswered", "reason") == ["unreachable"]

        await eventually(told)
        await attempted(running, "case-1", "upt", "later:server-error:503")
        await time_passes(running, 60)
        await in_states(running, "case-1", "delivered")
        assert len(await running.told("task-unanswered")) == 1


async def test_a_fault_of_our_own_is_an_attempt_that_waits_and_is_named(database, redis_url, monkeypatch):
    async def broken(*_):
        raise RuntimeError("planted")

    monkeypatch.setattr("services.notifications.senders.mail.MailSender.send", broken)
    async with desk(database, redis_url, NOWHERE, TANGGAP_RETRY_SECONDS=HOUR) as running:
        await staffed(running)
        await running.hear(triaged("case-1", "high"))
        await attempted(running, "case-1", "ani", "later:own-error:RuntimeError")
