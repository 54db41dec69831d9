"""migrate: the one verb that needs the administrator's address of the databases."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from district import logins
from district.commands.shell import console, errors, show_json, show_table, verb
from district.commands.stores import administrator
from district.home import find_home
from district.logins import administrators_address


@verb
def migrate(
    new_passwords: Annotated[bool, typer.Option(help="also where another home folder made the logins: it is locked out")] = False,
    json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Prepares or upgrades the three databases, with the administrator's address (DATABASE_ADMIN_URL) that no service holds."""
    ours = not administrators_address(os.environ)
    with administrator() as url, errors.status("migrating"):
        done = logins.migrate(url, find_home().folder, new_passwords=new_passwords or ours)
    if json:
        show_json({"applied": [{"service": each.service, "script": each.script} for each in done]})
    elif done:
        show_table("Applied", ("service", "script"), [(each.service, each.script) for each in done])
    else:
        console.print("nothing to apply: all schemas are the newest", markup=False)
