"""What an issuer publishes of itself: its metadata (OpenID Connect Discovery 1.0) and its keys, kept for a while and fetched again when they turn."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from pydantic import BaseModel, ConfigDict, ValidationError

from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.issuers import Issuer, is_safe
from services.intake.accounts.openid.refusing import IssuerAway
from shared.clock import Clock

METADATA_HOLDS = timedelta(hours=1)
KEYS_HOLD = timedelta(hours=12)
KEYS_ASKED_AGAIN = timedelta(minutes=1)
"""How soon after a fetch an unknown key id may cause another: whoever invents ids cannot make us hammer an issuer."""

ALGORITHMS = ("RS256", "PS256", "ES256", "Ed25519")
"""Signatures by a key that only the issuer has. `none` and the HMACs are never among them."""


class Metadata(BaseModel):
    """The part of an issuer's metadata that we use."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Those of the issuer's that we take, too."""
        return tuple(each for each in ALGORITHMS if each in self.id_token_signing_alg_values_supported)

    @property
    def addresses(self) -> tuple[str, ...]:
        ending = (self.end_session_endpoint,) if self.end_session_endpoint else ()
        return (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, *ending)


class Published:
    """Of one issuer. While it does not answer, what is known of it still holds as long as it is kept."""

    def __init__(self, issuer: Issuer, calls: Calls, clock: Clock) -> None:
        self._issuer, self._calls, self._clock = issuer, calls, clock
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None
        self._asked: datetime | None = None

    async def metadata(self) -> Metadata:
        """Raises: IssuerAway: it does not answer, or is not who the settings say, or publishes what nobody should use."""
        now = self._clock.now()
        if self._metadata is None or now > self._metadata[1] + METADATA_HOLDS:
            told = await self._calls.get(f"{self._issuer.issuer.rstrip('/')}/.well-known/openid-configuration")
            self._metadata = (_checked(told, self._issuer.issuer), now)
        return self._metadata[0]

    async def keys(self, key_id: str | None) -> KeySet:
        """The issuer's public keys; fetched again where none has this id, but not more often than `KEYS_ASKED_AGAIN`. Raises: IssuerAway."""
        now = self._clock.now()
        if self._keys is None or now > self._keys[1] + KEYS_HOLD or (self._unknown(key_id) and self._may_ask(now)):
            self._asked = now
            told = await self._calls.get((await self.metadata()).jwks_uri)
            self._keys = (_key_set(told), now)
        return self._keys[0]

    def _unknown(self, key_id: str | None) -> bool:
        return self._keys is None or (key_id is not None and all(key.kid != key_id for key in self._keys[0]))

    def _may_ask(self, now: datetime) -> bool:
        return self._asked is None or now > self._asked + KEYS_ASKED_AGAIN


def _checked(told: dict[str, Any], issuer: str) -> Metadata:
    try:
        found = Metadata.model_validate(told)
    except ValidationError:
        raise IssuerAway("metadata") from None
    if found.issuer != issuer:
        raise IssuerAway("other-issuer")
    if not all(is_safe(address) for address in found.addresses):
        raise IssuerAway("unsafe-address")
    if not found.algorithms:
        raise IssuerAway("no-common-algorithm")
    return found


def _key_set(told: dict[str, Any]) -> KeySet:
    """Keys of a kind that we do not know, or that do not hold together, are left out; symmetric ones are never taken."""
    keys = told.get("keys")
    usable = [each for each in keys if isinstance(each, dict) and each.get("kty") in ("RSA", "EC", "OKP")] if isinstance(keys, list) else []
    found = [key for each in usable if (key := _imported(each))]
    if not found:
        raise IssuerAway("no-keys")
    return KeySet([key for each in found for key in each])


def _imported(told: dict[str, Any]) -> KeySet | None:
    try:
        return KeySet.import_key_set(cast("KeySetSerialization", {"keys": [told]}))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
