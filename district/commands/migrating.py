"""migrate: the one verb that needs the administrator's address of the databases."""

from __future__ import annotations

from typing import Annotated

import typer

from district import logins
from district.commands.shell import console, errors, show_json, show_table, verb
from district.commands.stores import administrator
from district.home import find_home


@verb
def migrate(json: Annotated[bool, typer.Option("--json", help="for machines")] = False) -> None:
    """Prepares or upgrades the three databases, with the administrator's address (DATABASE_ADMIN_URL) that no service holds."""
    with administrator() as url, errors.status("migrating"):
        done = logins.migrate(url, find_home().folder)
    if json:
        show_json({"applied": [{"service": each.service, "script": each.script} for each in done]})
    elif done:
        show_table("Applied", ("service", "script"), [(each.service, each.script) for each in done])
    else:
        console.print("nothing to apply: all schemas are the newest", markup=False)
