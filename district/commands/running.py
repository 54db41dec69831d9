"""The verbs that run services: up, serve, token."""

from __future__ import annotations

import importlib
import os
from functools import partial
from typing import Annotated

import typer
from fastapi import FastAPI

from district.commands.inviting import FirstInvitation
from district.commands.migrating import healed_stores, show_healed
from district.commands.people import require_post
from district.commands.shell import console, show_json, verb
from district.embedded.servers import Servers
from district.ending import stopping_is_well
from district.front import SignIn, beginning, front, holds_the_sample
from district.home import find_home, wanted_port
from district.logins import erasures_address, prepared
from district.production import refuse_play, refuse_sample
from district.sample.faces import faces
from district.serving import ServingNote, serving
from district.up import one_origin, services
from services.intake.accounts.first_administrator import FirstAdministrator
from services.intake.app import accounts_of, sessions_of
from shared.access import EVERYBODY, Identity, Permissions
from shared.errors import StartRefused
from shared.logins import SERVICES
from shared.service import listening_on, run, serve, tls_of
from shared.settings import read_settings


@verb
def up() -> None:
    """Everything in one place, on TANGGAP_PORT (default 8000)."""
    home, port = find_home(), wanted_port()
    listener = listening_on("127.0.0.1", port)  # first: a port that is taken needs no server
    with stopping_is_well(), serving(home.folder) as note, Servers(home.folder) as servers:
        logins, origin = prepared(servers.administrator, home.folder, new_passwords=servers.postgres is not None), f"http://127.0.0.1:{port}"
        show_healed(healed_stores(servers.administrator, home, servers.redis_url))
        settings = {service: home.settings(address, servers.redis_url, origin) for service, address in logins.items()}
        erasure = erasures_address(servers.administrator, home.folder)
        settings["intake"] = home.settings(logins["intake"], servers.redis_url, origin, TANGGAP_ERASURE_DATABASE_URL=erasure)
        refuse_sample(settings["intake"])
        running = services(settings)
        allowed = any(each.demo_sign_in for each in settings.values())
        sign_in = SignIn(faces(), beginning(sessions_of(running["intake"])), partial(holds_the_sample, running["intake"])) if allowed else None
        application = one_origin(running, front(sign_in), settings["intake"].public_origin)
        first = None if allowed else _first_invitation(running["intake"])
        serve(application, listener, tls=tls_of(settings["intake"]), started=partial(_answers, note, port, first))


def _answers(note: ServingNote, port: int, first: FirstInvitation | None) -> None:
    note.write(port)
    console.print(f"Tanggap: http://127.0.0.1:{port}/  (Ctrl-C stops it)", markup=False)
    if first:
        first.show()


def _first_invitation(intake: FastAPI) -> FirstInvitation:
    return FirstInvitation(FirstAdministrator(accounts_of(intake)))


@verb
def serve_one(
    service: Annotated[str, typer.Argument(help="intake, cases or notifications")],
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
    uds: Annotated[str | None, typer.Option(help="socket to listen on")] = None,
) -> None:
    """One service; settings from the environment."""
    if service not in SERVICES:
        raise StartRefused(f"there is no service called {service!r}: choose intake, cases or notifications")
    if port is not None:
        os.environ["PORT"] = str(port)
    if uds is not None:
        os.environ["UDS"] = uds
    if service == "intake":
        refuse_sample(read_settings())
    create = importlib.import_module(f"services.{service}.app").create_app
    run(create, started=_invites if service == "intake" else _nothing)


def _invites(intake: FastAPI) -> None:
    _first_invitation(intake).show()


def _nothing(_: FastAPI) -> None:
    """Only intake has accounts."""


@verb
def token(
    role: Annotated[str, typer.Argument(help="for example counsellor, coordinator, principal, agency, service")],
    school: Annotated[str, typer.Option(help="id of the school; empty for the whole district")] = "",
    person: Annotated[str, typer.Option(help="id of the person or agency")] = "operator",
    json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """A bearer token for scripts, of somebody who holds the role there; only where demo sign-in is allowed (TANGGAP_DEMO_SIGN_IN=true)."""
    refuse_play(os.environ, "`./tanggap token`")
    if os.environ.get("TANGGAP_DEMO_SIGN_IN", "").lower() not in ("1", "true", "yes"):
        raise StartRefused("tokens are only given where TANGGAP_DEMO_SIGN_IN=true: never in production")
    known = frozenset().union(*Permissions().rows.values()) - {EVERYBODY}
    if role not in known:
        raise StartRefused(f"there is no role called {role!r}: choose one of {', '.join(sorted(known))}")
    if role not in ("agency", "service"):
        require_post(person, role, school)
    made = find_home().token(Identity(person, "agency" if role == "agency" else "service" if role == "service" else "person"))
    if json:
        show_json({"token": made})
    else:
        console.print(made, markup=False, soft_wrap=True)
