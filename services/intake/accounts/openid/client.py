"""The authorization code flow with PKCE, state and nonce (OpenID Connect Core 1.0; RFC 7636; RFC 9207), without any storage of its own."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote_plus

import httpx
from authlib.oauth2.rfc6749.parameters import add_params_to_uri, prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from pydantic import BaseModel, ConfigDict

from services.intake.accounts.openid.calls import Calls
from services.intake.accounts.openid.issuers import Issuer
from services.intake.accounts.openid.published import Metadata, Published
from services.intake.accounts.openid.refusing import IssuerAway, NotProved
from services.intake.accounts.openid.tokens import Expected, Proof, key_id, verified
from shared.clock import Clock


class Journey(BaseModel):
    """What is kept of a browser on its way to an issuer and back. begun: when. fresh: it must sign in there anew, for a step-up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str
    state: str
    nonce: str
    verifier: str
    begun: datetime
    fresh: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back in its address; nothing of it is believed. iss: who says that it answers (RFC 9207)."""

    code: str | None
    state: str | None
    iss: str | None
    error: str | None = None


class OpenIdClient:
    """Signing in with one issuer. callback: our own address that browsers come back to; each issuer has its own, so that none can be mixed up."""

    def __init__(self, issuer: Issuer, callback: str, calls: Calls, clock: Clock) -> None:
        self.issuer, self._callback, self._calls, self._clock = issuer, callback, calls, clock
        self._published = Published(issuer, calls, clock)

    async def depart(self, *, fresh: bool = False) -> tuple[str, Journey]:
        """The address to send a browser to, and what to keep until it is back. Raises: IssuerAway."""
        known = await self._published.metadata()
        journey = Journey(
            issuer=self.issuer.id,
            state=token_urlsafe(32),
            nonce=token_urlsafe(32),
            verifier=token_urlsafe(48),
            begun=self._clock.now(),
            fresh=fresh,
        )
        return self._address(known, journey), journey

    async def arrive(self, returned: Returned, journey: Journey) -> Proof:
        """Who came back. Raises: NotProved; IssuerAway: the issuer does not answer now."""
        known = await self._published.metadata()
        self._require_same_journey(returned, journey, known)
        answer = await self._exchanged(returned, journey, known)
        token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(token, str):
            raise NotProved("no-id-token")
        expected = Expected(
            journey.nonce,
            access_token if isinstance(access_token, str) else None,
            self._clock.now(),
            journey.begun if journey.fresh else None,
        )
        keys = await self._published.keys(key_id(token))
        return verified(token, keys, known.algorithms, self.issuer, expected)

    async def leaving(self, back: str) -> str | None:
        """The address at which somebody also signs out at the issuer, and which leads back to ours. None: it has no such page. Raises: IssuerAway.

        Without a hint of who it is: the issuer asks, and we need not keep any token of it.
        """
        ending = (await self._published.metadata()).end_session_endpoint
        wanted = [("client_id", self.issuer.client_id), ("post_logout_redirect_uri", back)]
        return str(add_params_to_uri(ending, wanted)) if ending else None

    def _address(self, known: Metadata, journey: Journey) -> str:
        anew = {"prompt": "login", "max_age": "0"} if journey.fresh else {"prompt": "select_account"}
        wanted = {"acr_values": " ".join(self.issuer.two_factor.acr)} if self.issuer.two_factor.acr else {}
        return str(
            prepare_grant_uri(
                known.authorization_endpoint,
                self.issuer.client_id,
                "code",
                self._callback,
                self.issuer.scope,
                journey.state,
                nonce=journey.nonce,
                code_challenge=create_s256_code_challenge(journey.verifier),
                code_challenge_method="S256",
                **anew,
                **wanted,
            )
        )

    def _require_same_journey(self, returned: Returned, journey: Journey, known: Metadata) -> None:
        if journey.issuer != self.issuer.id:
            raise NotProved("other-issuer")
        if returned.state is None or not hmac.compare_digest(returned.state.encode(), journey.state.encode()):
            raise NotProved("state")
        if (returned.iss or known.authorization_response_iss_parameter_supported) and returned.iss != self.issuer.issuer:
            raise NotProved("other-issuer")
        if returned.error is not None or not returned.code:
            raise NotProved("not-granted")

    async def _exchanged(self, returned: Returned, journey: Journey, known: Metadata) -> dict[str, Any]:
        secret = self.issuer.client_secret()
        form = {
            "grant_type": "authorization_code",
            "code": returned.code or "",
            "redirect_uri": self._callback,
            "code_verifier": journey.verifier,
        }
        auth = None
        if secret is None:
            form["client_id"] = self.issuer.client_id
        elif "client_secret_basic" in known.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(quote_plus(self.issuer.client_id), quote_plus(secret))
        else:
            form |= {"client_id": self.issuer.client_id, "client_secret": secret}
        status, answer = await self._calls.post(known.token_endpoint, form, auth)
        return _granted(status, answer)


def _granted(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """A refused code is the browser's fault; anything else the issuer's, or that of the settings."""
    if status == httpx.codes.OK:
        return answer
    raise NotProved("code-refused") if answer.get("error") == "invalid_grant" else IssuerAway("token-endpoint")
