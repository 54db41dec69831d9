"""The district's databases seen from one machine: whose address is the administrator's, and each service's own (ADR 12)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from district.home import ROOT
from district.secret_file import secret_in
from shared.errors import StartRefused
from shared.logins import ERASURE, SERVICES, address_of
from shared.migrate.passwords import given_password, setting_of
from shared.migrate.preparing import Applied, Wanted, logins_there, prepare


def administrators_address(environment: Mapping[str, str]) -> str:
    """Of the operator's own server: DATABASE_ADMIN_URL, else DATABASE_URL; empty: the district stands on a server of ours."""
    return environment.get("DATABASE_ADMIN_URL") or environment.get("DATABASE_URL") or ""


def addresses(url: str, home: Path) -> dict[str, str]:
    """Each service's own address on the server and database that `url` names. Raises: StartRefused: a password was never set."""
    return {service: address(service, url, home) for service in SERVICES}


def erasures_address(url: str, home: Path) -> str:
    """Of the login that alone destroys keys (ADR 50); empty where the operator's own server was given no password for it."""
    given, kept = given_password(ERASURE, os.environ), _kept(ERASURE, home)
    return address_of(ERASURE, url, given or secret_in(kept)) if given or kept.exists() else ""


def address(service: str, url: str, home: Path) -> str:
    """As `addresses`, of one service."""
    given, kept = given_password(service, os.environ), _kept(service, home)
    if not given and not kept.exists():
        raise StartRefused(f"{kept} is not there: run ./tanggap migrate, which makes the logins, or give {setting_of(service)}")
    return address_of(service, url, given or secret_in(kept))


def migrate(administrator: str, home: Path, *, new_passwords: bool = False, only: Mapping[str, frozenset[str]] | None = None) -> list[Applied]:
    """Prepares or upgrades the database for all services; what was new. The logins get the passwords given, else those that the home folder keeps.

    new_passwords: also where the logins are there already and nothing is known of their passwords. Otherwise that is refused: roles belong to the
    whole server, and another district's services would be locked out. only: each service's migrations to apply, see `Wanted`. Raises: StartRefused.
    """
    if not new_passwords:
        _refuse_to_lock_out(administrator, home)
    folders = {service: ROOT / "services" / service / "schema" for service in SERVICES}
    passwords = {service: given_password(service, os.environ) or secret_in(_kept(service, home)) for service in SERVICES}
    wanted = {service: Wanted(passwords[service], folder, only[service] if only else None) for service, folder in folders.items()}
    return prepare(administrator, wanted, given_password(ERASURE, os.environ) or secret_in(_kept(ERASURE, home)))


def prepared(administrator: str, home: Path, *, new_passwords: bool = False) -> dict[str, str]:
    """Migrates, and gives each service's own address. Raises: StartRefused."""
    migrate(administrator, home, new_passwords=new_passwords)
    return addresses(administrator, home)


def _kept(service: str, home: Path) -> Path:
    return home / f"database_{service}.secret"


def _refuse_to_lock_out(administrator: str, home: Path) -> None:
    unknown = [service for service in (*SERVICES, ERASURE) if not given_password(service, os.environ) and not _kept(service, home).exists()]
    there = logins_there(administrator, unknown) if unknown else []
    if there:
        raise StartRefused(
            f"{', '.join(there)}: this server has these logins already, and {home} does not keep their passwords. Give them "
            f"(for example {setting_of(unknown[0])}), or use the home folder that made them, or a server without another district; "
            "./tanggap migrate --new-passwords sets new ones, after which whoever uses the old ones is locked out"
        )
