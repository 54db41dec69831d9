"""The verbs that look at a district: case, audit, policy, parked, rebuild."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.progress import Progress

from district.commands.auditing import Audited, audited
from district.commands.directory import origin
from district.commands.naming import case_named
from district.commands.people import people
from district.commands.shell import FOUND_A_PROBLEM, checked, errors, show_json, show_table, verb
from district.commands.stores import databases, each_store, opened
from district.home import find_home
from services.cases.domain.streams import case_stream
from services.cases.policies import read_policy
from services.cases.reading.vocabulary import words_of
from services.cases.reading.what_if import as_json, replay
from shared.access import Identity
from shared.database import Database
from shared.errors import Fault, Invalid, NotFound, StartRefused
from shared.eventstore.lag import lags
from shared.eventstore.postgres import PostgresEventStore
from shared.journal.heads import heads_file, newest
from shared.logins import SERVICES

case = typer.Typer(no_args_is_help=True, help="One case, as a counsellor or auditor would see it")
audit = typer.Typer(no_args_is_help=True, help="The provable history")
policy = typer.Typer(no_args_is_help=True, help="Policies of triage and referral")
parked = typer.Typer(no_args_is_help=True, help="Events whose handler kept failing")

LEVELS = ("emergency", "high", "medium", "low")

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
CaseId = Annotated[str, typer.Argument(help="id of the case, or its first characters")]


def _auditor() -> dict[str, str]:
    """As the district's auditor, who sees metadata alone. Raises: StartRefused: nobody was appointed."""
    auditors = [each["person"] for each in people(kind="staff") if "auditor" in each["roles"]]
    if not auditors:
        raise StartRefused("nobody is the district's auditor yet: ./tanggap appoint NAME --role auditor")
    return {"authorization": f"Bearer {find_home().token(Identity(auditors[0], 'person'))}"}


def _get(path: str, **query: str | None) -> Any:
    wanted = {name: value for name, value in query.items() if value is not None}
    return checked(httpx.get(f"{origin()}{path}", params=wanted, headers=_auditor(), timeout=30, trust_env=False))


@case.command("show")
@verb
def show_case(
    case_id: CaseId, as_of: Annotated[str | None, typer.Option(help="as recorded by this time (RFC 3339)")] = None, json: AsJson = False
) -> None:
    """The folded state, now or as of a moment; content is withheld from an operator."""
    if as_of:
        _moment(as_of)
    told = _get(f"/cases/api/cases/{case_named(case_id)}", as_of=as_of)
    if json:
        show_json(told)
        return
    plain = [
        (name, told[name]) for name in ("id", "version", "school", "student", "state", "urgency", "acknowledged_by", "assignee", "outcome_class")
    ]
    show_table("Case", ("field", "value"), [*plain, ("strands", len(told["strands"])), ("referrals", len(told["referrals"]))])


def _moment(told: str) -> None:
    try:
        datetime.fromisoformat(told)
    except ValueError as error:
        raise Invalid(Fault("--as-of", "not-a-time"), message="--as-of should be a time like 2026-03-03T10:00:00+07:00") from error


@case.command("history")
@verb
def case_history(case_id: CaseId, json: AsJson = False) -> None:
    """Every event in order, in words."""
    told = _get(f"/cases/api/cases/{case_named(case_id)}/history")["items"]
    if json:
        show_json(told)
        return
    rows = [
        (event["version"], event["recorded_at"][:19], event["actor"], words_of().sentence(event["type"], event["data"])[0], event["hash"][:12])
        for event in told
    ]
    show_table("History", ("version", "recorded", "actor", "what happened", "hash"), rows)


@verb
def rights(person: Annotated[str, typer.Argument(help="id of a person")], case_id: CaseId, json: AsJson = False) -> None:
    """Why somebody may or may not read and do what of a case, in words. It shows nothing of what the case holds."""
    if not people(person=person):
        raise NotFound("nobody in this district has this id: ./tanggap roster report shows whom an import set aside")
    told = _operator("GET", f"/cases/api/cases/{case_named(case_id)}/rights", person=person)
    if json:
        show_json(told)
        return
    why = [(each["id"], each["en"], each["because"]["id"], each["because"]["en"]) for each in told["relations"]]
    show_table("Hubungan / Relation", ("hubungan", "relation", "sebab", "because"), why)
    seen = [(each["id"], each["en"], "ya / yes" if each["seen"] else "tidak / no") for each in told["parts"].values()]
    show_table("Yang dilihat / Sees", ("bagian", "part", "boleh / may"), [(told["sees"]["id"], told["sees"]["en"], told["sees"]["level"]), *seen])
    asks = "ya, dengan alasan / yes, with a reason" if told["asks_why"] else "-"
    may = [(asks, ", ".join(told["may"]) or "-", ", ".join(told["may_not"]) or "-")]
    show_table("Perintah / Commands", ("alasan membaca / reason to read", "boleh / may", "tidak boleh / may not"), may)


@audit.command("verify")
@verb
def verify(
    case_id: Annotated[str | None, typer.Option("--case", help="only this case: its id, or the first characters")] = None,
    heads: Annotated[Path | None, typer.Option(help="a file of heads that was kept elsewhere, as `audit heads` gives them")] = None,
    json: AsJson = False,
) -> None:
    """Recomputes every hash; exit 1 and the exact event on the first that does not fit."""
    keys = find_home().keys_by_service()
    stream = None if case_id is None else case_stream(case_named(case_id))
    services = SERVICES if stream is None else ("cases",)

    async def check(database: Database) -> Audited:
        return await audited(database, keys[database.service], find_home().journal, stream, heads)

    with errors.status("recomputing"):
        results = each_store(check, services)
    if stream and not any(each.events for each in results):
        raise NotFound("there is no such case in this district")
    if json:
        show_json(
            [
                {
                    "service": each.service,
                    "events": each.events,
                    "streams": each.streams,
                    "broken": str(each.broken) if each.broken else None,
                    "outside": each.outside,
                    "reads": each.reads,
                }
                for each in results
            ]
        )
    else:
        show_table(
            "Audit",
            ("service", "events", "streams", "result", "heads kept outside", "reads"),
            [(each.service, each.events, each.streams, each.broken or "verified", each.outside, each.reads) for each in results],
        )
    if any(each.is_broken for each in results):
        raise typer.Exit(FOUND_A_PROBLEM)


@audit.command("heads")
@verb
def heads() -> None:
    """The newest signed head of each store, a line each, for the auditor or another machine to keep: what is kept there cannot be rewritten here."""
    for line in (newest(heads_file(find_home().journal, service)) for service in SERVICES):
        if line:
            print(line)  # noqa: T201 - for machines: nothing may be folded


@policy.command("check")
@verb
def check_policy(file: Annotated[Path, typer.Argument(help="TOML file")], json: AsJson = False) -> None:
    """Validates a policy; errors name the line or the key."""
    read = read_policy(file)
    told = {"id": read.id, "version": read.version, "effective": read.effective.isoformat(), "categories": len(read.categories)}
    if json:
        show_json(told)
    else:
        show_table("Policy", ("field", "value"), list(told.items()))


@policy.command("replay")
@verb
def replay_policy(file: Annotated[Path, typer.Argument(help="TOML file")], json: AsJson = False) -> None:
    """Runs a draft policy over all history, without side effects: which decisions would change, and the work of each school and week."""
    draft = read_policy(file)

    async def run(url: str) -> dict[str, Any]:
        async with opened(url, "cases") as database:
            store = PostgresEventStore(database)
            with Progress(console=errors, transient=True, disable=not errors.is_terminal) as progress:
                bar = progress.add_task("replay", total=await store.head())
                return as_json(await replay(store, draft, lambda position: progress.update(bar, completed=position)))

    with databases() as urls:
        told = asyncio.run(run(urls["cases"]))
    if json:
        show_json(told)
        return
    show_table("Policy", ("policy", "version", "decisions", "changed"), [(draft.id, draft.version, told["decisions"], told["changed"])])
    show_table("Changes", ("what", "before", "after", "decisions"), [tuple(each.values()) for each in told["kinds"]])
    rows = [(each["case"][:8], each["what"], each["before"], each["after"], ", ".join(each["rules"])) for each in told["changes"][:50]]
    show_table("Changed decisions (the first 50)", ("case", "what", "before", "after", "rules"), rows)
    columns = ("school", "week", *(f"{level} {when}" for level in LEVELS for when in ("before", "after")))
    work = [
        (each["school"], each["week"], *(each[when].get(level, 0) for level in LEVELS for when in ("before", "after"))) for each in told["workload"]
    ]
    show_table("Workload", columns, work)


@parked.command("list")
@verb
def list_parked(json: AsJson = False) -> None:
    """What is parked: ids and class names, no content."""
    told = _parked()
    if json:
        show_json(told)
    else:
        columns = ("service", "source", "key", "position", "type", "tries", "error", "parked_at")
        show_table("Parked", columns, [[each[column] for column in columns] for each in told])


def _parked() -> list[dict[str, Any]]:
    return [{"service": service} | each for service in SERVICES for each in _operator("GET", f"/{service}/api/parked")["items"]]


@parked.command("replay")
@verb
def replay_parked(key: Annotated[str | None, typer.Option(help="only this ordering key")] = None, json: AsJson = False) -> None:
    """Applies what is parked, in order."""
    if key is not None and key not in {each["key"] for each in _parked()}:
        raise NotFound("no parked event has this key: ./tanggap parked list shows the keys")
    done = {service: _operator("POST", f"/{service}/api/parked/replay", key=key)["replayed"] for service in SERVICES}
    if json:
        show_json(done)
    else:
        show_table("Replayed", ("service", "events"), list(done.items()))


def _operator(method: str, path: str, **query: str | None) -> Any:
    wanted = {name: value for name, value in query.items() if value is not None}
    headers = find_home().service_headers()
    return checked(httpx.request(method, f"{origin()}{path}", params=wanted, headers=headers, timeout=120, trust_env=False))


@verb
def rebuild(view: Annotated[str, typer.Argument(help="for example case_list_v2")], json: AsJson = False) -> None:
    """Folds a read model again from the first event, in the serving district."""
    known = _views()
    if view not in known:
        raise NotFound(f"there is no such view: choose one of {', '.join(sorted(known))}")
    told = _operator("POST", f"/{known[view]}/api/views/{view}/rebuild")
    if json:
        show_json(told)
    else:
        show_table("Rebuilt", ("view", "events"), [(view, told["events"])])


def _views() -> dict[str, str]:
    """Every read model, with the service that has it."""

    async def of_service(database: Database) -> dict[str, str]:
        return {each.view: database.service for each in await lags(database)}

    return {view: service for views in each_store(of_service) for view, service in views.items()}
