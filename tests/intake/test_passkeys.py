"""A passkey counts only for the page that it was made for, in answer to what this page asked, when its device has checked its owner."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.accounts.passkeys.ceremonies import (
    Counted,
    Owner,
    PasskeyNotProved,
    authenticated,
    authentication_options,
    claimed,
    new_challenge,
    registered,
    registration_options,
)
from services.intake.accounts.passkeys.relying import RelyingParty, relying_party
from tests.intake.passkeys_device import PRESENT, Device

PARTY = RelyingParty("tanggap.contoh.id", "https://tanggap.contoh.id")
ASKED, OTHER = b"a" * 32, b"b" * 32
HANDLE = b"guru-1"


def made(device: Device):
    return registered(PARTY, ASKED, device.makes(ASKED), "HP saya")


def used(device: Device, *, challenge: bytes = ASKED, before: int = 0, handle: bytes | None = HANDLE):
    passkey, _ = made(Device(id=device.id, key=device.key))
    return authenticated(PARTY, ASKED, device.answers(challenge, handle), passkey, Counted(before), HANDLE)


# where they work -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://tanggap.contoh.id", PARTY),
        ("https://tanggap.contoh.id:8443", RelyingParty("tanggap.contoh.id", "https://tanggap.contoh.id:8443")),
        ("http://localhost:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://127.0.0.1:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://[::1]:8000", RelyingParty("localhost", "http://localhost:8000")),
        ("http://127.0.0.1", RelyingParty("localhost", "http://localhost")),
        ("http://tanggap.contoh.id", "plain-http"),
        ("http://192.168.1.10:8000", "plain-http"),
        ("https://192.168.1.10", "number-for-name"),
        ("https://[2001:db8::1]", "number-for-name"),
        ("https://127.0.0.1", "number-for-name"),
    ],
)
def test_passkeys_work_where_browsers_let_them(origin, expected):
    assert relying_party(origin) == expected


# registering ---------------------------------------------------------------------------------------------------------


def test_the_device_is_asked_for_a_passkey_that_is_found_without_a_name_and_checks_its_owner():
    told = json.loads(registration_options(PARTY, "Kabupaten Contoh", Owner(HANDLE, "Ibu Guru"), ASKED, [b"known"]))
    assert told["rp"] == {"name": "Kabupaten Contoh", "id": "tanggap.contoh.id"}
    assert told["authenticatorSelection"] == {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"}
    assert told["attestation"] == "none"
    assert [each["id"] for each in told["excludeCredentials"]] == ["a25vd24"]


def test_a_passkey_keeps_its_key_and_the_name_that_its_owner_gave():
    device = Device(count=3)
    passkey, counted = made(device)
    assert (passkey.id, passkey.name, counted) == (device.id, "HP saya", Counted(3))
    assert type(passkey).model_validate_json(passkey.model_dump_json()) == passkey


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://tanggap.contoh.id.jahat.id"},
        {"origin": "http://tanggap.contoh.id"},
        {"party": "jahat.id"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"flags": 0},
        {"id": b""},
    ],
)
def test_a_passkey_made_in_a_wrong_way_is_refused(wrong):
    with pytest.raises(PasskeyNotProved) as error:
        made(replace(Device(), **wrong))
    assert str(error.value) == PasskeyNotProved.english


def test_a_passkey_made_for_another_challenge_is_refused():
    with pytest.raises(PasskeyNotProved):
        registered(PARTY, ASKED, Device().makes(OTHER), "HP saya")


def test_an_answer_to_a_sign_in_is_no_registration_and_the_other_way_round():
    device = Device()
    with pytest.raises(PasskeyNotProved):
        registered(PARTY, ASKED, device.answers(ASKED), "HP saya")
    passkey, _ = made(device)
    with pytest.raises(PasskeyNotProved):
        authenticated(PARTY, ASKED, device.makes(ASKED), passkey, Counted(0), HANDLE)


# signing in ----------------------------------------------------------------------------------------------------------


def test_the_device_may_offer_any_passkey_and_must_check_its_owner():
    told = json.loads(authentication_options(PARTY, ASKED))
    assert (told["rpId"], told["allowCredentials"], told["userVerification"]) == ("tanggap.contoh.id", [], "required")


def test_a_passkey_signs_its_owner_in():
    device = Device(count=1)
    assert claimed(device.answers(ASKED)) == device.id
    assert used(device) == Counted(1)
    assert used(device, handle=None) == Counted(1)


def test_a_synchronised_passkey_never_counts():
    assert used(Device()) == Counted(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://jahat.id"},
        {"origin": "http://tanggap.contoh.id"},
        {"party": "jahat.id"},
        {"flags": PRESENT},
        {"flags": 0x04},
        {"flags": 0},
    ],
)
def test_an_answer_in_a_wrong_way_is_refused(wrong):
    with pytest.raises(PasskeyNotProved):
        used(replace(Device(), **wrong))


def test_an_answer_to_another_challenge_is_refused():
    with pytest.raises(PasskeyNotProved):
        used(Device(), challenge=OTHER)


def test_another_devices_signature_is_refused():
    mine, theirs = Device(), Device()
    passkey, _ = made(mine)
    with pytest.raises(PasskeyNotProved):
        authenticated(PARTY, ASKED, replace(theirs, id=mine.id).answers(ASKED), passkey, Counted(0), HANDLE)


def test_an_answer_of_another_passkey_is_refused():
    mine = Device()
    passkey, _ = made(mine)
    with pytest.raises(PasskeyNotProved) as error:
        authenticated(PARTY, ASKED, replace(mine, id=b"another").answers(ASKED), passkey, Counted(0), HANDLE)
    assert error.value.why == "other-owner"


def test_an_answer_for_another_owner_is_refused():
    with pytest.raises(PasskeyNotProved) as error:
        used(Device(), handle=b"guru-2")
    assert error.value.why == "other-owner"


@pytest.mark.parametrize("count", [4, 5])
def test_a_count_that_does_not_go_forward_is_refused(count):
    with pytest.raises(PasskeyNotProved):
        used(Device(count=count), before=5)


# whatever is sent ----------------------------------------------------------------------------------------------------

_HONEST = Device()
_REGISTRATION, _SIGN_IN = _HONEST.makes(ASKED), _HONEST.answers(ASKED, HANDLE)
_PASSKEY, _ = registered(PARTY, ASKED, _REGISTRATION, "HP saya")


@st.composite
def damaged(draw, honest: str) -> str:
    """An honest answer with one of its values changed, cut or made something else."""
    told = json.loads(honest)
    place = draw(st.sampled_from(["id", "rawId", "type", *(("response", name) for name in told["response"]), "response"]))
    holder, name = (told, place) if isinstance(place, str) else (told["response"], place[1])
    was = holder[name]
    cut = st.integers(0, len(was) - 1).map(lambda at: was[:at]) if isinstance(was, str) else st.nothing()
    flipped = st.tuples(st.integers(0, len(was) - 1), st.sampled_from("AZaz09-_")).map(lambda at: was[: at[0]] + at[1] + was[at[0] + 1 :])
    other = st.one_of(st.none(), st.integers(), st.text(), st.binary(max_size=200).map(lambda told: told.hex()), st.lists(st.integers()))
    holder[name] = draw(st.one_of(other, cut, flipped) if isinstance(was, str) else other)
    return json.dumps(told)


@given(st.one_of(damaged(_REGISTRATION), st.text(), st.recursive(st.none() | st.integers(), st.lists).map(json.dumps)))
def test_a_damaged_registration_is_refused_and_nothing_else(answer):
    try:
        registered(PARTY, ASKED, answer, "HP saya")
    except PasskeyNotProved:
        pass
    else:
        assert json.loads(answer)["response"]["clientDataJSON"]


@given(st.one_of(damaged(_SIGN_IN), st.text(), st.recursive(st.none() | st.integers(), st.lists).map(json.dumps)))
def test_a_damaged_sign_in_is_refused_and_nothing_else(answer):
    try:
        claimed(answer)
        authenticated(PARTY, ASKED, answer, _PASSKEY, Counted(0), HANDLE)
    except PasskeyNotProved:
        pass
    else:
        assert json.loads(answer)["response"]["signature"]


def test_an_endless_answer_is_not_even_read():
    for read in (claimed, lambda answer: registered(PARTY, ASKED, answer, "HP")):
        with pytest.raises(PasskeyNotProved) as error:
            read("[" * 100_000)
        assert error.value.why == "too-long"


def test_challenges_are_random():
    assert len({new_challenge() for _ in range(100)}) == 100
