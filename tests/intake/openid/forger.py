"""An issuer that signs whatever a test tells it to. It answers in this process; the real ones are in `test_two_makes_of_providers.py`."""

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.client import Journey, OpenIdClient, Returned
from services.intake.accounts.openid.issuers import Issuer
from shared.clock import FixedClock

ISSUER = "https://akun.contoh.id"
CALLBACK = "https://tanggap.contoh.id/intake/masuk/openid/contoh/selesai"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class PassingClock(FixedClock):
    """A clock on which a test lets time pass."""

    def passes(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


def issuer(**told: object) -> Issuer:
    return Issuer.model_validate({"id": "contoh", "name": "Contoh", "issuer": ISSUER, "client_id": "tanggap"} | told)


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


FIRST, SECOND = rsa("first"), rsa("second")
"""Made once: drawing an RSA key takes its time."""


@dataclass
class Forger:
    """claims: laid over those of an honest token; None takes one out. signs: makes the token from honest claims, where a test forges more than claims.
    answers: laid over honest answers by path.
    """

    clock: PassingClock = field(default_factory=lambda: PassingClock(MORNING))
    published: list[RSAKey] = field(default_factory=lambda: [FIRST])
    key: RSAKey = field(default_factory=lambda: FIRST)
    claims: dict[str, object] = field(default_factory=dict)
    header: dict[str, object] = field(default_factory=dict)
    token: str | None = None
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    metadata: dict[str, object] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    codes: set[str] = field(default_factory=lambda: {"a-code"})
    nonce: str = ""

    def calls(self) -> Calls:
        return Calls(httpx.MockTransport(self.answer))

    def client(self, told: Issuer | None = None) -> OpenIdClient:
        return OpenIdClient(told or issuer(), CALLBACK, self.calls(), self.clock)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        self.asked.append((request.url.path, form))
        if request.url.path in self.answers:
            return self.answers[request.url.path]
        match request.url.path:
            case "/.well-known/openid-configuration":
                return httpx.Response(200, json=self._metadata())
            case "/keys":
                return httpx.Response(200, json=KeySet(list(self.published)).as_dict(private=False))
            case _:
                return self._exchanged(form["code"])

    def times_asked(self, path: str) -> int:
        return sum(1 for asked, _ in self.asked if asked == path)

    def _metadata(self) -> dict[str, object]:
        honest = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
            "end_session_endpoint": f"{ISSUER}/leave",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return honest | self.metadata

    def _exchanged(self, code: str) -> httpx.Response:
        if code not in self.codes:
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.codes.discard(code)
        return httpx.Response(200, json={"access_token": "an-access-token", "token_type": "Bearer", "id_token": self.token or self._signed()})

    def honest(self) -> dict[str, object]:
        now = int(self.clock.now().timestamp())
        told = {"iss": ISSUER, "sub": "guru-1", "aud": "tanggap", "iat": now, "exp": now + 300, "nonce": self.nonce, "auth_time": now}
        return {name: value for name, value in (told | self.claims).items() if value is not None}

    def _signed(self) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, **self.header}, self.honest(), self.key)

    async def departed(self, client: OpenIdClient, *, fresh: bool = False) -> tuple[Returned, Journey]:
        """A browser that was sent off, signed in, and is back."""
        address, journey = await client.depart(fresh=fresh)
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        self.nonce = asked["nonce"]
        return Returned("a-code", asked["state"], None), journey


def unsigned(claims: dict[str, object]) -> str:
    """A token of the algorithm `none`."""
    return f"{_part({'alg': 'none', 'kid': 'first'})}.{_part(claims)}."


def signed_with_the_public_key(claims: dict[str, object]) -> str:
    """A token of HS256 whose secret is the issuer's public key, which everybody can fetch."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(claims)}"
    digest = hmac.digest(FIRST.as_pem(private=False), signed.encode(), sha256)
    return f"{signed}.{urlsafe_b64encode(digest).decode().rstrip('=')}"


def _part(told: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
