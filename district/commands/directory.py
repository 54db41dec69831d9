"""The verbs `roster import`, `roster report` and `agencies import`; all need a running district."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import httpx
import typer
from rich.progress import track

from district.agencies import AgencyRead, Skipped, read_agencies
from district.commands.shell import FOUND_A_PROBLEM, checked, errors, show_json, show_table, verb
from district.home import find_home, wanted_port
from district.serving import port_in_use
from shared.errors import Fault, Invalid

roster = typer.Typer(no_args_is_help=True, help="The roster of schools and people (OneRoster 1.1 or 1.2, or Dapodik)")
agencies = typer.Typer(no_args_is_help=True, help="Partner agencies (HSDS 3.0)")

Bundle = Annotated[Path, typer.Argument(help="zip, XLSX or CSV file, or a folder")]
_CHANGES = ("added", "changed", "moved", "left", "unchanged", "set_aside", "refused")
_MENDS = ("yang harus dilakukan", "what to do")

RefusedPart = tuple[str, str, int, int, str, str]
"""The part as it can be accepted, the name of its school, how many would be lost and of how many, and what to do in both languages."""

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]


def origin() -> str:
    """The base URL of the running district: where the one of this home folder serves, else at TANGGAP_PORT.

    The one that serves comes first: a demonstration whose port was taken serves at another one.
    """
    return f"http://127.0.0.1:{port_in_use(find_home().folder) or wanted_port()}"


def import_bundle(
    base: str,
    headers: dict[str, str],
    bundle: Path | BinaryIO,
    *,
    allow_drop: bool,
    accept: Sequence[str] = (),
    dry_run: bool = False,
    school: str | None = None,
) -> dict[str, Any]:
    """Sends a bundle and returns the report. school: NPSN. Raises: Invalid: there is no such file. TanggapError: the import was refused."""
    wishes: dict[str, bool | str | list[str]] = {"allow_drop": allow_drop, "accept": list(accept), "dry_run": dry_run}
    wishes |= {"school": school} if school else {}
    with _opened(bundle) as file, httpx.Client(timeout=600, trust_env=False) as client:
        answer = client.post(f"{base}/intake/api/roster", params=wishes, content=file, headers=headers)
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        raise Invalid(message=str(answer.json()["detail"]))  # the sentence with the mend, where other routes have only codes
    report: dict[str, Any] = checked(answer)
    return report


@contextmanager
def _opened(bundle: Path | BinaryIO) -> Iterator[BinaryIO]:
    """The octets to send. A folder is sent as a zip that has no name, so that nobody's data stays behind. Raises: Invalid."""
    if not isinstance(bundle, Path):
        bundle.seek(0)
        yield bundle
        return
    if bundle.is_file():
        with bundle.open("rb") as file:
            yield file
        return
    if not bundle.is_dir():
        raise Invalid(Fault("", "no-such-file"), message=f"{bundle}: there is no such file")
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for each in sorted(path for path in bundle.rglob("*") if path.is_file()):
                archive.write(each, each.relative_to(bundle).as_posix())
        packed.seek(0)
        yield packed


@roster.command("import")
@verb
def import_roster(
    bundle: Bundle,
    allow_drop: Annotated[bool, typer.Option(help="whatever would be lost")] = False,
    accept: Annotated[list[str] | None, typer.Option(help="a loss that is meant: SCHOOL:students|staff|guardians|classes")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would change")] = False,
    school: Annotated[str | None, typer.Option(help="NPSN, for lists of Dapodik that do not name their school")] = None,
    json: AsJson = False,
) -> None:
    """Imports OneRoster, answers of Dapodik's web service or its lists. Exits with 1 where a part of it was refused."""
    with errors.status("importing"):
        report = import_bundle(
            origin(), find_home().service_headers(), bundle, allow_drop=allow_drop, accept=accept or (), dry_run=dry_run, school=school
        )
    show_roster("What would change" if dry_run else "Roster", report, json=json)
    if report["refused"]:
        raise typer.Exit(FOUND_A_PROBLEM)


@roster.command("report")
@verb
def roster_report(json: AsJson = False) -> None:
    """What the last import changed, refused and set aside, with the mend."""
    with httpx.Client(timeout=30, trust_env=False, headers=find_home().service_headers()) as client:
        report = checked(client.get(f"{origin()}/intake/api/roster/report"))
    show_roster(f"Roster, imported at {report['at']}", report, json=json)


def show_roster(title: str, report: dict[str, Any], *, json: bool) -> None:
    """An import's report as tables, or as JSON."""
    if json:
        show_json(report)
        return
    show_table(title, ("what", "count"), [(name, report[name]) for name in ("schools", "applied", "unchanged", "left")])
    if report["parts"]:
        rows = [(each["npsn"] or each["school"], each["name"], each["part"], *(each[name] for name in _CHANGES)) for each in report["parts"]]
        show_table("By school", ("school", "name", "part", *(name.replace("_", " ") for name in _CHANGES)), rows)
    if report["refused"]:
        show_table("Ditolak / Refused (accept with --accept SCHOOL:PART)", ("school:part", "name", "lost", "of", *_MENDS), refused_rows(report))
    if report["quarantined"]:
        lines = [(each["file"], each["row"], each["field"], each["reason"], *_in_both_languages(each)) for each in report["quarantined"]]
        show_table("Tidak dipakai / Set aside", ("file", "row", "field", "reason", *_MENDS), lines)


def refused_rows(report: dict[str, Any]) -> list[RefusedPart]:
    """What of an import was refused."""
    return [
        (f"{each['npsn'] or each['school']}:{each['part']}", each["name"], each["lost"], each["of"], *_in_both_languages(each))
        for each in report["refused"]
    ]


def _in_both_languages(told: dict[str, Any]) -> tuple[str, str]:
    return told["sentence"]["id"], told["sentence"]["en"]


def register(client: httpx.Client, base: str, agency: AgencyRead) -> str | Skipped:
    """`applied` or `unchanged`. An agency whose webhook can never be called is skipped with the reason, and stops no other. Raises: TanggapError."""
    answer = client.post(f"{base}/notifications/api/agencies", json=agency.body())
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return Skipped(agency.id, str(answer.json()["detail"]))
    registered = checked(answer)
    described = checked(client.post(f"{base}/notifications/api/agencies/descriptions", json=agency.listing()))
    return "applied" if registered["changed"] or described["changed"] else "unchanged"


@agencies.command("import")
@verb
def import_agencies(path: Annotated[Path, typer.Argument(help="JSON, CSV, zip, or a folder of them")], json: AsJson = False) -> None:
    """Registers agencies from HSDS 3.0: JSON, tables as CSV, or a tabular package."""
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
