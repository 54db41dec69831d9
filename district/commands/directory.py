"""The verbs `roster import` and `agencies import`; both need a running district."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import track

from district.agencies import AgencyRead, Skipped, read_agencies
from district.commands.shell import checked, errors, show_json, show_table, verb
from district.home import find_home, wanted_port
from district.serving import port_in_use
from shared.errors import Fault, Invalid

roster = typer.Typer(no_args_is_help=True, help="The roster of schools and people (OneRoster 1.1 or 1.2)")
agencies = typer.Typer(no_args_is_help=True, help="Partner agencies (HSDS 3.0)")

Bundle = Annotated[Path, typer.Argument(help="zip file")]
AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


def origin() -> str:
    """The base URL of the running district: where the one of this home folder serves, else at TANGGAP_PORT.

    The one that serves comes first: a demonstration whose port was taken serves at another one.
    """
    return f"http://127.0.0.1:{port_in_use(find_home().folder) or wanted_port()}"


def import_bundle(base: str, headers: dict[str, str], bundle: Path, *, allow_drop: bool) -> dict[str, Any]:
    """Sends a bundle and returns the report. Raises: Invalid: there is no such file. TanggapError: the import was refused."""
    if not bundle.is_file():
        raise Invalid(Fault("", "no-such-file"), message=f"{bundle}: there is no such file")
    with bundle.open("rb") as file, httpx.Client(timeout=600, trust_env=False) as client:
        answer = client.post(f"{base}/intake/api/roster", params={"allow_drop": allow_drop}, content=file, headers=headers)
    report: dict[str, Any] = checked(answer)
    return report


@roster.command("import")
@verb
def import_roster(
    bundle: Bundle, allow_drop: Annotated[bool, typer.Option(help="even if many students would leave")] = False, json: AsJson = False
) -> None:
    """Imports a bundle: applied, unchanged, left, quarantined with row and reason."""
    with errors.status("importing"):
        report = import_bundle(origin(), find_home().service_headers(), bundle, allow_drop=allow_drop)
    if json:
        show_json(report)
        return
    show_table("Roster", ("what", "count"), [(name, report[name]) for name in ("schools", "applied", "unchanged", "left")])
    if report["quarantined"]:
        show_table("Quarantined", ("file", "row", "reason"), [(each["file"], each["row"], each["reason"]) for each in report["quarantined"]])


def register(client: httpx.Client, base: str, agency: AgencyRead) -> str | Skipped:
    """`applied` or `unchanged`. An agency whose webhook can never be called is skipped with the reason, and stops no other. Raises: TanggapError."""
    answer = client.post(f"{base}/notifications/api/agencies", json=agency.body())
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return Skipped(agency.id, str(answer.json()["detail"]))
    return "applied" if checked(answer)["changed"] else "unchanged"


@agencies.command("import")
@verb
def import_agencies(path: Annotated[Path, typer.Argument(help="JSON file or folder")], json: AsJson = False) -> None:
    """Registers agencies from HSDS 3.0 organisation JSON."""
    read, skipped = read_agencies(path)
    headers = find_home().service_headers()
    done = []
    with httpx.Client(timeout=30, trust_env=False, headers=headers) as client:
        for agency in track(read, "agencies", console=errors, transient=True):
            result = register(client, origin(), agency)
            if isinstance(result, Skipped):
                skipped.append(result)
            else:
                done.append((agency.name, result))
    if json:
        show_json({"agencies": done, "skipped": [{"place": each.place, "reason": each.reason} for each in skipped]})
        return
    show_table("Agencies", ("agency", "result"), done)
    if skipped:
        show_table("Skipped", ("place", "reason"), [(each.place, each.reason) for each in skipped])
