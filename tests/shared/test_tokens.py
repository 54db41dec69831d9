"""What a token says and for how long, and that nobody makes one."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from shared.access import Identity, Principal, issue_token, read_token, service_principal
from shared.errors import Invalid, NotSignedIn
from shared.sessions.cookies import Cookies
from tests.keys import keys, secrets
from tests.shared.rows import ANI, CLOCK, KEY, NOON, OTHER, VALUE, WHO, holder, token


@pytest.mark.parametrize("principal", [ANI, service_principal("cases"), Principal("upt", "agency"), holder("auditor")])
def test_a_token_says_again_who_it_was_made_for(principal):
    assert read_token(KEY, token(principal), NOON) == Identity(principal.id, principal.kind)


def test_row_14_no_credential_says_what_somebody_may(principal=ANI):
    payload = token(principal).split(".")[1]
    assert json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).keys() == {"id", "kind", "expires", "made"}


def test_a_token_is_good_until_its_last_second_and_not_after():
    assert read_token(KEY, token(expires=NOON), NOON) == WHO
    with pytest.raises(NotSignedIn, match="expired"):
        read_token(KEY, token(expires=NOON), NOON + timedelta(seconds=1))


def test_a_token_of_another_deployment_is_not_valid_here():
    with pytest.raises(NotSignedIn, match="not valid"):
        read_token(KEY, token(key=OTHER), NOON)


def forged(**changed) -> str:
    """A token with another payload under the old signature."""
    prefix, payload, signature = token().split(".")
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))) | changed
    return f"{prefix}.{urlsafe_b64encode(json.dumps(told, separators=(',', ':')).encode()).decode().rstrip('=')}.{signature}"


def test_the_forger_of_these_tests_changes_what_it_says_and_nothing_else():
    assert forged() == token()


@pytest.mark.parametrize("changed", [{"roles": ["auditor"]}, {"schools": []}, {"id": "budi"}, {"expires": 9_999_999_999}, {"kind": "service"}])
def test_nobody_gives_themselves_more(changed):
    with pytest.raises(NotSignedIn):
        read_token(KEY, forged(**changed), NOON)


@pytest.mark.parametrize("place", range(0, len(token()), 7))
def test_a_token_with_one_character_changed_is_refused(place):
    whole = token()
    changed = whole[:place] + ("A" if whole[place] != "A" else "B") + whole[place + 1 :]
    with pytest.raises(NotSignedIn):
        read_token(KEY, changed, NOON)


@pytest.mark.parametrize("told", ["", "tgp_", "tgp_.", ".", token()[4:], token().rsplit(".", 1)[0], token() + "=", token() + ".x", "tgp_é.é", "\x00"])
def test_what_is_no_token_is_refused_and_not_quoted(told):
    with pytest.raises(NotSignedIn) as caught:
        read_token(KEY, told, NOON)
    assert len(told) < 5 or told not in str(caught.value)


@settings(max_examples=200, database=None)
@drawn(st.text(max_size=60), st.booleans())
def test_no_text_whatever_is_read_as_a_token(told, prefixed):
    with pytest.raises(NotSignedIn):
        read_token(KEY, f"tgp_{told}" if prefixed else told, NOON)


def test_a_credential_of_one_use_is_none_of_another():
    service = token(service_principal("cases"))
    for told in (VALUE, service.replace("tgs_", "tgp_"), token().replace("tgp_", "tgs_"), f"tgp_{VALUE}"):
        with pytest.raises(NotSignedIn, match="not valid"):
            read_token(KEY, told, NOON)
    cookies = Cookies(KEY, secure=False)
    assert [cookies.value({"tanggap_session": told}) for told in (token(), service, VALUE)] == [None, None, VALUE]


def test_nothing_is_issued_that_would_outlive_the_overlap_of_its_key():
    assert issue_token(KEY, ANI, NOON + timedelta(hours=12))
    with pytest.raises(Invalid, match="12:00:00 at most"):
        issue_token(KEY, ANI, NOON + timedelta(hours=12, seconds=1))


def test_a_token_of_the_first_release_is_not_read_any_more():
    """It held half a day; an upgrade asks everybody to sign in anew."""
    told = urlsafe_b64encode(json.dumps({"id": "ani", "kind": "person", "roles": [], "schools": [], "expires": 9_999_999_999}).encode()).decode()
    signature = urlsafe_b64encode(hmac.digest(b"k" * 32, b"tanggap-token|" + told.encode(), "sha256")).decode().rstrip("=")
    with pytest.raises(NotSignedIn, match="not valid"):
        read_token(keys(known=secrets(b"k", "0"), clock=CLOCK), f"tgp_{told}.{signature}", NOON)
