"""migrate: the one verb that needs the administrator's address of the databases."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from district import logins
from district.backups.healing import Healed, ReadAgain, heal
from district.backups.older import Carrier
from district.commands.shell import console, errors, show_json, show_table, verb
from district.commands.stores import administrator
from district.home import Home, find_home
from district.logins import administrators_address
from shared.eventstore.partition import PARTITIONS


def healed_stores(url: str, home: Home, redis_url: str) -> list[Healed | ReadAgain]:
    """What was healed of stores that were older than what others know, or tell otherwise.

    redis_url: empty where it is not known. Raises: StartRefused, Invalid.
    """
    carrier = Carrier(redis_url, int(os.environ.get("TANGGAP_PARTITIONS") or PARTITIONS))
    return heal(url, home.journal, home.secrets().read, datetime.now(UTC), carrier)


def show_healed(healed: Sequence[Healed | ReadAgain]) -> None:
    """Says by name what was healed."""
    for each in healed:
        console.print(str(each), markup=False, soft_wrap=True)


@verb
def migrate(
    new_passwords: Annotated[bool, typer.Option(help="also where another home folder made the logins: it is locked out")] = False,
    json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Prepares or upgrades the three databases, with the administrator's address (DATABASE_ADMIN_URL) that no service holds."""
    ours = not administrators_address(os.environ)
    with administrator() as url, errors.status("migrating"):
        done = logins.migrate(url, find_home().folder, new_passwords=new_passwords or ours)
        healed = healed_stores(url, find_home(), os.environ.get("REDIS_URL", ""))
    if json:
        show_json({"applied": [{"service": each.service, "script": each.script} for each in done], "healed": [asdict(each) for each in healed]})
        return
    show_healed(healed)
    if done:
        show_table("Applied", ("service", "script"), [(each.service, each.script) for each in done])
    else:
        console.print("nothing to apply: all schemas are the newest", markup=False)
