"""`./tanggap VERB`: the operator's command."""

from __future__ import annotations

import sys
from io import TextIOWrapper

import typer

from district.commands import asking, directory, erasing, keys, looking, machines, people, running, safekeeping
from district.commands.calendar import calendar
from district.commands.doctor import doctor
from district.commands.fetching import fetch_dapodik, fetch_oneroster
from district.commands.inviting import invite
from district.commands.migrating import migrate
from district.commands.sessions import sessions
from district.demo.command import demo
from district.ending import end_orderly

app = typer.Typer(
    name="tanggap",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tanggap: one district's responsive services",
)
app.command("up")(running.up)
app.command("serve")(running.serve_one)
app.command("token")(running.token)
app.command("appoint")(people.appoint)
app.command("dismiss")(people.dismiss)
app.command("suspend")(people.suspend)
app.command("reinstate")(people.reinstate)
app.command("invite")(invite)
app.add_typer(sessions, name="sessions")
app.command("erase")(erasing.erase)
app.add_typer(erasing.retention, name="retention")
app.command("check-receipt")(erasing.check_receipt)
app.command("subject")(asking.subject)
app.command("breach")(asking.breach)
app.command("demo")(demo)
app.add_typer(directory.roster, name="roster")
directory.roster.command("fetch-dapodik")(fetch_dapodik)
directory.roster.command("fetch-oneroster")(fetch_oneroster)
app.add_typer(directory.agencies, name="agencies")
app.add_typer(calendar, name="calendar")
app.add_typer(looking.case, name="case")
app.command("rights")(looking.rights)
app.add_typer(looking.audit, name="audit")
app.add_typer(looking.policy, name="policy")
app.add_typer(looking.parked, name="parked")
app.add_typer(keys.keys, name="keys")
app.add_typer(machines.machines, name="api-key")
app.command("rebuild")(looking.rebuild)
app.command("migrate")(migrate)
app.command("doctor")(doctor)
app.add_typer(safekeeping.backup, name="backup")
app.command("restore")(safekeeping.restore_from)
app.command("drill")(safekeeping.drill_restore)

if __name__ == "__main__":
    end_orderly()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without our letters is no reason to stop
    app(prog_name="tanggap")
