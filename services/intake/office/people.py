"""The district's people as a page shows them, and what is said of them there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from services.intake.office.giving import OF_THE_OFFICE, given_by, require_gives
from services.intake.office.school_kinds import SCHOOL_KINDS
from services.intake.roster.appointing import AppointBody, Appointing, DismissBody, Done
from shared.access import Principal
from shared.asked import Asked
from shared.errors import Fault, Invalid
from shared.events import Post
from shared.pages import Text
from shared.pages.roles import ROLES
from shared.sealed import Erased, Sealed

_POSTS = TypeAdapter(list[Post])


@dataclass(frozen=True, slots=True)
class Held:
    """A post that somebody has. where: in words; empty for the whole district. mine: of who looks. taken: whether who looks may take it."""

    person: str
    name: str
    post: Post
    role: Text
    where: Text
    mine: bool
    taken: bool


@dataclass(frozen=True, slots=True)
class OfficePeople:
    """Reads, appoints and dismisses. Raises: StillBuilding, BehindWrite, Unavailable."""

    appointing: Appointing

    async def of(self, principal: Principal) -> Sequence[Held]:
        """Everybody who holds a post of the district, by role and name."""
        people = await self.appointing.directory.holding(OF_THE_OFFICE)
        boxes = {str(each["person"]): each["name"] for each in people if isinstance(each["name"], Sealed)}
        names = dict(zip(boxes, await self.appointing.kernel.vault.open_many(list(boxes.values())), strict=True))
        schools = {str(each["school"]): str(each["name"]) for each in await self.appointing.directory.schools()}
        held = [
            (str(each["person"]), post) for each in people for post in _POSTS.validate_python(_plain(each["posts"])) if post.role in OF_THE_OFFICE
        ]
        shown = [self._held(principal, person, names.get(person), post, schools) for person, post in held]
        return sorted(shown, key=lambda each: (OF_THE_OFFICE.index(each.post.role), each.name.casefold()))

    def _held(self, principal: Principal, person: str, name: object, post: Post, schools: Mapping[str, str]) -> Held:
        where = schools.get(post.school, "") if post.school else SCHOOL_KINDS[post.kind] if post.kind else ""
        mine = person == principal.id
        return Held(
            person=person,
            name="" if isinstance(name, Erased) else str(name or ""),
            post=post,
            role=ROLES[post.role],
            where=where,
            mine=mine,
            taken=not mine and post.role in given_by(principal.roles),
        )

    async def appoint(self, principal: Principal, body: AppointBody, command: Asked) -> Done:
        """Somebody new, or somebody of the office by name. Raises: NotAllowed, OwnPost, Invalid, PostDoesNotFit."""
        person = await self.appointing.known_as(body.name) if body.name else None
        require_gives(principal.roles, principal.id, person or "", body.role)
        return await self.appointing.appoint(body, principal, command)

    async def dismiss(self, principal: Principal, body: DismissBody, command: Asked) -> Done:
        """Raises: NotAllowed, OwnPost, NotAppointed."""
        require_gives(principal.roles, principal.id, body.person, body.role)
        return await self.appointing.dismiss(body, principal, command)


def _plain(posts: object) -> list[dict[str, object]]:
    """Posts as the directory has them, without what the page does not tell."""
    assert isinstance(posts, list)
    return [{name: each[name] for name in ("role", "school", "kind")} for each in posts]


def body_of(typed: Mapping[str, str]) -> AppointBody:
    """What the form says. Raises: Invalid: the field that is wrong."""
    told = {name: value.strip() for name, value in typed.items() if value.strip()}
    try:
        return AppointBody.model_validate(told)
    except ValidationError as wrong:
        fields = [str(each["loc"][0]) for each in wrong.errors() if each["loc"]]
        raise Invalid(*(Fault(f"/{field}", "missing" if field not in told else "invalid") for field in fields)) from None
