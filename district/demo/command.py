"""`./tanggap demo`: plays one school day with the sample district or with the operator's own files."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import Progress

from district.agencies import read_agencies
from district.commands.directory import import_bundle
from district.commands.shell import FOUND_A_PROBLEM, checked, console, errors, verb
from district.commands.stores import opened
from district.demo import additions, casework, result
from district.demo.day import Day
from district.demo.stage import Stage, stage
from district.home import find_home
from district.patience import Patient
from district.sample.agencies import organizations
from district.sample.concerns import concerns
from district.sample.people import District, generate
from district.sample.roster import SOURCE, write_roster
from services.intake.roster.people import person_id, school_id
from shared.errors import Fault, Invalid
from shared.eventstore.verify import Verified, verify_store


@verb
def demo(
    once: Annotated[bool, typer.Option(help="play the day and exit; 0 only if every loop closed")] = False,
    roster: Annotated[Path | None, typer.Option(help="OneRoster zip of one's own")] = None,
    agencies: Annotated[Path | None, typer.Option(help="HSDS 3.0 organisation JSON of one's own")] = None,
    concerns_file: Annotated[Path | None, typer.Option("--concerns", help="concern bodies, one JSON a line, of one's own")] = None,
) -> None:
    """A fictional district plays one school day, then keeps serving."""
    home = find_home()
    with stage(home) as built, httpx.Client(timeout=30, transport=Patient()) as client:
        started = time.monotonic()
        district = generate()
        day = Day(built, district, sample_ids(district), client)
        with Progress(console=errors, transient=True) as progress:
            play(day, progress, roster, agencies, concerns_file)
            verified = verify_all(built)
        result.check_loops(day, verified)
        result.show(day, verified, time.monotonic() - started)
        _addresses(day)
        if once:
            raise typer.Exit(FOUND_A_PROBLEM if day.missing else 0)
        console.print("Ctrl-C menghentikan / stops it", markup=False)
        signal.sigwait((signal.SIGINT, signal.SIGTERM))


def sample_ids(district: District) -> Callable[[str], str]:
    """Returns a function from a key of the sample to the id that the import gives."""
    schools = {school.key for school in district.schools}
    return lambda key: school_id(SOURCE, key) if key in schools else person_id(SOURCE, key)


def play(day: Day, progress: Progress, roster: Path | None, agencies: Path | None, concerns_file: Path | None) -> None:
    """Plays the whole day."""
    headers = day.stage.home.service_headers()
    step = progress.add_task("roster", total=None)
    bundle = roster or write_roster(day.district, day.stage.home.folder / "demo-roster.zip")
    import_bundle(day.stage.origin, headers, bundle, allow_drop=False)
    progress.update(step, description="agencies")
    _import_agencies(day, agencies, headers)
    if not concerns_file:
        casework.before(day)
    told = _read_concerns(concerns_file) if concerns_file else concerns(day.district, day.ids)
    progress.update(step, description="concerns", total=len(told), completed=0)
    for each in told:
        day.raise_concern(each)
        progress.advance(step)
    day.wait_for_cases()
    progress.update(step, description="cases", total=len(day.cases), completed=0)
    for case in list(day.cases.values()):
        day.handle(case)
        progress.advance(step)
    progress.update(step, description="home, referrals, answers", total=None)
    if not concerns_file:
        day.read_cases()
        _special(day)
        progress.update(step, description="nine strategies", total=None)
        casework.play(day)
        additions.play(day)
    progress.update(step, description="closing", total=len(day.cases), completed=0)
    day.read_cases()
    for case in list(day.cases.values()):
        day.close(case)
        progress.advance(step)
    day.wait(lambda: result.settled(day), "everything sent, and every reporter's status closed")


def _special(day: Day) -> None:
    """Plays what the special concerns of the sample call for."""
    day.match("khusus-tak-dikenal", "sma1-murid-020")
    day.tell_guardian("khusus-dua-murid", "smp1-wali-003a", safe=True)
    day.tell_guardian("khusus-wali", "smp1-wali-009a", safe=True)
    day.tell_guardian("khusus-wali", "smp1-wali-009b", safe=True)
    day.tell_guardian("khusus-sendiri", "sma1-wali-012a", safe=True)
    day.tell_guardian("khusus-senjata", "smk1-wali-005a", safe=False)
    _first_hour(day)
    day.refer("khusus-rencana", "rsud", (), phone_first=True)
    day.refer("khusus-wali", "uptd-ppa", ("dinsos",))
    day.refer("khusus-kecanduan", "psikolog", ("puskesmas", "rsud"))
    day.refer("khusus-sakit", "puskesmas", ("rsud",))
    if day.case_of("khusus-kecanduan") and day.wait_for_answer("khusus-kecanduan", "rejected"):
        day.refer("khusus-kecanduan", "rsud", ("puskesmas",))
    for key in ("khusus-rencana", "khusus-wali", "khusus-kecanduan", "khusus-sakit"):
        day.wait_for_answer(key, "completed")


def _first_hour(day: Day) -> None:
    """The severe case: the deputy phones first; the letter follows; the first psychologist declines, the second accepts."""
    key = "khusus-sabtu"
    day.do(key, "agree-safety-plan", words="Tanda bahaya, yang menolong, siapa ditelepon (fiktif).", review_by=casework.in_days(1))
    day.do(key, "assess-case", field="personal", findings="Ada rencana (fiktif).", safe=False)
    day.refer(key, "rsud", (), phone_first=True)
    day.refer(key, "psikolog", ("puskesmas",))
    if day.wait_for_answer(key, "rejected"):
        case = day.case_of(key)
        declined = next(each["referral"] for each in (case or {})["referrals"] if each["state"] == "rejected")
        day.do(key, "take-next-alternative", referral=declined, why="Alternatif berikutnya (fiktif).")
        day.send_drafted(key)
        day.chase_missed(key)


def _import_agencies(day: Day, path: Path | None, headers: dict[str, str]) -> None:
    file = path
    if file is None:
        file = day.stage.home.folder / "demo-agencies-hsds.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(organizations(day.stage.agency_origin, day.stage.secrets)), encoding="utf-8")
    for agency in read_agencies(file)[0]:
        checked(day.client.post(f"{day.stage.origin}/notifications/api/agencies", json=agency.body(), headers=headers))


def _read_concerns(file: Path) -> list[dict[str, Any]]:
    told = []
    try:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                told.append({"key": f"{file.name}-{number}", "note": "own", "body": json.loads(line)})
    except FileNotFoundError as error:
        raise Invalid(Fault("", "no-such-file"), message=f"{file}: there is no such file") from error
    except ValueError as error:
        raise Invalid(Fault(f"/{number}", "not-json"), message=f"{file.name} line {number} is not JSON") from error
    return told


def verify_all(built: Stage) -> list[Verified]:
    """Verifies every hash of every store."""
    keys = built.home.keys_by_service()

    async def check() -> list[Verified]:
        done = []
        for service, url in built.databases().items():
            async with opened(url, service) as database:
                done.append(await verify_store(database, keys[database.service]))
        return done

    return asyncio.run(check())


def _addresses(day: Day) -> None:
    origin = day.stage.origin
    console.print(f"Formulir / form: {origin}/intake/lapor", markup=False)
    console.print(f"Masuk sebagai … / sign in as …: {origin}/masuk", markup=False)
    console.print(f"API: {origin}/intake/docs  {origin}/cases/docs  {origin}/notifications/docs", markup=False)
