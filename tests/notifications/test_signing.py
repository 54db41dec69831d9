"""Standard Webhooks 1.0.0: vectors that our own code did not make, and everything that must be refused."""

import json
from base64 import b64decode

import pytest

from services.notifications.senders.signing import NotVerified, public_key, secret_bytes, sign, signing_keys, verify
from tests.keys import keys


@pytest.fixture(scope="session")
def signed(vectors):
    """A message signed with HMAC (`v1`), and one signed with Ed25519 (`v1a`)."""
    return json.loads((vectors / "webhooks" / "vectors.json").read_text(encoding="utf-8"))


def headers(vector, **changed):
    told = {"webhook-id": vector["id"], "webhook-timestamp": str(vector["timestamp"]), "webhook-signature": vector["signature"]}
    return {**told, **{name.replace("_", "-"): value for name, value in changed.items()}}


def test_the_symmetric_vector_is_signed_and_verified(signed):
    vector = signed["v1"]
    assert sign([vector["secret"]], [], vector["id"], vector["timestamp"], vector["body"].encode()) == vector["signature"]
    verify(vector["secret"], headers(vector), vector["body"].encode(), vector["timestamp"])


def test_the_asymmetric_vector_is_verified(signed):
    vector = signed["v1a"]
    verify(vector["public_key"], headers(vector), vector["body"].encode(), vector["timestamp"])


def test_old_and_new_key_both_fit_while_keys_rotate_and_so_does_the_districts_own(signed):
    vector = signed["v1"]
    old, new, (private,) = vector["secret"], "whsec_" + "QUJD" * 12, signing_keys(keys("notifications"))
    told = sign([new, old], [private], vector["id"], vector["timestamp"], b"{}")
    assert [part.split(",")[0] for part in told.split(" ")] == ["v1", "v1", "v1a"]
    for key in (old, new, public_key(private)):
        verify(key, headers(vector, webhook_signature=told), b"{}", vector["timestamp"])


def test_an_unpadded_secret_is_the_same_secret():
    assert secret_bytes("whsec_QUJDRA") == b64decode("QUJDRA==")


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_refused(signed, missing):
    vector = signed["v1"]
    told = {name: value for name, value in headers(vector).items() if name != missing}
    with pytest.raises(NotVerified):
        verify(vector["secret"], told, vector["body"].encode(), vector["timestamp"])


@pytest.mark.parametrize("told", ["v1,", "v2,{}", "{}", "v1a,{}", "v1,ÿ", "v1a,bm90IG9uZQ=="])
def test_an_empty_unknown_commaless_or_foreign_signature_is_refused(signed, told):
    vector = signed["v1"]
    signature = told.format(vector["signature"].removeprefix("v1,"))
    with pytest.raises(NotVerified):
        verify(vector["secret"], headers(vector, webhook_signature=signature), vector["body"].encode(), vector["timestamp"])


@pytest.mark.parametrize(("off", "fits"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_timestamp_may_be_five_minutes_off_and_not_a_second_more(signed, off, fits):
    vector = signed["v1"]
    if fits:
        verify(vector["secret"], headers(vector), vector["body"].encode(), vector["timestamp"] + off)
    else:
        with pytest.raises(NotVerified):
            verify(vector["secret"], headers(vector), vector["body"].encode(), vector["timestamp"] + off)


def test_another_body_is_refused_also_one_that_is_not_text(signed):
    vector = signed["v1"]
    for body in (b"{}", b"\xff\xfe\x00"):
        with pytest.raises(NotVerified):
            verify(vector["secret"], headers(vector), body, vector["timestamp"])


def test_more_than_sixteen_signatures_are_refused_though_one_fits(signed):
    vector = signed["v1"]
    sixteen = " ".join([*["v2,AAAA"] * 15, vector["signature"]])
    verify(vector["secret"], headers(vector, webhook_signature=sixteen), vector["body"].encode(), vector["timestamp"])
    with pytest.raises(NotVerified):
        verify(vector["secret"], headers(vector, webhook_signature=f"v2,AAAA {sixteen}"), vector["body"].encode(), vector["timestamp"])


def test_a_public_key_that_is_none_is_refused(signed):
    vector = signed["v1a"]
    with pytest.raises(NotVerified):
        verify("whpk_bm90IGEga2V5", headers(vector), vector["body"].encode(), vector["timestamp"])
