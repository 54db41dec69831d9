"""backup, backup check, backup key, restore: what leaves this machine, and how it comes back (ADR 39)."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pyrage.x25519 import Identity
from typer.core import TyperGroup

from district.backups.checking import check
from district.backups.drilling import drill
from district.backups.keeping import keep, note
from district.backups.keys import keep_recipient, read_key, recipient, split
from district.backups.making import Made, make
from district.backups.reading import Reading
from district.backups.reapplying import NEEDS_ACCEPTANCE
from district.backups.restoring import Restored, Wanted, restore
from district.commands.shell import FOUND_A_PROBLEM, console, errors, show_json, show_table, verb
from district.commands.stores import administrator
from district.home import find_home
from shared.errors import Fault, Invalid
from shared.eventstore.partition import PARTITIONS


class _FileFirst(TyperGroup):
    """`backup FILE` is `backup to FILE`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer exports no other name of it
        given = args if not args or args[0] in self.commands or args[0] == "--help" else ["to", *args]
        return super().parse_args(ctx, given)


backup = typer.Typer(cls=_FileFirst, no_args_is_help=True, help="One encrypted file of one moment: backup FILE, backup check FILE, backup key")

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
Key = Annotated[Path, typer.Option("--key", help="a file with the key, or with enough shares of it, one a line; - reads it from here")]


@backup.command("to")
@verb
def backup_to(file: Annotated[Path, typer.Argument(help="the file to write")], json: AsJson = False) -> None:
    """Writes a backup while the district works, and reads it back."""
    home = find_home()
    to = recipient(home.folder)
    with administrator() as url, errors.status("backing up"):
        made = make(url, home.secrets().read(), file.absolute(), to)
        note(url, made)
    _show("Backup", _told(made), json=json)


@backup.command("keep")
@verb
def backup_keep(folder: Annotated[Path, typer.Argument(help="the folder of the backups, best on another disk")], json: AsJson = False) -> None:
    """The backup of every night: named after its moment, read back, told to the stores; those older than 30 days are removed."""
    home = find_home()
    to = recipient(home.folder)
    with administrator() as url, errors.status("backing up"):
        secrets = home.secrets().read()
        kept = keep(url, folder.absolute(), datetime.now(UTC), lambda file: make(url, secrets, file, to))
    _show("Backup", _told(kept.made) | {"removed": list(kept.removed)}, json=json)


@backup.command("check")
@verb
def backup_check(file: Path, key: Key, json: AsJson = False) -> None:
    """Reads all of a backup and follows each store's history in it. Nothing is restored."""
    found = check(file, _read(key))
    stores = {name: store.position for name, store in found.manifest.stores.items()}
    _show("Whole", {"file": str(file), "moment": found.manifest.moment, "events": found.events, **stores, "keys": found.manifest.keys}, json=json)


@backup.command("key")
@verb
def backup_key(
    shares: Annotated[str, typer.Option(help="k/n: in n shares, any k of which open a backup, for example 2/3")] = "",
    json: AsJson = False,
) -> None:
    """Makes the key that opens backups from now on. It is shown once and kept nowhere here: whoever loses it loses the backups."""
    key = Identity.generate()
    told = split(key, *_numbers(shares)) if shares else [str(key)]
    kept = keep_recipient(find_home().folder, key)
    if json:
        show_json({"recipient": str(key.to_public()), "shares" if shares else "key": told})
        return
    console.print(f"{kept}: backups are encrypted for {key.to_public()}\nWrite down and keep apart from this machine:", markup=False, soft_wrap=True)
    for number, line in enumerate(told, start=1):
        console.print(f"\n{number}. {line}" if shares else line, markup=False, soft_wrap=True)


@verb
def restore_from(
    file: Path,
    key: Key,
    journal: Annotated[Path | None, typer.Option("--journal", help="the folder of the journal: what must outlive the restore is told again")] = None,
    accepted_by: Annotated[str, typer.Option(help="who accepts what the journal does not cover")] = "",
    json: AsJson = False,
) -> None:
    """Brings a district back into an empty home folder and database. All sessions, links and tokens end."""
    reading, home = Reading(file, _read(key)), find_home()
    wanted = Wanted(reading, journal, accepted_by.strip())
    try:
        if journal is None and not wanted.accepted_by:
            raise Invalid(Fault("/accepted-by", "missing"), message=_uncovered(reading.manifest.moment))
        with administrator() as url, errors.status("restoring"):
            done = restore(url, home, wanted, datetime.now(UTC), partitions=_partitions())
    finally:
        reading.close()
    _show("Restored", _came_back(done, wanted.accepted_by), json=json)


@verb
def drill_restore(
    file: Path,
    key: Key,
    journal: Annotated[Path | None, typer.Option("--journal", help="the folder of the journal")] = None,
    into: Annotated[Path | None, typer.Option("--into", help="an empty folder in which the district stays; else all of it is removed")] = None,
    json: AsJson = False,
) -> None:
    """Restores a backup into a second folder, on a server of its own, proves every history, and says how long it took. Exit 1 where one is broken."""
    with errors.status("drilling"):
        done = drill(file, key, journal, into)
    told = done.restored | {f"{name}: broken": why for name, why in done.broken.items()}
    times = {"restore_seconds": round(done.restore_seconds, 1), "proof_seconds": round(done.proof_seconds, 1)}
    _show("Drill", told | {"histories": "broken" if done.broken else "proven"} | times, json=json)
    if done.broken:
        raise typer.Exit(FOUND_A_PROBLEM)


def _uncovered(moment: datetime) -> str:
    return f"after {moment.isoformat(timespec='seconds')} this backup knows nothing: {NEEDS_ACCEPTANCE}"


def _partitions() -> int:
    return int(os.environ.get("TANGGAP_PARTITIONS") or PARTITIONS)


def _read(key: Path) -> Identity:
    return read_key(sys.stdin.read() if str(key) == "-" else key.read_text(encoding="utf-8"))


def _numbers(shares: str) -> tuple[int, int]:
    need, _, of = shares.partition("/")
    if not need.isdigit() or not of.isdigit():
        raise Invalid(Fault("/shares", "unreadable"), message="--shares is written k/n, for example 2/3")
    return int(need), int(of)


def _told(made: Made) -> dict[str, object]:
    speed = made.plain / max(made.seconds, 0.001) / 1e6
    return {
        "file": str(made.file), "moment": made.moment, "events": made.events, "bytes": made.size, "seconds": round(made.seconds, 1),
        "mb_per_second": round(speed, 1), "checked": made.checked.events,
    }  # fmt: skip


def _came_back(done: Restored, accepted_by: str) -> dict[str, object]:
    stores = {name: done.manifest.stores[name].position for name in done.stores}
    settled = done.settled
    until = {f"{name}: journal kept until": at for name, at in done.kept_until.items()}
    open_since = {f"{name}: not covered since": since for name, since in done.uncovered.items()}
    accepted: dict[str, object] = {"accepted by": accepted_by} if done.uncovered else {}
    return {
        "moment": done.manifest.moment, **stores, "rows": done.rows, "told again from the journal": done.told, "sessions ended": settled.sessions,
        "links ended": settled.links, "keys of machines ended": settled.machines,
        **until, **open_since, **accepted, "seconds": round(done.seconds, 1),
    }  # fmt: skip


def _show(title: str, told: dict[str, object], *, json: bool) -> None:
    if json:
        show_json(told)
    else:
        show_table(title, ("what", ""), list(told.items()))
