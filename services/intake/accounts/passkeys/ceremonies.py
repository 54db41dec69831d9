"""Registering a passkey and signing in with one (Web Authentication Level 3), without any storage of its own.

A passkey is found without a name being typed (discoverable), and the device itself checks its owner by a finger, a face or a code (user
verification): so it is two factors in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.intake.accounts.passkeys.relying import RelyingParty
from shared.errors import Refused

LONGEST_ANSWER = 16_384
"""Characters: an answer without attestation has a few hundred."""

_CHALLENGE = 32
_DEVICE_MAY_TAKE = 120_000
"""Milliseconds; our own limit is that of the cookie."""


class PasskeyNotProved(Refused):
    """One answer whatever is wrong. why: a fixed word for the log, never shown."""

    code = "passkey-not-proved"
    status = 400
    indonesian = "Kunci sandi (passkey) ini tidak dapat diterima, atau prosesnya terlalu lama. Silakan coba lagi."
    english = "This passkey could not be taken, or it took too long. Please try again."

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why

    def __str__(self) -> str:
        return self.english


def _octets(told: object) -> object:
    return base64url_to_bytes(told) if isinstance(told, str) else told


Octets = Annotated[bytes, BeforeValidator(_octets), PlainSerializer(bytes_to_base64url)]
"""Bytes, written down in base64url."""


class Passkey(BaseModel):
    """What is kept of a passkey, sealed. id: as the device calls it. key: its public key in COSE. name: given by its owner."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Octets
    key: Octets
    name: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey is made. handle: opaque, kept on the device. shown: so that people know their own among several on one device."""

    handle: bytes
    shown: str


@dataclass(frozen=True, slots=True)
class Counted:
    """count: how often the device says that the passkey was used; always 0 where it is synchronised between devices."""

    count: int


def new_challenge() -> bytes:
    return token_bytes(_CHALLENGE)


def registration_options(party: RelyingParty, district: str, owner: Owner, challenge: bytes, known: Sequence[bytes]) -> str:
    """What the page gives the device, in JSON. known: ids of the passkeys that the owner has already."""
    return options_to_json(
        generate_registration_options(
            rp_id=party.id,
            rp_name=district,
            user_id=owner.handle,
            user_name=owner.shown,
            challenge=challenge,
            timeout=_DEVICE_MAY_TAKE,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        )
    )


def registered(party: RelyingParty, challenge: bytes, answer: str, name: str) -> tuple[Passkey, Counted]:
    """The passkey that a device has made. Raises: PasskeyNotProved."""
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyNotProved("too-long")
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyNotProved(type(error).__name__) from None
    return Passkey(id=made.credential_id, key=made.credential_public_key, name=name), Counted(made.sign_count)


def authentication_options(party: RelyingParty, challenge: bytes, only: Sequence[bytes] = ()) -> str:
    """What the page gives the device, in JSON. only: ids of the passkeys that count, for a step-up; any where none is said."""
    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=_DEVICE_MAY_TAKE,
            allow_credentials=[PublicKeyCredentialDescriptor(id=each) for each in only],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def claimed(answer: str) -> bytes:
    """Which passkey an answer says it comes from; nothing of it is believed yet. Raises: PasskeyNotProved: it is no such answer."""
    if len(answer) > LONGEST_ANSWER:
        raise PasskeyNotProved("too-long")
    try:
        return parse_authentication_credential_json(answer).raw_id
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyNotProved(type(error).__name__) from None


def authenticated(party: RelyingParty, challenge: bytes, answer: str, passkey: Passkey, before: Counted, handle: bytes) -> Counted:
    """How often the passkey was used by now. before: as it was known. handle: of its owner. Raises: PasskeyNotProved."""
    try:
        told = parse_authentication_credential_json(answer)
        proved = verify_authentication_response(
            credential=told,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.key,
            credential_current_sign_count=before.count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise PasskeyNotProved(type(error).__name__) from None
    if told.raw_id != passkey.id or told.response.user_handle not in (None, handle):
        raise PasskeyNotProved("other-owner")
    return Counted(proved.new_sign_count)
