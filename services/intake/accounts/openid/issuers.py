"""The issuers whose accounts a district lets people sign in with: `TANGGAP_OPENID`, a file of JSON or the JSON itself.

[{"id": "belajar", "name": "belajar.id", "issuer": "https://accounts.google.com", "client_id": "…", "client_secret_file": "/run/secrets/belajar",
  "hosted_domains": [".belajar.id"], "two_factor": {"amr": ["mfa"], "acr": []}}]
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator

from shared.errors import StartRefused

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_SHAPE = "`TANGGAP_OPENID` is a file, or a text, with a list in JSON: docs/adr/0029-openid-and-passkeys.md shows one"

Words = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class TwoFactor(BaseModel):
    """What an issuer says in a token when somebody proved more than a password. amr: one of these methods. acr: one of these classes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amr: Words = ()
    acr: Words = ()


class Issuer(BaseModel):
    """One issuer. id: ours, in addresses. name: as people know it. issuer: exactly as its tokens say it.

    client_secret_file: read at every use, so that a changed secret needs no restart; none for a client without one.
    hosted_domains: `hd` must be one of them; one with a dot in front stands for all below it. tenants: `tid` must be one of them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,31}$")
    name: str = Field(min_length=1, max_length=60)
    issuer: str = Field(max_length=500)
    client_id: str = Field(min_length=1, max_length=500)
    client_secret_file: Path | None = None
    hosted_domains: Words = ()
    tenants: Words = ()
    two_factor: TwoFactor = TwoFactor()
    scope: Literal["openid", "openid email", "openid profile", "openid email profile"] = "openid"

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, value: str) -> str:
        if not is_safe(value) or urlsplit(value).query or urlsplit(value).fragment:
            raise ValueError("must begin with https:// and have neither a query nor a fragment")
        return value

    def client_secret(self) -> str | None:
        """Raises: StartRefused: the file cannot be read."""
        if self.client_secret_file is None:
            return None
        try:
            return self.client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise StartRefused(f"TANGGAP_OPENID: the client secret of {self.id} cannot be read ({type(error).__name__})") from None

    def counts_as_two_factor(self, methods: Sequence[str], context: str | None) -> bool:
        """methods, context: the claims amr and acr."""
        return not set(methods).isdisjoint(self.two_factor.amr) or context in self.two_factor.acr


_LIST = TypeAdapter(tuple[Issuer, ...])


def is_safe(address: str) -> bool:
    """Over TLS, or to this machine itself, where nobody listens in."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and parts.username is None and (parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK))


def read_issuers(told: str) -> tuple[Issuer, ...]:
    """told: the setting. Raises: StartRefused: it is not such a list; the message quotes nothing of it."""
    text = told.strip()
    try:
        found = _LIST.validate_python(json.loads(text if text.startswith("[") else Path(text).read_text(encoding="utf-8"))) if text else ()
    except OSError as error:
        raise StartRefused(f"TANGGAP_OPENID: the file cannot be read ({type(error).__name__}). {_SHAPE}") from None
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg'].lower()}" for fault in error.errors(include_input=False))
        raise StartRefused(f"TANGGAP_OPENID: {where}. {_SHAPE}") from None
    except ValueError:
        raise StartRefused(f"TANGGAP_OPENID: this is not JSON. {_SHAPE}") from None
    if len({each.id for each in found}) < len(found) or len({each.issuer for each in found}) < len(found):
        raise StartRefused(f"TANGGAP_OPENID: an id or an issuer stands there twice. {_SHAPE}")
    for each in found:
        each.client_secret()
    return found
