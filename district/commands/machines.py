"""api-key issue, api-key list, api-key revoke: keys for agencies' systems and integrators. All need a running district."""

from __future__ import annotations

import sys
from typing import Annotated, Any
from uuid import uuid4

import httpx
import typer

from district.commands.directory import origin
from district.commands.shell import checked, console, errors, show_json, show_table, verb
from district.home import find_home
from shared.access import Permissions
from shared.errors import Fault, Invalid
from shared.machines.key import LONGEST, HolderKind

machines = typer.Typer(no_args_is_help=True, help="Keys for agencies' own systems and integrators")

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
_SCOPES = Permissions().scopes_of_holders()


@machines.command("issue")
@verb
def issue(
    agency: Annotated[str | None, typer.Option(help="id of a registered agency: " + ", ".join(_SCOPES["agency"]))] = None,
    integrator: Annotated[str | None, typer.Option(help="what it is called: " + ", ".join(_SCOPES["integrator"]))] = None,
    scope: Annotated[list[str] | None, typer.Option("--scope", help="may be repeated")] = None,
    days: Annotated[int, typer.Option(help=f"how long it holds; at most {LONGEST.days}")] = 365,
    json: AsJson = False,
) -> None:
    """Makes a key and prints it this once. At most two of a holder hold at a time: make the next, change over, revoke the last."""
    holder, kind = _holder(agency, integrator)
    made = _sent("", {"holder": holder, "kind": kind, "scopes": scope or [], "days": days})
    if json:
        show_json(made)
        return
    errors.print(f"A key for {holder}, id {made['id']}, until {made['until']}. It is shown this once:", markup=False, soft_wrap=True)
    sys.stdout.write(f"{made['key']}\n")


@machines.command("list")
@verb
def list_keys(json: AsJson = False) -> None:
    """Every key: whose, what for, until when, when it was used last. Never the key itself."""
    with httpx.Client(timeout=30, trust_env=False, headers=find_home().service_headers()) as client:
        found: list[dict[str, Any]] = checked(client.get(f"{origin()}/intake/api/machine-keys"))["items"]
    if json:
        show_json(found)
        return
    columns = ("id", "holder", "kind", "scopes", "issued_at", "until", "revoked_at", "used_at")
    rows = [[", ".join(each[column]) if column == "scopes" else each[column] for column in columns] for each in found]
    show_table("Keys of machines", [column.replace("_", " ") for column in columns], rows)


@machines.command("revoke")
@verb
def revoke(key: Annotated[str, typer.Argument(help="the key's id, 16 characters")], json: AsJson = False) -> None:
    """Ends a key at once: a second later no service takes it."""
    done = _sent("/revoke", {"id": key})
    if json:
        show_json(done)
    else:
        console.print(f"{key}: {'revoked' if done['changed'] else 'it did not hold any more'}", markup=False)


def _holder(agency: str | None, integrator: str | None) -> tuple[str, HolderKind]:
    """Raises: Invalid: not exactly one of them."""
    if agency and not integrator:
        return agency, "agency"
    if integrator and not agency:
        return integrator, "integrator"
    raise Invalid(Fault("/holder", "one-holder"), message="say whose key it is: one of --agency and --integrator")


def _sent(path: str, body: dict[str, Any]) -> dict[str, Any]:
    headers = find_home().service_headers() | {"idempotency-key": str(uuid4())}
    with httpx.Client(timeout=30, trust_env=False, headers=headers) as client:
        told: dict[str, Any] = checked(client.post(f"{origin()}/intake/api/machine-keys{path}", json=body))
    return told
