"""One key, one use: what a key is derived from, who may derive it, and that a rotation refuses nothing within its life."""

import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.requests import Request
from starlette.responses import Response

from services.intake.accounts.underway import LIFE, Begun, Underway
from services.notifications.families.visits import Visits
from services.notifications.senders.signing import NotVerified, public_key, sign, signing_keys, verify
from shared.access import Identity, issue_token, read_token, service_principal
from shared.clock import FixedClock
from shared.errors import NotAllowed, NotSignedIn, StartRefused
from shared.keys import LONGEST_LIFE, SERVICES, USES, Holder, Keys, PersonalUse, Use, needed_by, personal_key
from shared.secretfile import GivenSecrets
from shared.secretset import SecretName, SecretSet
from shared.sessions.cookies import Cookies
from tests.keys import keys, secrets

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
USE = timedelta(seconds=10)
OVERLAP = timedelta(days=7)

VECTORS = {
    ("access", "token"): "bfb19aeba4d638f6adb85c74c190fc2c0934584fe6f7472dc62363777ff2d794",
    ("access", "service-token"): "fa8856c8b558b018adf4132bb17be4a4847fbe6bdfe1a7d19aafc2ea4b6baae4",
    ("access", "session"): "9cc98053f3643c648529a5618178f98a56eadee5c16fc6690b0982411108c6fe",
    ("intake", "head"): "3f5c5ece60abfd76d6712cdcf02ed967b0febcca4ee085f3559c28be3679d4c7",
    ("intake", "journal"): "3c423c50394fa3ba306657e588dee3ee38bd9fbaae8789642d615e149b83aaa2",
    ("intake", "sign-in-underway"): "f17ce28da444e98d3b1407bd86b4f87852ea26ceeaa6c26b10842f3c97b96bea",
    ("cases", "head"): "12707bb7bc20ee20bf2c1cdfdec5d914f0ab75e69a191c420bffe7bc1009495e",
    ("cases", "journal"): "db1afd76f1d439ce4130686e92c0c5351d19ba68d61200b846e04bb0f158a918",
    ("cases", "name-index"): "956e64ec423f77553087949c864bb12030f9668ee92af4eee50309db6adafddd",
    ("notifications", "head"): "175131192dc9016501730725f5d87adc898802dd65c8c99d2ba44a5024af5967",
    ("notifications", "journal"): "fc4418447751fc32707a53f4d1df56252aebd48abe745bad0a1cf1e5576b1e76",
    ("notifications", "link"): "e2ae4ec6924377bb2f07943c16a28ca5abccb93a30b09ea01e2d3dda9a2d4914",
    ("notifications", "family-visit"): "015a46964f97d205d25c20cdda69a2c430040e6549dd4b8a6122b26d4ebbe360",
    ("notifications", "webhook-signing"): "5a93f914ce8271e4a57f481c7d05a9159bbed481266d73550e7ac6f7d52f264a",
}
"""HKDF-SHA256 of 32 times `k` without salt, computed by another program from RFC 5869. A label that is renamed shows here."""

PERSONAL = {
    "receipt": "e9b36fc073236e7059c2357e31d6c83fd963ab2b055efadde475099fdb1506b9",
    "row-digest": "cc4b8519d3e433ab49955234ec9823ad681bc3998bf14a895a056bc864ecdd76",
    "agency-secret-digest": "d17a032c1408fefd7ebb9ccff6025039fdc6240c904ef4f59647fbddf308f8d9",
    "message-id": "90b8d819cf6049cf8adcc4c7c8b2d94de52733b7c71f0afb65f44f162319f83c",
    "request-digest": "e9a7ac8890db143ee0a1ada7caa22ac486ab916e1fd53b8cbb6b955e54b48494",
    "sign-in-name": "8a8a9a59e74f5ed5a1bea941e14d6bfdc43f77d77e1341f6a1d22585198d511c",
    "recovery-code": "dc58250e593c909c46a957bcc5ba3cf2e3cb7584c7e93c886134e52edfef5d0d",
    "letter-secret": "9f6f9bcc628086bfcfec90081986a1367f14661411dd8958f04331f74ab696bf",
    "letter-digest": "13eddac59ffa60ba599377c8da1a5ba8e2b4e150d7eeb4730a1ce9174ff46c28",
    "family-code": "47eea2fcbf6e25938a70124088850bb3b30a93968d33daee3cc468fc9e7740f9",
    "agency-pseudonym": "794441a7647caa722f1b1f66ae95da0ec54c3ba5772324452e6b115bffa28eb9",
    "agency-code": "67ee0ac2af96289b141422f6aafc211478431497ade7b7867d6fe931e09e3532",
    "api-key-hash": "ae341f68cf5cd95f6149123a8e7508f4d4051d31ec81f17c31d0d983ba1e46c6",
}


def derived(known: SecretSet) -> dict[tuple[SecretName, Use], bytes]:
    """The active key of every use of every service, by the name of its secret."""
    told: dict[tuple[SecretName, Use], bytes] = {}
    for service in SERVICES:
        for use, rule in USES.items():
            if service in rule.holders:
                told["access" if rule.under == "access" else service, use] = keys(service, known).active(use).value
    return told


# what a key is -----------------------------------------------------------------------------------------------------


def test_every_key_is_the_one_of_the_vectors():
    assert {place: value.hex() for place, value in derived(secrets()).items()} == VECTORS
    assert {use: personal_key(b"k" * 32, use).hex() for use in get_args(PersonalUse)} == PERSONAL


def test_no_two_uses_share_a_key_not_even_where_all_secrets_are_the_same_bytes():
    """As after an upgrade: the one token key is the first secret of every name."""
    for secret_id in ("0", "1"):
        found = [*derived(secrets(b"k", secret_id)).values(), *(personal_key(b"k" * 32, use) for use in get_args(PersonalUse)), b"k" * 32]
        assert len(set(found)) == len(found)


def test_another_id_makes_another_key_of_the_same_secret():
    one, two = derived(secrets(b"k", "1")), derived(secrets(b"k", "2"))
    assert not set(one.values()) & set(two.values())


def test_every_use_says_how_long_its_things_hold_or_why_they_hold_without_the_key():
    assert set(USES) == set(get_args(Use))
    assert {use for use, rule in USES.items() if rule.life is None} == {"head", "journal", "link", "name-index"}
    assert all(rule.why for rule in USES.values())
    assert timedelta(hours=12) == LONGEST_LIFE < OVERLAP


# who may derive it -------------------------------------------------------------------------------------------------

MAY: dict[Holder, set[Use]] = {
    "intake": {"token", "service-token", "session", "head", "journal", "sign-in-underway"},
    "cases": {"token", "service-token", "session", "head", "journal", "name-index"},
    "notifications": {"token", "service-token", "session", "head", "journal", "link", "family-visit", "webhook-signing"},
    "district": {"token", "service-token", "session"},
}
"""Decision 19, written down a second time on purpose."""


@pytest.mark.parametrize("holder", list(MAY))
def test_a_holder_derives_its_own_uses_and_no_other_though_it_holds_every_secret(holder):
    held = keys(holder)
    for use in USES:
        for ask in (held.active, held.accepted, held.held, lambda use: held.find(use, "1")):
            if use in MAY[holder]:
                assert ask(use)
            else:
                with pytest.raises(NotAllowed, match=f"{holder} may not derive"):
                    ask(use)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_works_with_its_own_secrets_alone(service):
    mine = secrets().only(needed_by(service))
    assert {each.name for each in mine.secrets} == {"access", "master", service}
    held = keys(service, mine)
    held.require()
    assert all(held.active(use) for use in MAY[service])
    for missing in needed_by(service):
        with pytest.raises(StartRefused, match=f"{service} needs a secret called {missing}"):
            keys(service, mine.only(needed_by(service) - {missing})).require()


# a rotation --------------------------------------------------------------------------------------------------------


class Rotating:
    """Keys of somebody at noon, who lives through rotations."""

    def __init__(self, holder="notifications") -> None:
        self.clock = FixedClock(NOON)
        self.known = secrets()
        self.holder = holder

    @property
    def keys(self) -> Keys:
        return keys(self.holder, self.known, self.clock)

    def rotate(self) -> None:
        """Every secret, as `./tanggap keys rotate` does."""
        since = self.clock.moment + USE
        for place, name in enumerate(sorted({each.name for each in self.known.secrets})):
            fresh = bytes([len(self.known.secrets), place]) * 16
            self.known = self.known.rotated(name, fresh, since=since, until=since + OVERLAP)

    def later(self, by: timedelta) -> None:
        self.clock.moment += by


ANI = Identity("ani", "person")
Holds = Callable[[Rotating], object]


def a_token(world: Rotating) -> Holds:
    token = issue_token(world.keys, ANI, world.clock.moment + timedelta(hours=12))
    return lambda later: read_token(later.keys, token, later.clock.moment)


def a_service_token(world: Rotating) -> Holds:
    token = issue_token(world.keys, service_principal("cases"), world.clock.moment + timedelta(hours=12))
    return lambda later: read_token(later.keys, token, later.clock.moment)


def a_session(world: Rotating) -> Holds:
    """When it was used last; the session itself needs no key."""
    used = Cookies(world.keys, secure=False).use("s", world.clock.moment)

    def holds(later: Rotating) -> None:
        if Cookies(later.keys, secure=False).last_use({"tanggap_used": used}, "s") is None:
            raise NotSignedIn

    return holds


def a_webhook_key(world: Rotating) -> Holds:
    """What an agency was given before: what is signed now must fit it."""
    public = public_key(signing_keys(world.keys)[0])

    def holds(later: Rotating) -> None:
        moment = int(later.clock.moment.timestamp())
        told = {"webhook-id": "evt_1", "webhook-timestamp": str(moment)}
        verify(public, told | {"webhook-signature": sign([], signing_keys(later.keys), "evt_1", moment, b"{}")}, b"{}", moment)

    return holds


def a_family_visit(world: Rotating) -> Holds:
    """The cookie of a guardian who showed who they are; its own half hour is not over."""
    response = Response()
    Visits(world.keys, world.clock, secure=True).begin(response, "token", "code")
    sent = response.headers["set-cookie"].partition(";")[0]

    def holds(later: Rotating) -> None:
        request = Request({"type": "http", "headers": [(b"cookie", sent.encode())]})
        if Visits(later.keys, later.clock, secure=True).of(request, "token") != "code":
            raise NotSignedIn

    return holds


class Way(Begun):
    state: str


def a_sign_in(world: Rotating) -> Holds:
    """The cookie of somebody on the way in; it holds for the intake service alone."""
    told, response = Way(ends=world.clock.moment + LIFE, state="s"), Response()
    Underway(world.keys, "way", secure=True).keep(response, told)
    sent = response.headers["set-cookie"].partition(";")[0]

    def holds(later: Rotating) -> None:
        request = Request({"type": "http", "headers": [(b"cookie", sent.encode())]})
        if Underway(later.keys, "way", secure=True).found(request, Way) != told:
            raise NotSignedIn

    return holds


MADE = {
    "token": a_token,
    "service-token": a_service_token,
    "session": a_session,
    "webhook-signing": a_webhook_key,
    "sign-in-underway": a_sign_in,
    "family-visit": a_family_visit,
}


def test_every_use_that_has_a_life_is_tried_here():
    assert set(MADE) == {use for use, rule in USES.items() if rule.life}


def of_whom(use: Use) -> Rotating:
    """Somebody who may derive it."""
    return Rotating("notifications" if "notifications" in USES[use].holders else "intake")


@pytest.mark.parametrize("use", list(MADE))
def test_what_was_made_before_a_rotation_holds_for_its_life_and_what_is_made_after_it_holds_at_once(use):
    world = of_whom(use)
    before = MADE[use](world)
    world.rotate()
    MADE[use](world)(world)  # the new secret is only announced
    world.later(USE)
    after = MADE[use](world)
    life = (USES[use].life or timedelta()) - USE
    for step in range(11):
        for holds in (before, after):
            holds(world)
        world.later(life / 10 if step < 10 else timedelta())


@pytest.mark.parametrize("use", list(MADE))
def test_after_the_overlap_the_old_key_proves_nothing(use):
    world = of_whom(use)
    before = MADE[use](world)
    world.rotate()
    world.later(USE + OVERLAP)
    with pytest.raises((NotSignedIn, NotVerified)):
        before(world)
    MADE[use](world)(world)
    assert [each.id for each in world.keys.accepted(use)] == ["2"]
    assert world.keys.find(use, "1") is None


def test_a_thing_that_is_made_in_the_last_moment_before_a_rotation_holds_for_all_of_its_life():
    world = Rotating()
    world.rotate()
    world.later(USE - timedelta(seconds=1))
    token = issue_token(world.keys, ANI, world.clock.moment + timedelta(hours=12))
    assert token.startswith("tgp_1.")
    world.later(timedelta(hours=12))
    assert read_token(world.keys, token, world.clock.moment) == ANI


def test_a_new_secret_is_used_from_its_moment_on_and_signs_beside_the_old_one_before():
    world = Rotating()
    world.rotate()
    assert (world.keys.active("token").id, [each.id for each in world.keys.accepted("webhook-signing")]) == ("1", ["1", "2"])
    world.later(USE)
    assert (world.keys.active("token").id, [each.id for each in world.keys.accepted("webhook-signing")]) == ("2", ["2", "1"])


def test_two_rotations_within_one_overlap_refuse_nothing():
    world = Rotating()
    first = a_token(world)
    for _ in range(2):
        world.rotate()
        world.later(timedelta(hours=1))
    first(world)
    assert [each.id for each in world.keys.accepted("token")] == ["3", "2", "1"]


def test_one_process_that_has_heard_of_a_rotation_understands_one_that_has_not_and_the_other_way_round():
    slow, fast = Rotating(), Rotating()
    fast.rotate()
    for one, other in ((slow, fast), (fast, slow)):
        read_token(other.keys, issue_token(one.keys, ANI, NOON + timedelta(hours=1)), NOON)


def test_a_token_of_somebody_elses_secret_with_the_same_id_is_refused():
    world = Rotating()
    with pytest.raises(NotSignedIn):
        read_token(world.keys, issue_token(keys("district", secrets(b"o"), world.clock), ANI, NOON + timedelta(hours=1)), NOON)


# the first release -------------------------------------------------------------------------------------------------


def test_the_webhook_key_of_the_first_release_stays_the_one_that_agencies_have():
    told = Ed25519PrivateKey.from_private_bytes(hmac.digest(b"k" * 32, b"tanggap-webhook-ed25519", "sha256"))
    assert [public_key(each) for each in signing_keys(keys("notifications", secrets(b"k", "0")))] == [public_key(told)]


def test_the_token_key_of_the_first_release_is_given_only_to_carry_over_and_only_while_it_is_there():
    assert keys("intake", secrets(b"k", "0")).first_release() == b"k" * 32
    assert keys("intake", secrets(b"k", "1")).first_release() is None
    with pytest.raises(NotAllowed):
        keys("district", secrets(b"k", "0")).first_release()


def test_keys_follow_their_source_when_it_changes():
    source = GivenSecrets(secrets(b"a"))
    held = Keys("cases", source, FixedClock(NOON))
    before = held.active("token")
    object.__setattr__(source, "secrets", secrets(b"b"))
    assert held.active("token").value != before.value == keys("cases", secrets(b"a")).active("token").value


def test_a_secret_does_not_show():
    known = secrets(b"k")
    assert "kkkk" not in repr(known)
