"""An ID token is believed only if the issuer signed it, for us, now, in answer to what this browser asked (OpenID Connect Core 1.0, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.intake.accounts.openid.issuers import Issuer
from services.intake.accounts.openid.refusing import NotProved

LEEWAY = timedelta(seconds=60)
"""How far the clocks of two machines may differ."""

_LONGEST_SUBJECT = 255
_LONGEST_TOKEN = 32_768


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must answer. since: when the browser was sent off with `max_age=0`, for a step-up; None where an older sign-in will do."""

    nonce: str
    access_token: str | None
    now: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Who somebody is at an issuer. issuer, subject: together the key of an account; never a mail address, which may be given to somebody else."""

    issuer: str
    subject: str
    two_factor: bool


def key_id(token: str) -> str | None:
    """Which key the token says it was signed with; nothing of it is believed yet. Raises: NotProved: it is no signed token."""
    if len(token) > _LONGEST_TOKEN:
        raise NotProved("too-long")
    try:
        found = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        raise NotProved("not-a-token") from None
    return found if isinstance(found, str) else None


def verified(token: str, keys: KeySet, algorithms: tuple[str, ...], issuer: Issuer, expected: Expected) -> Proof:
    """Raises: NotProved: anything about it is not as it should be."""
    try:
        signed = jwt.decode(token, keys, algorithms=list(algorithms))
        _claims(signed, issuer, expected).validate(int(expected.now.timestamp()), int(LEEWAY.total_seconds()))
    except JoseError as error:
        raise NotProved(error.error or "jose") from None
    except (ValueError, TypeError, KeyError):
        raise NotProved("not-a-token") from None
    _require_place(signed.claims, issuer)
    _require_fresh(signed.claims, expected)
    return _proof(signed.claims, issuer)


def _claims(signed: jwt.Token, issuer: Issuer, expected: Expected) -> CodeIDToken:
    options = {
        "iss": {"essential": True, "value": issuer.issuer},
        "sub": {"essential": True},
        "aud": {"essential": True, "value": issuer.client_id},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True, "value": expected.nonce},
    }
    params = {"nonce": expected.nonce, "client_id": issuer.client_id, "access_token": expected.access_token}
    return CodeIDToken(signed.claims, signed.header, options, params)


def _require_place(claims: Mapping[str, Any], issuer: Issuer) -> None:
    """Of one of the district's own domains and tenants: everybody in the world can have an account at a large issuer."""
    if issuer.hosted_domains and not _hosted(claims.get("hd"), issuer.hosted_domains):
        raise NotProved("hosted-domain")
    if issuer.tenants and claims.get("tid") not in issuer.tenants:
        raise NotProved("tenant")


def _hosted(told: object, allowed: tuple[str, ...]) -> bool:
    return isinstance(told, str) and any(told.lower().endswith(each) if each.startswith(".") else told.lower() == each for each in allowed)


def _require_fresh(claims: Mapping[str, Any], expected: Expected) -> None:
    """`prompt=login` is only a wish: the issuer's word on when somebody signed in is what counts."""
    if expected.since is None:
        return
    told = claims.get("auth_time")
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise NotProved("no-time-of-sign-in")
    if told < (expected.since - LEEWAY).timestamp() or told > (expected.now + LEEWAY).timestamp():
        raise NotProved("old-sign-in")


def _proof(claims: Mapping[str, Any], issuer: Issuer) -> Proof:
    subject = claims["sub"]
    if not subject or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
        raise NotProved("subject")
    methods, context = claims.get("amr"), claims.get("acr")
    listed = [each for each in methods if isinstance(each, str)] if isinstance(methods, list) else []
    return Proof(issuer.issuer, subject, issuer.counts_as_two_factor(listed, context if isinstance(context, str) else None))
