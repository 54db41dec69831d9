"""Rotating the district's secrets: a new one is announced, then used; the one before is accepted for an overlap, then dropped."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from district.home import Home
from shared.errors import Fault, Invalid, StartRefused
from shared.key_status import Dependent, KeyStatus, state_of
from shared.keys import LONGEST_LIFE, SERVICES, needed_by
from shared.secretfile import SecretsFile, alone, write_secrets
from shared.secretset import FIRST, Secret, SecretName, SecretSet, new_secret
from shared.secrettext import FirstKey, first_secrets
from shared.settings import given_secrets

OVERLAP = timedelta(days=7)
ANNOUNCE = timedelta(seconds=10)
"""Between writing a new secret and using it: every process must know it before the first thing arrives that was made with it."""


@dataclass(frozen=True, slots=True)
class Timing:
    """after: how long the new secret is only announced. overlap: how long the old one is accepted from then on."""

    after: timedelta = ANNOUNCE
    overlap: timedelta = OVERLAP


def rotate(home: Home, names: Sequence[SecretName], now: datetime, timing: Timing) -> list[Secret]:
    """Adds a new secret of each name; gives the new ones. Raises: Invalid: the overlap is too short, or one is announced already; StartRefused."""
    if timing.overlap < LONGEST_LIFE:
        raise Invalid(Fault("/overlap", "too-short"), message=f"the overlap is at least {LONGEST_LIFE}: so long do tokens hold")
    if os.environ.get("TANGGAP_SECRETS") and not os.environ.get("TANGGAP_SECRETS_FILE"):
        raise StartRefused(
            "TANGGAP_SECRETS: what stands in the environment does not rotate; write it to a file, and name that in TANGGAP_SECRETS_FILE"
        )
    home.secrets()
    with alone(home.secrets_file):
        kept = SecretsFile(home.secrets_file).read()
        known, since = kept.completed(given_secrets(os.environ)), (now + timing.after).replace(microsecond=0)
        for name in names:
            known = known.rotated(name, new_secret(), since=since, until=since + timing.overlap)
        write_secrets(home.secrets_file, known.only({each.name for each in kept.secrets} | set(names)))
    return [known.of(name)[-1] for name in names]


def ended(known: SecretSet, names: Collection[SecretName], now: datetime, *, early: bool) -> list[Secret]:
    """Secrets of these names whose overlap is over; early: also those that are still accepted."""
    wanted = ("over", "retiring") if early else ("over",)
    return [each for each in known.secrets if each.name in names and state_of(each, known, now) in wanted]


def blockers(secret: Secret, known: SecretSet, now: datetime, told: Mapping[str, KeyStatus]) -> list[str]:
    """Why a secret must stay: what would be lost with it, and services that do not use the one after it yet."""
    active = known.active(secret.name, now).id
    found = [f"{each.count} {each.what} ({status.service})" for status in told.values() for each in status.depends if _is(each, secret)]
    found += [f"{service} does not use {secret.name} {active} yet" for service in SERVICES if not _uses(told[service], secret.name, active)]
    return list(dict.fromkeys(found))


def drop(home: Home, secrets: Sequence[Secret]) -> None:
    """Takes secrets out of the file, and the first release's files away with its last secrets."""
    with alone(home.secrets_file):
        known = SecretsFile(home.secrets_file).read()
        for secret in secrets:
            known = known.without(secret)
        write_secrets(home.secrets_file, known)
    for key, path in home.first_files().items():
        if not any(known.find(name, FIRST) for name in _names_of(key)):
            path.unlink(missing_ok=True)


def share(known: SecretSet, folder: Path) -> list[Path]:
    """Writes for each service a file with the secrets that it needs and no other's; gives the files."""
    files = {folder / service / "secrets": known.only(needed_by(service)) for service in SERVICES}
    for path, secrets in files.items():
        write_secrets(path, secrets)
    return list(files)


def _is(each: Dependent, secret: Secret) -> bool:
    return (each.name, each.id) == (secret.name, secret.id)


def _uses(status: KeyStatus, name: SecretName, active: str) -> bool:
    """The service makes things with it by now, or has no need of that name."""
    mine = [each.id for each in status.secrets if each.name == name and each.state == "active"]
    return mine == [active] or name not in needed_by(status.service)


def _names_of(key: FirstKey) -> set[SecretName]:
    return {each.name for each in first_secrets(key, b"").secrets}
