"""Everybody is somebody: principals, tokens, and one reviewed permission file; deny by default (architecture, decision 15)."""

from __future__ import annotations

import hmac
import json
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from shared.clock import Clock
from shared.errors import Fault, Invalid, NotAllowed, NotSignedIn, StartRefused
from shared.keys import USES, Keys

PERMISSIONS = Path(__file__).parent / "permissions.toml"
EVERYBODY = "*"

Credential = Literal["token", "service-token", "session"]

_PREFIXES: Mapping[Credential, str] = {"token": "tgp_", "service-token": "tgs_", "session": "tgc_"}
"""Which use a credential is of: it is signed as well, and one of another use is never read."""

_NOT_VALID = "the token is not valid here: get a new one"

Kind = Literal["person", "agency", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. id: opaque id of the person, agency or service. schools: where the roles hold; empty for the whole district."""

    id: str
    kind: Kind
    roles: frozenset[str]
    schools: frozenset[str] = frozenset()

    def holds(self, *roles: str) -> bool:
        """Has one of the roles."""
        return not self.roles.isdisjoint(roles)

    def at(self, school: str) -> bool:
        """The roles hold at this school."""
        return not self.schools or school in self.schools


ANONYMOUS = Principal("anonymous", "anonymous", frozenset({"anonymous"}))


def service_principal(name: str) -> Principal:
    """One of our own services."""
    return Principal(f"service:{name}", "service", frozenset({"service"}))


def issue_token(keys: Keys, principal: Principal, expires: datetime) -> str:
    """A bearer token: what the principal is, and a keyed hash over it. Raises: Invalid: it would hold longer than tokens hold."""
    return _issued(keys, "service-token" if principal.kind == "service" else "token", principal, expires)


def issue_session(keys: Keys, principal: Principal, expires: datetime) -> str:
    """What a browser keeps in its cookie. Raises: Invalid: it would hold longer than sessions hold."""
    return _issued(keys, "session", principal, expires)


def read_token(keys: Keys, token: str, now: datetime) -> Principal:
    """The principal of a bearer token. Raises: NotSignedIn: not ours, changed, expired, or made for another use."""
    use: Credential = "service-token" if token.startswith(_PREFIXES["service-token"]) else "token"
    return _read(keys, use, token, now)


def read_session(keys: Keys, cookie: str, now: datetime) -> Principal:
    """The principal of a session's cookie. Raises: NotSignedIn, as `read_token`."""
    return _read(keys, "session", cookie, now)


def _issued(keys: Keys, use: Credential, principal: Principal, expires: datetime) -> str:
    life = USES[use].life
    if life is not None and expires > keys.clock.now() + life:
        raise Invalid(Fault("/expires", "too-late"), message=f"a {use} holds {life} at most: a rotation of keys waits for it")
    told = {
        "id": principal.id,
        "kind": principal.kind,
        "roles": sorted(principal.roles),
        "schools": sorted(principal.schools),
        "expires": int(expires.timestamp()),
    }
    payload = urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
    key = keys.active(use)
    signed = f"{_PREFIXES[use]}{key.id}.{payload}"
    return f"{signed}.{_signature(key.value, signed)}"


def _read(keys: Keys, use: Credential, token: str, now: datetime) -> Principal:
    signed, _, signature = token.rpartition(".")
    secret_id, _, payload = signed.removeprefix(_PREFIXES[use]).partition(".")
    key = keys.find(use, secret_id) if token.isascii() and token.startswith(_PREFIXES[use]) else None
    if key is None or not hmac.compare_digest(signature, _signature(key.value, signed)):
        raise NotSignedIn(_NOT_VALID)
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if told["expires"] < now.timestamp():
        raise NotSignedIn("the token has expired: get a new one")
    return Principal(told["id"], told["kind"], frozenset(told["roles"]), frozenset(told["schools"]))


def _signature(key: bytes, signed: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, signed.encode(), sha256)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class CommandRow:
    """Who may give a command. roles: that may give it. also: which lesser readers of a case may, besides those who read it whole."""

    roles: frozenset[str]
    also: frozenset[str] = frozenset()


class Permissions:
    """Which roles may use which route, and give which commands; a route or a command without a row is nobody's."""

    def __init__(self, path: Path = PERMISSIONS) -> None:
        with path.open("rb") as file:
            told = tomllib.load(file)
        routes: Mapping[str, list[str]] = told["routes"]
        commands: Mapping[str, Mapping[str, list[str]]] = told.get("commands", {})
        self.rows = {route: frozenset(roles) for route, roles in routes.items()}
        self._commands = {name: CommandRow(frozenset(row["roles"]), frozenset(row.get("also", ()))) for name, row in commands.items()}

    def roles(self, method: str, path: str) -> frozenset[str]:
        """The roles of a route's row, empty without one."""
        return self.rows.get(f"{method} {path}", frozenset())

    def command(self, name: str) -> CommandRow:
        """The row of a command's permission; nobody's without one."""
        return self._commands.get(name, CommandRow(frozenset()))

    def require(self, principal: Principal, name: str) -> None:
        """Raises: NotAllowed: none of the principal's roles may give a command of this permission."""
        if not principal.holds(*self.command(name).roles):
            raise NotAllowed

    def grant(self, method: str, path: str, name: str) -> None:
        """A command's route takes the roles of its permission. Raises: StartRefused: the file has no such permission."""
        if name not in self._commands:
            raise StartRefused(f"shared/permissions.toml has no row [commands.{name}], which `{method} {path}` needs: add who may give it")
        self.rows[f"{method} {path}"] = self._commands[name].roles

    def require_rows(self, routes: Iterable[object]) -> None:
        """Raises: StartRefused: a route has no row."""
        for route in routes:
            if not isinstance(route, APIRoute):
                continue
            for method in route.methods or ():
                if not self.roles(method, route.path_format):
                    raise StartRefused(f"shared/permissions.toml has no row for `{method} {route.path_format}`: add who may use it")


@dataclass(frozen=True, slots=True)
class Access:
    """What the web shell needs to know who asks: the keys of credentials, the permission rows, the time."""

    keys: Keys
    permissions: Permissions
    clock: Clock

    def principal(self, request: Request) -> Principal:
        """Who asks, if the route's row lets them. Raises: NotSignedIn, NotAllowed."""
        route = request.scope["route"]
        allowed = self.permissions.roles(request.method, route.path_format)
        found = self._found(request, open_to_all=EVERYBODY in allowed)
        if EVERYBODY in allowed or not found.roles.isdisjoint(allowed):
            return found
        if found is ANONYMOUS:
            raise NotSignedIn("send a bearer token: `Authorization: Bearer …`")
        raise NotAllowed

    def _found(self, request: Request, *, open_to_all: bool) -> Principal:
        """An old cookie must not shut what is everybody's, such as the public form; a wrong bearer token is always told."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return read_token(self.keys, token.strip(), self.clock.now())
        cookie = request.cookies.get("tanggap_session")
        try:
            return read_session(self.keys, cookie, self.clock.now()) if cookie else ANONYMOUS
        except NotSignedIn:
            if open_to_all:
                return ANONYMOUS
            raise


async def signed_in(request: Request) -> Principal:
    """FastAPI dependency: the principal, checked against the route's row. Asynchronous only so that no thread is used for it."""
    access: Access = request.app.state.kernel.access
    return access.principal(request)


SignedIn = Annotated[Principal, Depends(signed_in)]
