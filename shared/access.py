"""Everybody is somebody: principals, tokens, and one reviewed permission file; deny by default (architecture, decision 15)."""

from __future__ import annotations

import hmac
import json
import tomllib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Protocol, Required, TypedDict, get_args

from fastapi import Depends, Request
from fastapi.routing import APIRoute

from shared.clock import Clock
from shared.errors import Fault, Invalid, NotAllowed, NotSignedIn, ProofNeeded, StartRefused, Unavailable
from shared.events import Post
from shared.keys import USES, Keys
from shared.machines.key import PREFIX, HolderKind, KeyLookUp, NoKeys
from shared.posts import Standing
from shared.sessions import shown_to
from shared.sessions.cookies import Cookies
from shared.sessions.presence import Presence, SessionLookUp
from shared.sessions.session import FRESH, Session

PERMISSIONS = Path(__file__).parent / "permissions.toml"
EVERYBODY = "*"

Credential = Literal["token", "service-token"]

_PREFIXES: Mapping[Credential, str] = {"token": "tgp_", "service-token": "tgs_"}
"""Which use a credential is of: it is signed as well, and one of another use is never read."""

_NOT_VALID = "the token is not valid here: get a new one"

Kind = Literal["person", "agency", "integrator", "service", "anonymous"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, and no more: what tokens and sessions say (architecture, decision 20).

    id: opaque id of the person, agency, integrator or service.
    """

    id: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Principal(Identity):
    """Who asks, with the posts that this service knows of now. Only a person holds posts; the others are what their kind says.

    away: schools from which they are on leave now. proved_at: when they last proved who they are. session: the id of the session that they ask in,
    None where they sent a token.
    """

    posts: frozenset[Post] = frozenset()
    away: frozenset[str] = frozenset()
    proved_at: datetime | None = field(default=None, compare=False)
    session: Session | None = field(default=None, compare=False)

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

    def works_at(self, school: str, *roles: str) -> bool:
        """Has one of the roles at this school, any role where none is said, and is not on leave from it."""
        return school not in self.away and (self.holds_at(school, *roles) if roles else self.at(school))

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


@dataclass(frozen=True, slots=True)
class Shown:
    """What a request showed for who asks. proved_at: when that was proved. session: None of a token. scopes: of a machine's key, None of all else."""

    who: Identity
    proved_at: datetime | None = None
    session: Session | None = None
    scopes: frozenset[str] | None = None


EVERYWHERE = frozenset({"*"})
"""The schools of a role that holds in the whole district."""

ANONYMOUS = Principal("anonymous", "anonymous")


def service_principal(name: str) -> Principal:
    """One of our own services."""
    return Principal(f"service:{name}", "service")


def require_service(who: Identity, name: str) -> None:
    """Where one of our services alone may ask, not whichever. Raises: NotAllowed."""
    if who.id != service_principal(name).id:
        raise NotAllowed


def issue_token(keys: Keys, who: Identity, expires: datetime) -> str:
    """A bearer token: who it is, and a keyed hash over it. Raises: Invalid: it would hold longer than tokens hold."""
    return _issued(keys, "service-token" if who.kind == "service" else "token", who, expires)


def read_token(keys: Keys, token: str, now: datetime) -> Identity:
    """Whose a bearer token is. Raises: NotSignedIn: not ours, changed, expired, or made for another use."""
    return _read_token(keys, token, now).who


def _read_token(keys: Keys, token: str, now: datetime) -> Shown:
    use: Credential = "service-token" if token.startswith(_PREFIXES["service-token"]) else "token"
    return _read(keys, use, token, now)


def _issued(keys: Keys, use: Credential, who: Identity, expires: datetime) -> str:
    life = USES[use].life
    if life is not None and expires > keys.clock.now() + life:
        raise Invalid(Fault("/expires", "too-late"), message=f"a {use} holds {life} at most: a rotation of keys waits for it")
    told = {"id": who.id, "kind": who.kind, "expires": int(expires.timestamp()), "made": int(keys.clock.now().timestamp())}
    payload = urlsafe_b64encode(json.dumps(told, separators=(",", ":")).encode()).decode().rstrip("=")
    key = keys.active(use)
    signed = f"{_PREFIXES[use]}{key.id}.{payload}"
    return f"{signed}.{_signature(key.value, signed)}"


def _read(keys: Keys, use: Credential, token: str, now: datetime) -> Shown:
    signed, _, signature = token.rpartition(".")
    secret_id, _, payload = signed.removeprefix(_PREFIXES[use]).partition(".")
    key = keys.find(use, secret_id) if token.isascii() and token.startswith(_PREFIXES[use]) else None
    if key is None or not hmac.compare_digest(signature, _signature(key.value, signed)):
        raise NotSignedIn(_NOT_VALID)
    told = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    if told["expires"] < now.timestamp():
        raise NotSignedIn("the token has expired: get a new one")
    made = datetime.fromtimestamp(told.get("made", 0), UTC)  # a token of an older release says nothing of when it was made
    return Shown(Identity(told["id"], told["kind"]), made)  # roles that an older release wrote into it count for nothing


def _signature(key: bytes, signed: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, signed.encode(), sha256)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class CommandRow:
    """Who may give a group of commands at all. Which relation to a case it asks for besides stands in shared/rights/matrix.toml.

    fresh: only with a fresh proof of who they are.
    """

    name: str
    roles: frozenset[str]
    fresh: bool = False


class _CommandToml(TypedDict, total=False):
    roles: Required[list[str]]
    fresh: bool


class _ScopeToml(TypedDict):
    holders: list[HolderKind]
    routes: list[str]


class Permissions:
    """Which roles may use which route, and give which commands; a route or a command without a row is nobody's."""

    def __init__(self, path: Path = PERMISSIONS) -> None:
        with path.open("rb") as file:
            told = tomllib.load(file)
        routes: Mapping[str, list[str]] = told["routes"]
        commands: Mapping[str, _CommandToml] = told.get("commands", {})
        self.rows = {route: frozenset(roles) for route, roles in routes.items()}
        self.fresh = set(told.get("fresh", {}).get("routes", ()))
        self._scopes: Mapping[str, _ScopeToml] = told.get("scopes", {})
        self._commands = {name: CommandRow(name, frozenset(row["roles"]), row.get("fresh", False)) for name, row in commands.items()}

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
        if self._commands[name].fresh:
            self.fresh.add(f"{method} {path}")

    def asks_fresh(self, method: str, path: str) -> bool:
        """Whether a route asks for a proof that is at most ten minutes old."""
        return f"{method} {path}" in self.fresh

    def opens(self, scopes: frozenset[str], method: str, path: str) -> bool:
        """Whether a machine's key with these scopes may use a route, as far as its row lets its holder."""
        return any(f"{method} {path}" in self._scopes[each]["routes"] for each in scopes if each in self._scopes)

    def scopes_of_holders(self) -> dict[HolderKind, list[str]]:
        """Which scopes each kind of holder may be given."""
        return {kind: [name for name, row in self._scopes.items() if kind in row["holders"]] for kind in get_args(HolderKind)}

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
    """What the web shell needs to know who asks: the keys of tokens, the permission rows, the time, who holds which post, which sessions hold now.

    machines: which keys of machines hold.
    """

    keys: Keys
    permissions: Permissions
    clock: Clock
    posts: LookUp
    sessions: SessionLookUp
    cookies: Cookies
    machines: KeyLookUp = field(default_factory=NoKeys)

    @property
    def presence(self) -> Presence:
        """Whose session a request comes in."""
        return Presence(self.sessions, self.cookies, self.clock)

    async def principal(self, request: Request) -> Principal:
        """Who asks, if the route's row lets them, with the posts that count for it.

        Raises: NotSignedIn, NotAllowed, ProofNeeded, ShownToSomebodyElse, Unavailable.
        """
        route = request.scope["route"].path_format
        allowed = self.permissions.roles(request.method, route)
        if EVERYBODY in allowed:
            shown = await self._anybody(request)
            return asked_by(request, await self._as_far_as_known(shown if shown and self._opens(shown, request) else None))
        fresh = self.permissions.asks_fresh(request.method, route)
        shown = await self._shown(request, reading=request.method in _READING and not fresh)
        if shown is None:
            raise NotSignedIn("send a bearer token: `Authorization: Bearer …`")
        shown_to.require(await shown_to.said_in(request), shown.who.id)
        if not self._opens(shown, request):
            raise NotAllowed("this key has no scope for that: ask the district for one that has")
        found = asked_by(request, await self._standing(shown)).only(allowed)
        if not found.holds(*allowed):
            raise NotAllowed
        if fresh:
            self.require_fresh(found)
        return found

    def _opens(self, shown: Shown, request: Request) -> bool:
        """Also a machine's key is good for the routes of its scopes alone; on what is everybody's it counts for nothing."""
        return shown.scopes is None or self.permissions.opens(shown.scopes, request.method, request.scope["route"].path_format)

    def require_fresh(self, principal: Principal) -> None:
        """Raises: ProofNeeded: who asks proved who they are more than ten minutes ago. Our own services have nobody to ask."""
        if principal.kind == "service":
            return
        if principal.proved_at is None or self.clock.now() - principal.proved_at > FRESH:
            raise ProofNeeded

    async def resolved(self, who: Identity) -> Principal:
        """With what this service knows now of who asks. Raises: Unavailable: nobody can tell now."""
        if who.kind != "person":
            return Principal(who.id, who.kind)
        found = await self.posts.of(who.id)
        return Principal(who.id, who.kind, found.posts, found.away)

    async def _standing(self, shown: Shown) -> Principal:
        return replace(await self.resolved(shown.who), proved_at=shown.proved_at, session=shown.session)

    async def _as_far_as_known(self, shown: Shown | None) -> Principal:
        """What is everybody's stays so while nobody can tell who somebody is."""
        if shown is None:
            return ANONYMOUS
        try:
            return await self._standing(shown)
        except Unavailable:
            return Principal(shown.who.id, shown.who.kind)

    async def _anybody(self, request: Request) -> Shown | None:
        """An old cookie must not shut what is everybody's, such as the public form; a wrong bearer token is always told."""
        try:
            return await self._shown(request, reading=True)
        except (NotSignedIn, Unavailable):
            if _bearer(request):
                raise
            return None

    async def _shown(self, request: Request, *, reading: bool) -> Shown | None:
        """reading: nothing is to be changed. Raises: NotSignedIn, Unavailable."""
        token = _bearer(request)
        if token.startswith(PREFIX):
            return await self._machine(token)
        if token:
            return _read_token(self.keys, token, self.clock.now())
        value = self.cookies.value(request.cookies)
        if value is None:
            return None
        found = await self.presence.session(request, value, reading=reading)
        return Shown(Identity(found.person, found.kind), found.proved_at, found)

    async def _machine(self, value: str) -> Shown:
        """Raises: NotSignedIn: no such key holds. Unavailable."""
        key = await self.machines.of(value)
        if key is None:
            raise NotSignedIn(_NOT_VALID)
        return Shown(Identity(key.holder, key.kind), scopes=key.scopes)


_READING = ("GET", "HEAD", "OPTIONS")


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def asked_by(request: Request, who: Principal) -> Principal:
    """Keeps with the request who asks, with every post, for the head of its page."""
    request.state.who = who
    return who


async def signed_in(request: Request) -> Principal:
    """FastAPI dependency: the principal, checked against the route's row."""
    access: Access = request.app.state.kernel.access
    return await access.principal(request)


SignedIn = Annotated[Principal, Depends(signed_in)]
