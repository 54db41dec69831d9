"""Everybody is somebody: principals, tokens, and one reviewed permission file; deny by default (architecture, decision 15)."""

from __future__ import annotations

import hmac
import json
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Protocol

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from shared.clock import Clock
from shared.errors import Fault, Invalid, NotAllowed, NotSignedIn, StartRefused, Unavailable
from shared.events import Post
from shared.keys import USES, Keys
from shared.posts import Standing

PERMISSIONS = Path(__file__).parent / "permissions.toml"
EVERYBODY = "*"

Credential = Literal["token", "service-token", "session"]

_PREFIXES: Mapping[Credential, str] = {"token": "tgp_", "service-token": "tgs_", "session": "tgc_"}
"""Which use a credential is of: it is signed as well, and one of another use is never read."""

_NOT_VALID = "the token is not valid here: get a new one"

Kind = Literal["person", "agency", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, and no more: what tokens and sessions say (architecture, decision 20). id: opaque id of the person, agency or service."""

    id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Principal(Identity):
    """Who asks, with the posts that this service knows of now. Only a person holds posts; an agency and a service are what their kind says."""

    posts: frozenset[Post] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        """Every role, wherever it holds."""
        return frozenset(post.role for post in self.posts) if self.kind == "person" else frozenset({self.kind})

    def holds(self, *roles: str) -> bool:
        """Has one of the roles, wherever it holds."""
        return not self.roles.isdisjoint(roles)

    def holds_at(self, school: str, *roles: str) -> bool:
        """Has one of the roles at this school."""
        return any(post.role in roles and post.school in (None, school) for post in self.posts)

    def at(self, school: str) -> bool:
        """Has any role at this school."""
        return any(post.school in (None, school) for post in self.posts)

    def schools(self, *roles: str) -> frozenset[str]:
        """Where one of the roles holds, any role where none is said: ids of schools, or `EVERYWHERE`. Empty is nowhere."""
        found = {post.school for post in self.posts if not roles or post.role in roles}
        return EVERYWHERE if None in found else frozenset(school for school in found if school)

    def only(self, roles: frozenset[str]) -> Principal:
        """The same with the posts that count where these roles are asked for."""
        return replace(self, posts=frozenset(post for post in self.posts if post.role in roles))


EVERYWHERE = frozenset({"*"})
"""The schools of a role that holds in the whole district."""

ANONYMOUS = Principal("anonymous", "anonymous")


def service_principal(name: str) -> Principal:
    """One of our own services."""
    return Principal(f"service:{name}", "service")


def issue_token(keys: Keys, who: Identity, expires: datetime) -> str:
    """A bearer token: who it is, and a keyed hash over it. Raises: Invalid: it would hold longer than tokens hold."""
    return _issued(keys, "service-token" if who.kind == "service" else "token", who, expires)


def issue_session(keys: Keys, who: Identity, expires: datetime) -> str:
    """What a browser keeps in its cookie. Raises: Invalid: it would hold longer than sessions hold."""
    return _issued(keys, "session", who, expires)


def read_token(keys: Keys, token: str, now: datetime) -> Identity:
    """Whose a bearer token is. Raises: NotSignedIn: not ours, changed, expired, or made for another use."""
    use: Credential = "service-token" if token.startswith(_PREFIXES["service-token"]) else "token"
    return _read(keys, use, token, now)


def read_session(keys: Keys, cookie: str, now: datetime) -> Identity:
    """Whose a session's cookie is. Raises: NotSignedIn, as `read_token`."""
    return _read(keys, "session", cookie, now)


def _issued(keys: Keys, use: Credential, who: Identity, expires: datetime) -> str:
    life = USES[use].life
    if life is not None and expires > keys.clock.now() + life:
        raise Invalid(Fault("/expires", "too-late"), message=f"a {use} holds {life} at most: a rotation of keys waits for it")
    told = {"id": who.id, "kind": who.kind, "expires": int(expires.timestamp())}
    payload = urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
    key = keys.active(use)
    signed = f"{_PREFIXES[use]}{key.id}.{payload}"
    return f"{signed}.{_signature(key.value, signed)}"


def _read(keys: Keys, use: Credential, token: str, now: datetime) -> Identity:
    signed, _, signature = token.rpartition(".")
    secret_id, _, payload = signed.removeprefix(_PREFIXES[use]).partition(".")
    key = keys.find(use, secret_id) if token.isascii() and token.startswith(_PREFIXES[use]) else None
    if key is None or not hmac.compare_digest(signature, _signature(key.value, signed)):
        raise NotSignedIn(_NOT_VALID)
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if told["expires"] < now.timestamp():
        raise NotSignedIn("the token has expired: get a new one")
    return Identity(told["id"], told["kind"])  # roles that an older release wrote into it count for nothing


def _signature(key: bytes, signed: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, signed.encode(), sha256)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class CommandRow:
    """Who may give a group of commands at all. Which relation to a case it asks for besides stands in shared/rights/matrix.toml."""

    name: str
    roles: frozenset[str]


class Permissions:
    """Which roles may use which route, and give which commands; a route or a command without a row is nobody's."""

    def __init__(self, path: Path = PERMISSIONS) -> None:
        with path.open("rb") as file:
            told = tomllib.load(file)
        routes: Mapping[str, list[str]] = told["routes"]
        commands: Mapping[str, Mapping[str, list[str]]] = told.get("commands", {})
        self.rows = {route: frozenset(roles) for route, roles in routes.items()}
        self._commands = {name: CommandRow(name, frozenset(row["roles"])) for name, row in commands.items()}

    def roles(self, method: str, path: str) -> frozenset[str]:
        """The roles of a route's row, empty without one."""
        return self.rows.get(f"{method} {path}", frozenset())

    def command(self, name: str) -> CommandRow:
        """The row of a command's permission; nobody's without one."""
        return self._commands.get(name, CommandRow(name, frozenset()))

    @property
    def groups(self) -> frozenset[str]:
        """Every group of commands."""
        return frozenset(self._commands)

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


class LookUp(Protocol):
    """Tells what somebody is now."""

    async def of(self, person: str) -> Standing:
        """Raises: Unavailable."""


@dataclass(frozen=True, slots=True)
class Access:
    """What the web shell needs to know who asks: the keys of credentials, the permission rows, the time, and who holds which post now."""

    keys: Keys
    permissions: Permissions
    clock: Clock
    posts: LookUp

    async def principal(self, request: Request) -> Principal:
        """Who asks, if the route's row lets them, with the posts that count for it. Raises: NotSignedIn, NotAllowed, Unavailable."""
        route = request.scope["route"]
        allowed = self.permissions.roles(request.method, route.path_format)
        who = self._found(request, open_to_all=EVERYBODY in allowed)
        if EVERYBODY in allowed:
            return await self._as_far_as_known(who)
        if who is ANONYMOUS:
            raise NotSignedIn("send a bearer token: `Authorization: Bearer …`")
        found = (await self.resolved(who)).only(allowed)
        if not found.holds(*allowed):
            raise NotAllowed
        return found

    async def resolved(self, who: Identity) -> Principal:
        """With what this service knows now of who asks. Raises: Unavailable: nobody can tell now."""
        return Principal(who.id, who.kind, (await self.posts.of(who.id)).posts) if who.kind == "person" else Principal(who.id, who.kind)

    async def _as_far_as_known(self, who: Identity) -> Principal:
        """What is everybody's stays so while nobody can tell who somebody is."""
        try:
            return await self.resolved(who)
        except Unavailable:
            return Principal(who.id, who.kind)

    def _found(self, request: Request, *, open_to_all: bool) -> Identity:
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
    """FastAPI dependency: the principal, checked against the route's row."""
    access: Access = request.app.state.kernel.access
    return await access.principal(request)


SignedIn = Annotated[Principal, Depends(signed_in)]
