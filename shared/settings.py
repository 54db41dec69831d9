"""Settings of a service, from the environment. Unknown or wrong ones stop the start, with the setting's name and what it should be."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.addresses import Flaw, mail_address
from shared.errors import StartRefused
from shared.secretfile import GivenSecrets, SecretsFile, SecretSource
from shared.secretset import SecretSet
from shared.secrettext import combined, decoded

_UNPREFIXED = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL", "smtp_url": "SMTP_URL"}
_FIRST = ("TANGGAP_MASTER_KEY", "TANGGAP_TOKEN_KEY")
"""The two keys of the first release."""

SignInWay = Literal["passkey", "password", "openid"]

PRODUCTION = "production"
"""Where real people are recorded: what is for play alone stops the start."""

_FOR_THE_DISTRICT = {"TANGGAP_HOME", "TANGGAP_PORT", "TANGGAP_TEST_DATA"}


class Settings(BaseSettings):
    """Everything a service can be told. Secrets never show in a representation.

    quiet_hours: when no message goes to a home, by the clock of its school; equal times are none. The demonstration has none.
    retry_seconds: waits between attempts of an outgoing call. webhook_retry_seconds: the same for agencies' endpoints.
    demo_sign_in: allows the page `/masuk`, on which a click
    signs in as a person of the sample, and `./tanggap token`. loopback_webhooks: an agency's endpoint may be on this machine, for trying one out.
    Neither is allowed where `environment` says production.
    """

    model_config = SettingsConfigDict(env_prefix="TANGGAP_", extra="forbid", frozen=True)

    database_url: str = Field(validation_alias="DATABASE_URL", repr=False)
    redis_url: str = Field(validation_alias="REDIS_URL", repr=False)
    erasure_database_url: str = Field(default="", repr=False, description="of intake alone: the address with the login tanggap_erasure (ADR 50)")
    retention_file: Path | None = Field(
        default=None, description="of intake alone: how long records are kept, the district's archive schedule in TOML"
    )
    smtp_url: str = Field(default="smtp://127.0.0.1:25", validation_alias="SMTP_URL", repr=False)
    smtp_connections: int = Field(default=16, ge=1, le=100, description="connections to the mail server at once, as many as it allows")
    secrets: SecretStr = Field(default=SecretStr(""), description="lines of name, id and 32 bytes in base64url; `./tanggap keys list`")
    secrets_file: Path | None = Field(default=None, description="a file with such lines, read again when it changes")
    master_key: SecretStr | None = Field(default=None, description="32 bytes, base64url; or TANGGAP_MASTER_KEY_FILE; the first secret `master`")
    token_key: SecretStr | None = Field(default=None, description="32 bytes, base64url; or TANGGAP_TOKEN_KEY_FILE; the first of all other secrets")
    journal: Path | None = Field(default=None, description="the folder of the journal, which outlives a restore: best on another disk than the data")
    partitions: Annotated[int, Field(ge=1, le=256)] = 8
    origin_intake: str = "http://127.0.0.1:8000"
    origin_cases: str = "http://127.0.0.1:8000"
    origin_notifications: str = "http://127.0.0.1:8000"
    public_origin: str = "http://127.0.0.1:8000"
    sender_address: str = "tanggap@sekolah.invalid"
    district: str = "Tanggap"
    time_zone: str = "Asia/Jakarta"
    openid: str = Field(default="", repr=False, description="issuers that people may sign in with: a file with a list in JSON, or that list (ADR 29)")
    demo_sign_in: bool = Field(default=False, description="the page /masuk and `./tanggap token`; never in production")
    loopback_webhooks: bool = Field(default=False, description="agencies' endpoints on this machine, for trying them out; never in production")
    environment: Literal["development", "production"] = Field(default="development", description="`production` where real people are recorded")
    sign_in_ways: tuple[SignInWay, ...] = Field(
        default=("passkey", "password", "openid"), min_length=1, description="how people may sign in: passkey, password, openid; with commas between"
    )
    tls_certificate: Path | None = Field(default=None, description="a file in PEM, with its chain; browsers are then served over TLS")
    tls_key: Path | None = Field(default=None, description="the private key of the certificate, a file in PEM")
    tls_listen: Annotated[str, Field(pattern=r"^[0-9a-zA-Z.:\[\]-]+:[0-9]{1,5}$")] = "0.0.0.0:443"
    channels: Path | None = Field(default=None, description="a file in TOML: WhatsApp, SMS and web push beside mail (docs/channels.md)")
    scanner: str = Field(
        default="",
        pattern=r"^(|unix:/\S+|[0-9a-zA-Z.:\[\]-]+:[0-9]{1,5})$",
        description="clamd, which looks at attachments: `host:port` or `unix:/path`",
    )
    traces: str = Field(
        default="",
        pattern=r"^(|https?://\S+)$",
        description="where an OpenTelemetry collector takes traces over HTTP: `http://collector:4318/v1/traces`",
    )
    pool_size: Annotated[int, Field(ge=2, le=64)] = 8
    quiet_hours: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] = "20:00-06:00"
    retry_seconds: tuple[float, ...] = (5, 30, 120, 600, 1800, 3600, 7200, 14400)
    webhook_retry_seconds: tuple[float, ...] = Field(
        default=(5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400),
        description="between attempts at an agency's endpoint, three days in all (Standard Webhooks); TANGGAP_RETRY_SECONDS where only that is said",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @property
    def webhook_waits(self) -> tuple[float, ...]:
        """Between attempts at an agency's endpoint."""
        only_the_other = "retry_seconds" in self.model_fields_set and "webhook_retry_seconds" not in self.model_fields_set
        return self.retry_seconds if only_the_other else self.webhook_retry_seconds

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the library's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `read_settings` gives: it has looked at every name and can explain a wrong one."""
        return (init_settings,)

    @field_validator("environment")
    @classmethod
    def _plays_nowhere_real(cls, value: str, info: ValidationInfo) -> str:
        allowed = [f"TANGGAP_{name.upper()}" for name in ("demo_sign_in", "loopback_webhooks") if info.data.get(name)]
        if value == PRODUCTION and allowed:
            raise ValueError(f"says {PRODUCTION}, where {' and '.join(allowed)} must not be set")
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("must be a time zone, for example Asia/Jakarta") from None
        return value

    @field_validator("redis_url", "smtp_url")
    @classmethod
    def _known_scheme(cls, value: str, info: ValidationInfo) -> str:
        schemes = ("redis://", "rediss://", "unix://") if info.field_name == "redis_url" else ("smtp://", "smtps://")
        if not value.startswith(schemes):
            raise ValueError(f"must begin with {' or '.join(schemes)}")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _names_a_server(cls, value: str) -> str:
        try:
            named = bool(urlsplit(value).hostname) and urlsplit(value).port != 0
        except ValueError:
            named = False
        if not named:
            raise ValueError("must name a server, and a port from 1 to 65535 where one is given: smtp://server:port")
        return value

    @field_validator("sender_address")
    @classmethod
    def _one_address(cls, value: str) -> str:
        match mail_address(value):
            case Flaw(reason=reason):
                raise ValueError(f"must be one mail address: {reason}")
            case address if address.needs_smtputf8:
                raise ValueError("must be in ASCII left of the @, because not every mail server takes other letters")
            case address:
                return str(address)

    @field_validator("master_key", "token_key")
    @classmethod
    def _whole_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            decoded(value.get_secret_value())
        return value

    @field_validator("origin_intake", "origin_cases", "origin_notifications", "public_origin")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value

    def secret_source(self) -> SecretSource:
        """All secrets that these settings give: a file wins over TANGGAP_SECRETS, and both over the two keys of the first release, name by name.

        Raises: StartRefused: what should hold them cannot be read.
        """
        given = combined(*(each.get_secret_value() if each else "" for each in (self.secrets, self.master_key, self.token_key)))
        return SecretsFile(self.secrets_file, given) if self.secrets_file else GivenSecrets(given)

    def origin(self, service: str) -> str:
        """Base URL of a service."""
        origin: str = getattr(self, f"origin_{service}")
        return origin


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment; `<NAME>_FILE` reads a secret from a file. Raises: StartRefused with the setting's name."""
    given = dict(os.environ if environment is None else environment)
    known = {_UNPREFIXED.get(name, f"TANGGAP_{name.upper()}"): name for name in Settings.model_fields}
    values: dict[str, str] = {}
    for name, value in given.items():
        if name in known:
            values[known[name]] = value
        elif name.removesuffix("_FILE") in _FIRST:
            values[known[name.removesuffix("_FILE")]] = _from_file(name, value)
        elif name.startswith("TANGGAP_") and name not in _FOR_THE_DISTRICT:
            raise StartRefused(f"{name} is not a setting of Tanggap: did you mean one of {', '.join(sorted(known))}?")
    aliased = {_UNPREFIXED.get(name, name): value for name, value in values.items()}
    try:
        told = Settings.model_validate(_parsed(aliased))
    except ValidationError as error:
        raise StartRefused(_explained(error)) from None
    _refuse_missing_secrets(told)
    return told


def given_secrets(environment: Mapping[str, str]) -> SecretSet:
    """Secrets that stand in the environment itself, or in a file of the first release's two. Raises: StartRefused."""
    try:
        return combined(environment.get("TANGGAP_SECRETS", ""), *(_given_key(environment, name) for name in _FIRST))
    except ValueError:
        raise StartRefused("TANGGAP_MASTER_KEY and TANGGAP_TOKEN_KEY should be 32 bytes in base64url") from None


def _given_key(environment: Mapping[str, str], name: str) -> str:
    file = environment.get(f"{name}_FILE")
    return environment.get(name) or (_from_file(f"{name}_FILE", file) if file else "")


def _refuse_missing_secrets(told: Settings) -> None:
    """What every service needs; its own secret it looks for when it starts."""
    names = {each.name for each in told.secret_source().read().secrets}
    for needed, first in (("master", "TANGGAP_MASTER_KEY"), ("access", "TANGGAP_TOKEN_KEY")):
        if needed not in names:
            raise StartRefused(f"{first}: a secret called {needed!r} is required: give it, TANGGAP_SECRETS_FILE or TANGGAP_SECRETS")


def _parsed(values: dict[str, str]) -> dict[str, object]:
    parsed: dict[str, object] = dict(values)
    for name in {"retry_seconds", "webhook_retry_seconds", "sign_in_ways"} & values.keys():
        parsed[name] = tuple(each.strip() for each in values[name].split(","))
    return parsed


def _from_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{name}: the file cannot be read ({type(error).__name__}); it should hold 32 bytes in base64url") from None


def _explained(error: ValidationError) -> str:
    told = []
    for fault in error.errors(include_input=False, include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else "origins"
        shown = name if name.isupper() else f"TANGGAP_{name.upper()}"
        field = Settings.model_fields.get(name)
        told.append(f"{shown}: {fault['msg'].lower()}" + (f" ({field.description})" if field and field.description else ""))
    return "; ".join(told)
