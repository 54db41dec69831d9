"""`./tanggap demo`: plays one school day with the sample district or with the operator's own files, and shows what it came to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated

import httpx
import typer

from district.commands.shell import FOUND_A_PROBLEM, console, verb
from district.commands.stores import opened
from district.demo import result
from district.demo.day import Day, OwnFiles
from district.demo.earlier import take_up
from district.demo.kept import file_of
from district.demo.page import WIDTH, page, to_try
from district.demo.stage import Place, Stage, find_place, stage
from district.demo.steps import OWN_CONCERNS, STEPS, Step, play
from district.demo.telling import Telling, telling
from district.ending import stopping_is_well
from district.home import find_home
from district.patience import Patient
from district.production import refuse_play
from district.sample.people import District, generate
from district.sample.roster import SOURCE
from services.intake.roster.people import person_id, school_id
from shared.eventstore.verify import Verified, verify_store


@verb
def demo(
    once: Annotated[bool, typer.Option(help="play the day and exit; 0 only if every loop closed")] = False,
    roster: Annotated[Path | None, typer.Option(help="OneRoster zip of one's own")] = None,
    agencies: Annotated[Path | None, typer.Option(help="HSDS 3.0 organisation JSON of one's own")] = None,
    concerns_file: Annotated[Path | None, typer.Option("--concerns", help="concern bodies, one JSON a line, of one's own")] = None,
) -> None:
    """A fictional district plays one school day, then keeps serving. A second start on the same data shows that day again."""
    refuse_play(os.environ, "`./tanggap demo`")
    own, place = OwnFiles(roster, agencies, concerns_file), find_place()
    file, steps = file_of(find_home().folder, own.given()), OWN_CONCERNS if own.concerns else STEPS
    if place.moved_from:
        console.print(place.sentence, markup=False)
    with ExitStack() as standing:
        with telling(len(steps) + 3) as told:
            told.step("peladen dan layanan dimulai", "servers and services start")
            built = standing.enter_context(stage(find_home(), place))
            client = standing.enter_context(httpx.Client(timeout=30, transport=Patient()))
            day = _day(built, client, file, own)
            missing, verified = _played(day, steps, told)
            told.step("hasil hari ini dirangkum", "what the day came to is put together")
            lines = _account(day, verified, missing, once=once)
        for line in lines:
            console.print(line, markup=False, soft_wrap=True)
        if not once:
            _keep_serving(built, place)
    raise typer.Exit(FOUND_A_PROBLEM if missing else 0)


def _day(built: Stage, client: httpx.Client, file: Path, own: OwnFiles) -> Day:
    district = generate()
    return Day(built, district, sample_ids(district), client, file, own=own)


def sample_ids(district: District) -> Callable[[str], str]:
    """Returns a function from a key of the sample to the id that the import gives."""
    schools = {school.key for school in district.schools}
    return lambda key: school_id(SOURCE, key) if key in schools else person_id(SOURCE, key)


def _played(day: Day, steps: tuple[Step, ...], told: Telling) -> tuple[list[str], list[Verified]]:
    """What is still open after the day, and what the stores' hashes say."""
    take_up(day, [step.name for step in steps])
    play(day, steps, told)
    told.step("setiap hash riwayat dihitung ulang", "every hash of the history is computed again")
    verified = verify_all(day.stage)
    day.read_cases()
    return result.still_open(day, verified), verified


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


def _account(day: Day, verified: list[Verified], missing: list[str], *, once: bool) -> list[str]:
    """The lines of the page; and everything, in a file."""
    everything = day.file.with_suffix(".txt")
    everything.unlink(missing_ok=True)
    everything.touch(mode=0o600)
    everything.write_text("\n\n".join("\n".join(each.lines()) for each in result.tables(day, verified, missing)) + "\n", encoding="utf-8")
    width = console.width if console.is_terminal else WIDTH
    lines = [_heading(day), "", *page(day, verified, missing, width=width), "", f"Selengkapnya / everything: {everything}"]
    if not once:
        lines += ["", *to_try(day, width=width)]
    return lines


def _heading(day: Day) -> str:
    if day.kept.earlier:
        return "Hari yang dimainkan versi sebelumnya; tidak diulang / the day that an earlier release played; it is not played again"
    again = "" if day.played_now else " (dimainkan tadi, tidak diulang / played before, not again)"
    return f"Satu hari sekolah di kabupaten fiktif / a school day in a fictional district, {day.kept.seconds:.0f} s{again}"


def _keep_serving(built: Stage, place: Place) -> None:
    """Until somebody stops it. Raises: Unavailable: a helper has ended by itself."""
    console.print("", f"{place.sentence} Ctrl-C menghentikan / stops it.", sep="\n", markup=False, soft_wrap=True)
    with suppress(KeyboardInterrupt), stopping_is_well():
        built.watch()
