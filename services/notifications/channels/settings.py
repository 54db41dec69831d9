"""The file in TANGGAP_CHANNELS: which channels there are beside mail, how each provider is spoken to, and in which order they are tried.

docs/channels.md shows a whole one. A key that is unknown or missing stops the start with its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from services.notifications.channels.course import Channel
from services.notifications.channels.statuses import State
from services.notifications.channels.texts import Kind, Language
from shared.errors import StartRefused


def _over_tls(url: str) -> str:
    """Raises: ValueError: what is said to it could be read on its way."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and _is_here(parts.hostname):
        return url.rstrip("/")
    raise ValueError("must begin with https:// (http:// only for a gateway on this machine)")


def _is_here(host: str | None) -> bool:
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False


Url = Annotated[str, AfterValidator(_over_tls)]
Secret = Annotated[SecretStr, Field(min_length=16)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WhatsApp(_Said):
    """The WhatsApp Cloud API. templates: the approved name of each kind, category UTILITY, with one body and one button variable."""

    url: Url = "https://graph.facebook.com/v23.0"
    phone_number_id: str = Field(min_length=1, pattern=r"^[0-9]+$")
    token: Secret
    app_secret: Secret
    verify_token: Secret
    templates: Mapping[Kind, str]


class Callback(_Said):
    """How the gateway reports. signature_header: of an HMAC-SHA256 over the raw body, before it `signed_with` (such as `sha256=`).

    timestamp_header: where the gateway says when it signed, in Unix seconds; it then signs `<timestamp>.<body>`, and what is older than five minutes
    is refused. reference, status: where they stand in the body. statuses: the gateway's words for each of ours.
    """

    secret: Secret
    signature_header: str = "x-signature"
    signed_with: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    timestamp_header: str | None = None
    format: Literal["json", "form"] = "json"
    list_at: str = ""
    reference: str
    status: str
    statuses: Mapping[State, tuple[str, ...]]


class Sms(_Said):
    """A gateway over HTTP, described. In headers and body `{to}`, `{digits}` (without +), `{text}`, `{id}` and `{secret}` stand for themselves.

    accepted: where in the answer which values say that it was taken; without, every 2xx is. reference: where the gateway's id of the message stands.
    never, later: values that say so, at the same place as `code`.
    """

    url: Url
    format: Literal["json", "form"] = "json"
    secret: Secret
    headers: Mapping[str, str] = {}
    body: Mapping[str, str]
    reference: str = ""
    code: str = ""
    accepted: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    callback: Callback | None = None


class Push(_Said):
    """Web push for staff. key: the private VAPID key, 32 bytes in base64url (P-256). contact: whom a push service writes to, `mailto:…`."""

    key: Secret
    contact: Annotated[str, Field(pattern=r"^(mailto:|https://)")]


class Bounces(_Said):
    """What the mail server hands over of mail that came back. secret: with which it signs in."""

    secret: Secret


class Channels(_Said):
    """staff, families: the order for ordinary messages. language: of families who have said no other."""

    staff: tuple[Channel, ...] = ("mail", "whatsapp", "sms")
    families: tuple[Channel, ...] = ("mail", "whatsapp", "sms")
    language: Language = "id"
    whatsapp: WhatsApp | None = None
    sms: Sms | None = None
    push: Push | None = None
    bounces: Bounces | None = None

    @property
    def several(self) -> bool:
        """Whether there is any channel beside mail."""
        return any((self.whatsapp, self.sms, self.push))

    @property
    def configured(self) -> frozenset[Channel]:
        """Those that there are here."""
        given: Mapping[Channel, object] = {"mail": True, "whatsapp": self.whatsapp, "sms": self.sms, "push": self.push}
        return frozenset(channel for channel, each in given.items() if each)


def read_channels(file: Path | None) -> Channels:
    """What the file says; mail alone without one. Raises: StartRefused: with the file, the key and what it should be."""
    if file is None:
        return Channels()
    try:
        return Channels.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StartRefused(f"TANGGAP_CHANNELS: {file}: cannot be read as TOML ({type(error).__name__})") from None
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False, include_url=False))
        raise StartRefused(f"TANGGAP_CHANNELS: {file}: {faults}") from None
