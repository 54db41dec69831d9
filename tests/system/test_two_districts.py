"""Two districts on one machine: a referral goes to the other one and its answer comes back, also where one of them is down in between (ADR 66)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
import pytest

from services.notifications.senders.signing import sign
from tests.system.two_districts import Two, raised, raised_of_home, two_districts

pytestmark = [pytest.mark.servers, pytest.mark.timeout(420)]

WORDS = "Rani, 13 tahun, memerlukan pendampingan. Kenari."


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with two_districts(Path(tmp_path_factory.mktemp("two"))) as both:
        yield both


def test_a_referral_and_its_answers_arrive_although_each_side_was_down_in_between(two):
    before = len(two.arrivals())
    two.there.deployment.kill("notifications")
    case_here, referral = two.referral(raised(two.here), WORDS)
    two.here.wait_for(two.failed, "an attempt that failed")
    two.there.deployment.start("notifications")
    two.there.deployment.wait_ready("notifications", within=120)
    two.there.wait_for(lambda: len(two.arrivals()) > before, "the referral")
    arrival = two.arrivals()[-1]
    assert "Kabupaten here" in two.page() and WORDS not in two.page(arrival)

    two.here.deployment.kill("notifications")
    assert two.say(arrival, "jawab", answer="accept").status_code == 303
    assert "sedang tidak dapat dihubungi" in two.say(arrival, "buka").text
    assert two.say(arrival, "jawab", answer="interim-note", words="Kami sudah menelepon ibunya.").status_code == 303
    two.here.deployment.start("notifications")
    two.here.deployment.wait_ready("notifications", within=120)
    two.here.wait_for(lambda: two.moved(referral) == ["accept", "interim-note"], "both answers, in their order")

    assert WORDS in two.say(arrival, "buka").text
    (school,) = two.there.sql("SELECT school FROM intake.school_v1 WHERE npsn = '20100002' LIMIT 1")[0]
    assert two.say(arrival, "teruskan", school="lain").status_code == 422
    assert two.say(arrival, "teruskan", school=school).status_code == 303
    query = "SELECT body::json ->> 'concern' FROM notifications.event WHERE type = 'arrival-became-concern'"
    two.there.wait_for(lambda: two.there.sql(query), "the concern there")
    ((concern,),) = two.there.sql(query)
    case = two.there.wait_for(lambda: two.there._case_of(concern), "the case there")
    assert "Sekolah sudah menerimanya" in two.page(arrival)
    opened = "SELECT body::json ->> 'student' FROM cases.event WHERE stream = %s AND type = 'case-opened'"
    assert two.there.sql(opened, f"case-{case}") == [(None,)], "nobody guesses whose case it is: the school matches"

    assert two.say(arrival, "jawab", answer="outcome", words="Anak sudah didampingi.").status_code == 303
    two.here.wait_for(lambda: two.moved(referral)[-1] == "outcome", "the outcome")
    assert two.case(case_here)["referrals"][-1]["state"] == "completed"
    assert "Anak sudah didampingi." in two.history(case_here), "the school reads the very words"
    assert [by for (by,) in two.here.sql("SELECT body::json ->> 'by' FROM notifications.event WHERE type = 'package-opened'")] == ["there"] * 2


def test_what_the_other_district_asks_is_answered_before_it_decides(two):
    before = set(two.arrivals())
    case, referral = two.referral(raised(two.here), WORDS)
    two.there.wait_for(lambda: set(two.arrivals()) - before, "the referral")
    (arrival,) = set(two.arrivals()) - before
    assert two.say(arrival, "jawab", answer="ask", words="Bahasa apa yang dipakai di rumah?").status_code == 303
    two.here.wait_for(lambda: two.moved(referral) == ["ask"], "the question")
    assert "Pengirim belum membalas" in two.say(arrival, "balasan").text
    two.command(case, "answer-agency", referral=referral, words="Bahasa Jawa.").raise_for_status()
    query = "SELECT 1 FROM notifications.outbox_v1 WHERE kind = 'webhook' AND step = 1 AND state = 'delivered'"
    two.here.wait_for(lambda: two.here.sql(query), "the word that it is answered")
    assert "Bahasa Jawa." in two.say(arrival, "balasan").text
    assert two.moved(referral) == ["ask"], "whoever reads an answer has decided nothing"


def test_a_case_goes_to_a_district_that_is_down_meanwhile_and_is_closed_here_only_once_a_school_there_has_it(two):
    before, failed = set(two.arrivals()), two.failed()
    two.there.deployment.kill("notifications")
    case, referral = two.referral(raised_of_home(two.here), WORDS, hands_over=True)
    two.here.wait_for(lambda: two.failed() > failed, "an attempt that failed")
    two.there.deployment.start("notifications")
    two.there.deployment.wait_ready("notifications", within=120)
    two.there.wait_for(lambda: set(two.arrivals()) - before, "the transfer")
    (arrival,) = set(two.arrivals()) - before
    assert "pindahan" in two.page() and "pindah ke sini" in two.page(arrival)
    assert not any(each in two.page(arrival) for each in ("Hati-hati", WORDS)), "what the sender hands over stays there until somebody accepts"

    assert two.say(arrival, "jawab", answer="accept").status_code == 303
    two.here.wait_for(lambda: two.moved(referral) == ["accept"], "the acceptance")
    assert _closed(two, case).json()["type"] == "/problems/referral-still-open"
    opened = two.say(arrival, "buka").text
    assert WORDS in opened and "jangan memberi tahu orang tua/wali" in opened

    (school,) = two.there.sql("SELECT school FROM intake.school_v1 WHERE npsn = '20100002' LIMIT 1")[0]
    assert two.say(arrival, "teruskan", school=school).status_code == 303
    two.here.wait_for(lambda: two.moved(referral) == ["accept", "outcome"], "the word that a school there has it")
    raised_there = (
        "SELECT body::json ->> 'student', body::json ->> 'guardians_unsafe' FROM intake.event WHERE type = 'concern-raised' AND body LIKE %s"
    )
    received = "SELECT body::json ->> 'concern' FROM notifications.event WHERE type = 'arrival-became-concern' AND stream = %s"
    ((concern,),) = two.there.sql(received, f"arrival-{arrival}")
    assert two.there.sql(raised_there, f"%{concern}%") == [(None, "true")], "a person there matches the student, and nobody at home is told meanwhile"
    two.there.wait_for(lambda: two.there._case_of(concern), "the case there")
    assert _closed(two, case).is_success
    assert two.there.sql("SELECT 1 FROM cases.event WHERE stream = %s", f"case-{case}") == [], "each side keeps a history of its own"


def _closed(two: Two, case: str) -> httpx.Response:
    return two.command(case, "close", outcome_class="helped", task_reviewed="Pindah sekolah.")


def _messages(two: Two, body: bytes, headers: dict[str, str]) -> httpx.Response:
    address = f"{two.there.deployment.origin('notifications')}/notifications/api/districts/here/messages"
    return httpx.post(address, content=body, headers={"content-type": "application/cloudevents+json", **headers}, trust_env=False)


def test_whoever_knows_the_secret_alone_or_nothing_says_nothing_in_anothers_name(two):
    before = two.arrivals()
    told = {
        "specversion": "1.0", "id": "evt_1", "source": "x", "type": "id.tanggap.referral.requested.v1", "subject": "tasks/forged",
        "data": {"priority": "stat", "respond_by": "2026-11-30T08:00:00+07:00"},
    }  # fmt: skip
    body, stamp = orjson.dumps(told), int(datetime.now(UTC).timestamp())
    secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    half = {"webhook-id": "evt_1", "webhook-timestamp": str(stamp), "webhook-signature": sign([secret], [], "evt_1", stamp, body)}
    for headers in ({}, half, {**half, "webhook-timestamp": "1"}, {**half, "webhook-signature": "v1a,AAAA"}):
        answer = _messages(two, body, headers)
        assert (answer.status_code, answer.json()["type"]) == (401, "/problems/not-verified")
    assert two.arrivals() == before
