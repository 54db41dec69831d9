"""The reference library of Standard Webhooks verifies what we sign, and we what it signs. Fuzzed headers raise the verification error alone."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.senders.signing import NotVerified, public_key, sign, signing_keys, verify
from tests.keys import keys

SECRET, OTHER = "whsec_" + "QUJD" * 12, "whsec_" + "REVG" * 12
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")


def headers(message: str, moment: int, signature: str) -> dict[str, str]:
    return dict(zip(NAMES, (message, str(moment), signature), strict=True))


def now() -> int:
    return int(datetime.now(UTC).timestamp())


@given(st.from_regex(r"evt_[A-Z2-7]{26}", fullmatch=True), st.text(max_size=200))
def test_the_library_verifies_what_we_sign_also_beside_other_signatures(message, text):
    body, moment = b'{"data": ' + repr(text).encode("utf-8", "replace") + b"}", now()
    signature = sign([OTHER, SECRET], signing_keys(keys("notifications")), message, moment, b'{"a": 1}')
    assert Webhook(SECRET).verify(b'{"a": 1}', headers(message, moment, signature)) == {"a": 1}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body, headers(message, moment, signature))


@given(st.from_regex(r"msg_[A-Za-z0-9]{20}", fullmatch=True), st.text(max_size=200))
def test_we_verify_what_the_library_signs(message, text):
    moment = datetime.now(UTC)
    signature = Webhook(SECRET).sign(message, moment, text)
    told = headers(message, int(moment.timestamp()), signature)
    verify(SECRET, told, text.encode(), now())
    for wrong in (text.encode() + b" ", b"x" + text.encode()):
        with pytest.raises(NotVerified):
            verify(SECRET, told, wrong, now())
    with pytest.raises(NotVerified):
        verify(OTHER, told, text.encode(), now())


@given(
    st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60) | st.from_regex(r"v1a?,[A-Za-z0-9+/=]{0,90}", fullmatch=True)),
    st.binary(max_size=60),
)
def test_fuzzed_headers_raise_only_the_verification_error(told, body):
    (private,) = signing_keys(keys("notifications"))
    for key in (SECRET, public_key(private), "whsec_", "whpk_", "x"):
        with pytest.raises(NotVerified):
            verify(key, told, body, now())


@given(st.text(max_size=80))
def test_fuzzed_signatures_under_a_right_moment_raise_only_the_verification_error(signature):
    (private,) = signing_keys(keys("notifications"))
    for key in (SECRET, public_key(private)):
        for told in (signature, f"v1,{signature}", f"v1a,{signature}"):
            with pytest.raises(NotVerified):
                verify(key, headers("msg_1", now(), told), b"{}", now())
