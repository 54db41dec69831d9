"""keys list, keys rotate, keys retire, keys share: the district's secrets, and their change without anybody being refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from district.commands.directory import origin
from district.commands.shell import FOUND_A_PROBLEM, checked, show_json, show_table, verb
from district.home import Home, find_home
from district.rotating import ANNOUNCE, OVERLAP, Timing, blockers, drop, ended, rotate, share
from services.notifications.senders.signing import public_key
from shared.errors import Fault, Invalid, TanggapError
from shared.key_status import KeyStatus, state_of
from shared.keys import SERVICES
from shared.secretset import SECRET_NAMES, Secret, SecretName

keys = typer.Typer(no_args_is_help=True, help="The district's secrets, and their rotation with an overlap")

_LONGEST = timedelta(days=3650)

AsJson = Annotated[bool, typer.Option("--json", help="for machines")]
Name = Annotated[str | None, typer.Argument(help=f"{', '.join(SECRET_NAMES)}; all of them where none is named")]


@keys.command("list")
@verb
def list_keys(json: AsJson = False) -> None:
    """Every secret by name and id: its state, until when it is accepted, which services know it, what depends on it. Never the secret itself."""
    home, now = find_home(), datetime.now(UTC)
    known, told = home.secrets().read(), _told_if_serving(home)
    rows = [_row(each, state_of(each, known, now), told) | _public(home, each) for each in known.secrets]
    if json:
        show_json(rows)
        return
    columns = ("name", "id", "state", "since", "until", "known_by", "needed_for", "webhook_key")
    show_table("Keys", [column.replace("_", " ") for column in columns], [[_plain(each[column]) for column in columns] for each in rows])


@keys.command("rotate")
@verb
def rotate_keys(
    name: Name = None,
    overlap_hours: Annotated[float, typer.Option(help="how long the old one is accepted")] = OVERLAP / timedelta(hours=1),
    after_seconds: Annotated[float, typer.Option(help="how long the new one is announced before it is used")] = ANNOUNCE.total_seconds(),
    json: AsJson = False,
) -> None:
    """Announces a new secret, which every running service then uses; what was made with the old one holds until the overlap ends."""
    timing = Timing(_span("--after-seconds", after_seconds), _span("--overlap-hours", overlap_hours * 3600))
    fresh = rotate(find_home(), _names(name), datetime.now(UTC), timing)
    told = [{"name": each.name, "id": each.id, "since": each.since, "old_until": each.since and each.since + timing.overlap} for each in fresh]
    if json:
        show_json(told)
    else:
        show_table("Rotated", ("name", "id", "used from", "the one before accepted until"), [list(each.values()) for each in told])


@keys.command("retire")
@verb
def retire_keys(
    name: Name = None,
    early: Annotated[bool, typer.Option("--early", help="before the overlap ends: tokens and sessions made with it are refused at once")] = False,
    json: AsJson = False,
) -> None:
    """Drops the secrets whose overlap is over and on which nothing depends any more; exit 1 where one has to stay, with the reason."""
    home, now, names = find_home(), datetime.now(UTC), _names(name)
    known, told = home.secrets().read(), _told(home)
    why = {each: blockers(each, known, now, told) for each in ended(known, names, now, early=early)}
    drop(home, [each for each, reasons in why.items() if not reasons])
    rows = [{"name": each.name, "id": each.id, "result": "kept" if reasons else "dropped", "why": reasons} for each, reasons in why.items()]
    if json:
        show_json(rows)
    else:
        show_table("Retired", ("name", "id", "result", "why"), [[_plain(value) for value in each.values()] for each in rows])
    if any(why.values()):
        raise typer.Exit(FOUND_A_PROBLEM)


@keys.command("share")
@verb
def share_keys(folder: Annotated[Path, typer.Argument(help="gets <service>/secrets for each service")], json: AsJson = False) -> None:
    """Writes each service's own secrets, for services on servers of their own (TANGGAP_SECRETS_FILE); again after each rotation."""
    files = [str(each) for each in share(find_home().secrets().read(), folder)]
    if json:
        show_json(files)
    else:
        show_table("Shared", ("file",), [(each,) for each in files])


def _span(option: str, seconds: float) -> timedelta:
    if not 0 <= seconds <= _LONGEST.total_seconds():
        raise Invalid(Fault(f"/{option}", "out-of-range"), message=f"{option} should be a time from 0 to {_LONGEST.days} days")
    return timedelta(seconds=seconds)


def _names(name: str | None) -> tuple[SecretName, ...]:
    found = tuple(each for each in SECRET_NAMES if name in (None, each))
    if not found:
        raise Invalid(Fault("/name", "unknown"), message=f"there is no secret called {name!r}: choose one of {', '.join(SECRET_NAMES)}")
    return found


def _told(home: Home) -> dict[str, KeyStatus]:
    """What each serving service says. Raises: TanggapError, httpx.TransportError: one of them does not answer."""
    headers = home.service_headers()
    with httpx.Client(timeout=30, trust_env=False, headers=headers) as client:
        return {service: KeyStatus.model_validate(checked(client.get(f"{origin()}/{service}/api/keys"))) for service in SERVICES}


def _told_if_serving(home: Home) -> dict[str, KeyStatus]:
    try:
        return _told(home)
    except (TanggapError, httpx.TransportError):
        return {}


def _row(secret: Secret, state: str, told: dict[str, KeyStatus]) -> dict[str, Any]:
    place = (secret.name, secret.id)
    return {
        "name": secret.name,
        "id": secret.id,
        "state": state,
        "since": secret.since,
        "until": secret.until,
        "known_by": [service for service, status in told.items() if place in [(each.name, each.id) for each in status.secrets]],
        "needed_for": list(
            dict.fromkeys(f"{each.count} {each.what}" for status in told.values() for each in status.depends if place == (each.name, each.id))
        ),
    }


def _public(home: Home, secret: Secret) -> dict[str, str]:
    """What agencies verify webhooks with, to be given to them before it is used."""
    found = [key for key in home.keys("notifications").held("webhook-signing") if key.id == secret.id and secret.name == "notifications"]
    return {"webhook_key": public_key(Ed25519PrivateKey.from_private_bytes(found[0].value)) if found else ""}


def _plain(value: object) -> object:
    return ", ".join(value) if isinstance(value, list) else value
