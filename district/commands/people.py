"""The verbs of the district's own people: `appoint`, `dismiss`, `suspend`, `reinstate`. All need a running district."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args
from uuid import uuid4

import httpx
import typer

from district.commands.directory import origin
from district.commands.shell import checked, show_json, show_table, verb
from district.home import find_home
from shared.errors import Fault, Invalid
from shared.events import PartnerRole, SchoolKind, StaffRole

Person = Annotated[str, typer.Argument(help="name of somebody who stands in no roster; or with --id the id of a person")]
ById = Annotated[bool, typer.Option("--id", help="PERSON is an id")]
Role = Annotated[str, typer.Option(help=" | ".join((*get_args(StaffRole), *get_args(PartnerRole))))]
Schools = Annotated[list[str] | None, typer.Option("--school", help="id or NPSN; may be repeated")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="of schools, for an officer: " + " | ".join(get_args(SchoolKind)))]
Agencies = Annotated[list[str] | None, typer.Option("--agency", help="id of a partner agency, for an agency-officer; may be repeated")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


@verb
def appoint(
    person: Person,
    role: Role,
    school: Schools = None,
    kind: Kinds = None,
    agency: Agencies = None,
    by_id: ById = False,
    email: Annotated[str | None, typer.Option(help="where alerts go, of somebody new")] = None,
    phone: Annotated[str | None, typer.Option(help="of somebody new")] = None,
    json: AsJson = False,
) -> None:
    """Gives somebody a post: at schools, for a kind of schools, or in the whole district. No import of a roster gives or takes it."""
    told = {"person": person} if by_id else {"name": person}
    told |= {name: value for name, value in (("email", email), ("phone", phone)) if value}
    done: list[dict[str, Any]] = []
    for where in _places(school or (), kind or (), agency or ()):
        known = {"person": done[0]["person"]} if done else {}
        done.append({**_sent("appointments", {**told, "role": role, **where, **known}), "role": role, **where})
    _show("Appointed", done, json=json)


@verb
def dismiss(
    person: Annotated[str, typer.Argument(help="id")],
    role: Role,
    school: Schools = None,
    kind: Kinds = None,
    agency: Agencies = None,
    json: AsJson = False,
) -> None:
    """Ends appointments."""
    places = _places(school or (), kind or (), agency or ())
    done = [{**_sent("appointments/end", {"person": person, "role": role, **where}), "role": role, **where} for where in places]
    _show("Dismissed", done, json=json)


@verb
def suspend(person: Annotated[str, typer.Argument(help="id")], json: AsJson = False) -> None:
    """Somebody may do nothing any more, from their next request on."""
    _show("Suspended", [_sent("suspensions", {"person": person})], json=json)


@verb
def reinstate(person: Annotated[str, typer.Argument(help="id")], json: AsJson = False) -> None:
    """Ends a suspension."""
    _show("Reinstated", [_sent("suspensions/end", {"person": person})], json=json)


def people(**asked: str) -> list[dict[str, Any]]:
    """People of the running district with their posts. asked: kind, school or person."""
    with httpx.Client(timeout=30, trust_env=False, headers=find_home().service_headers()) as client:
        found: list[dict[str, Any]] = checked(client.get(f"{origin()}/intake/api/people", params=asked))["items"]
    return found


def require_post(person: str, role: str, school: str) -> None:
    """Raises: Invalid: the person does not hold the role there. school: id; empty for the whole district or a kind of schools."""
    posts = [post for each in people(person=person) for post in each["posts"]]
    if not any(post["role"] == role and (post["school"] or "") == school for post in posts):
        raise Invalid(Fault("/person", "no-such-post"), message=f"{person} is not {role} there: import a roster that says so, or ./tanggap appoint")


def _places(schools: Sequence[str], kinds: Sequence[str], agencies: Sequence[str]) -> list[dict[str, str]]:
    """Raises: Invalid: two sorts of places at once."""
    if sum(map(bool, (schools, kinds, agencies))) > 1:
        raise Invalid(Fault("/kind", "school-and-kind"), message="say one of --school, --kind and --agency")
    found = [{name: each} for name, places in (("school", schools), ("kind", kinds), ("agency", agencies)) for each in places]
    return found or [{}]


def _sent(path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = find_home().service_headers() | {"idempotency-key": str(uuid4())}
    with httpx.Client(timeout=30, trust_env=False, headers=headers) as client:
        told: dict[str, Any] = checked(client.post(f"{origin()}/intake/api/{path}", json=body))
    return told


def _show(title: str, done: Sequence[dict[str, Any]], *, json: bool) -> None:
    if json:
        show_json(done)
        return
    rows = [
        (each["person"], each.get("role"), each.get("school") or each.get("kind") or each.get("agency"), "yes" if each["changed"] else "as before")
        for each in done
    ]
    show_table(title, ("person", "role", "where", "changed"), rows)
