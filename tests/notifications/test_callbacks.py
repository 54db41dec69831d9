"""Callbacks of providers: only what is signed counts, whatever else they hold is passed over, and nothing they say raises a fault of ours."""

import hmac
import json
import time
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.channels.callbacks import Callbacks, sms_reports, whatsapp_reports
from services.notifications.channels.dug import found_at, text_at
from services.notifications.channels.keeping import Dispatches
from services.notifications.channels.settings import Callback, Channels, read_channels
from services.notifications.channels.statuses import Report
from services.notifications.senders.signing import NotVerified
from shared.clock import SystemClock
from shared.errors import Invalid, NotFound, StartRefused
from tests.notifications.telephones import APP_SECRET, CALLBACK_SECRET, NUMBER_ID, VERIFY, written

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


class Kept(Dispatches):
    """The ledger, as callbacks see it."""

    reports: list[tuple[str, Report]]

    def __init__(self) -> None:
        object.__setattr__(self, "reports", [])

    async def report(self, channel, reports) -> None:
        self.reports.extend((channel, each) for each in reports)


@pytest.fixture
def heard(tmp_path):
    channels = read_channels(written(tmp_path, 9, ("mail",), ("mail",)))
    return Callbacks(channels, Kept(), SystemClock())


def signed(body: bytes) -> str:
    return "sha256=" + hmac.digest(APP_SECRET.encode(), body, sha256).hex()


def from_meta(*statuses: object, number: str = NUMBER_ID) -> bytes:
    value = {"metadata": {"phone_number_id": number}, "statuses": list(statuses), "messages": [{"text": {"body": "Rani menangis"}}]}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


FAILED = {"id": "wamid.1", "status": "failed", "timestamp": "1764320400", "recipient_id": "62812"}


async def test_a_signed_report_is_kept_and_what_people_wrote_is_not(heard):
    body = from_meta(FAILED, {"id": "wamid.2", "status": "read", "timestamp": "x"}, {"id": "wamid.3", "status": "deleted"}, "no report")
    await heard.whatsapp(signed(body), body)
    assert [(each.reference, each.state) for _, each in heard.dispatches.reports] == [("wamid.1", "returned"), ("wamid.2", "read")]
    assert heard.dispatches.reports[0][1].at == datetime.fromtimestamp(1764320400, UTC)
    assert "Rani" not in repr(heard.dispatches.reports)


@pytest.mark.parametrize("forged", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "ÿ", "sha256=" + "A" * 64])
async def test_a_forged_or_unsigned_report_is_refused(heard, forged):
    with pytest.raises(NotVerified):
        await heard.whatsapp(forged, from_meta(FAILED))
    assert heard.dispatches.reports == []


@pytest.mark.parametrize("moment", ["-1", "99999999999", "9" * 5000, "1e3", "0x5", "", "\u0661\u0662", "1_0", " 5", "253402300800"])
async def test_a_moment_that_is_none_or_not_yet_is_the_moment_of_the_report(heard, moment):
    body = from_meta({**FAILED, "timestamp": moment})
    before = datetime.now(UTC)
    await heard.whatsapp(signed(body), body)
    ((_, report),) = heard.dispatches.reports
    assert before <= report.at <= datetime.now(UTC)


async def test_a_signature_of_another_body_is_refused(heard):
    with pytest.raises(NotVerified):
        await heard.whatsapp(signed(from_meta(FAILED)), from_meta(FAILED) + b" ")


async def test_a_report_about_another_number_of_the_same_account_is_passed_over(heard):
    body = from_meta(FAILED, number="999")
    await heard.whatsapp(signed(body), body)
    assert heard.dispatches.reports == []


async def test_a_signed_body_that_is_no_json_is_a_clear_problem(heard):
    with pytest.raises(Invalid):
        await heard.whatsapp(signed(b"{"), b"{")


def sms(told: dict, moment: int | None = None, secret: str = CALLBACK_SECRET) -> tuple[dict[str, str], bytes]:
    body, at = json.dumps(told).encode(), str(int(time.time()) if moment is None else moment)
    return {"x-signature": hmac.digest(secret.encode(), f"{at}.".encode() + body, sha256).hex(), "x-time": at}, body


async def test_a_gateway_s_report_is_read_as_its_description_says(heard):
    await heard.sms(*sms({"id": 7, "state": "DELIVERED"}))
    await heard.sms(*sms({"id": "8", "state": "SOMETHING"}))
    await heard.sms(*sms({"state": "FAILED"}))
    assert [(each.reference, each.state) for _, each in heard.dispatches.reports] == [("7", "delivered")]


@pytest.mark.parametrize("off", [-301, 302, -86_400])
async def test_a_gateway_s_report_of_another_time_is_refused(heard, off):
    with pytest.raises(NotVerified):
        await heard.sms(*sms({"id": "7", "state": "FAILED"}, int(time.time()) + off))


@pytest.mark.parametrize("moment", ["", "now", "1e9", "99999999999999999999", "１２３"])
async def test_a_timestamp_that_is_none_is_refused(heard, moment):
    headers, body = sms({"id": "7", "state": "FAILED"})
    with pytest.raises(NotVerified):
        await heard.sms({**headers, "x-time": moment}, body)


async def test_without_the_channel_there_is_no_callback():
    nothing = Callbacks(Channels(), Kept(), SystemClock())
    for call in (nothing.whatsapp("", b"{}"), nothing.sms({}, b"{}")):
        with pytest.raises(NotFound):
            await call


async def test_meta_s_challenge_is_answered_to_whoever_knows_the_token(heard):
    assert heard.challenge("subscribe", VERIFY, "1158201444") == "1158201444"
    for mode, token in (("subscribe", "another"), ("unsubscribe", VERIFY), ("subscribe", "")):
        with pytest.raises(NotVerified):
            heard.challenge(mode, token, "1")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["entry", "changes", "value", "statuses", "id", "field"]), inner, max_size=4)
    ),
    max_leaves=12,
)
DESCRIBED = Callback(secret="0123456789abcdef", reference="id", status="status", list_at="entry", statuses={"returned": ("no",)})


@given(ANYTHING)
def test_whatever_a_signed_body_holds_is_read_without_a_fault(told):
    assert isinstance(list(whatsapp_reports(told, NUMBER_ID, NOW)), list)
    assert isinstance(list(sms_reports(DESCRIBED, told, NOW)), list)


def test_a_path_finds_what_stands_there_and_nothing_else():
    told = {"messages": [{"id": "a"}, {"id": 5}], "ok": True}
    assert (text_at(told, "messages.1.id"), text_at(told, "messages.2.id"), text_at(told, "ok"), text_at(told, "")) == ("5", "", "true", "")
    for path in ("messages.x.id", "messages.-1.id", "messages.\u00b2.id", "messages.\u0661.id", "messages..9.id", "ok.0", "messages.1.id.0"):
        assert found_at(told, path) is None, path


def test_a_gateway_that_signs_in_base64_with_a_form_is_read(tmp_path):
    described = Callback(secret="0123456789abcdef", encoding="base64", format="form", reference="id", status="s", statuses={"delivered": ("1",)})
    body = b"id=9&s=1"
    digest = b64encode(hmac.digest(b"0123456789abcdef", body, sha256)).decode()
    assert digest
    assert [each.state for each in sms_reports(described, {"id": "9", "s": "1"}, NOW)] == ["delivered"]


@pytest.mark.parametrize(
    ("written_in", "named"),
    [
        ("colour = 1", "colour"), ("[whatsapp]\ntoken = 'x'", "whatsapp.phone_number_id"), ("staff = ['fax']", "staff"), ("[sms", "TOML"),
        ("[sms]\nurl = 'http://gateway.invalid'\nsecret = '0123456789abcdef'\nbody = {}", "https://"),
        ("[sms]\nurl = 'https://gateway.invalid'\nsecret = 'short'\nbody = {}", "sms.secret"),
        ("[push]\nkey = '0123456789abcdef'\ncontact = 'operator'", "push.contact"),
    ],
)  # fmt: skip
def test_a_wrong_file_stops_the_start_with_the_key_and_without_any_secret(tmp_path, written_in, named):
    file = tmp_path / "channels.toml"
    file.write_text(written_in, encoding="utf-8")
    with pytest.raises(StartRefused) as refused:
        read_channels(file)
    assert named in str(refused.value)
    assert "0123456789abcdef" not in str(refused.value)


def test_a_file_that_is_not_there_stops_the_start():
    with pytest.raises(StartRefused, match="TANGGAP_CHANNELS"):
        read_channels(Path("/nowhere/channels.toml"))
