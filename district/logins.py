"""The district's databases seen from one machine: whose address is the administrator's, and each service's own (ADR 12)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from district.home import ROOT
from district.secret_file import secret_in
from shared.logins import SERVICES, address_of
from shared.migrate.passwords import given_password
from shared.migrate.preparing import Applied, Wanted, prepare


def administrators_address(environment: Mapping[str, str]) -> str:
    """Of the operator's own server: DATABASE_ADMIN_URL, else DATABASE_URL; empty: the district stands on a server of ours."""
    return environment.get("DATABASE_ADMIN_URL") or environment.get("DATABASE_URL") or ""


def passwords(home: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of the services' logins: as given, else kept in the home folder, where they are made the first time."""
    given = os.environ if environment is None else environment
    return {service: given_password(service, given) or secret_in(home / f"database_{service}.secret") for service in SERVICES}


def addresses(url: str, home: Path) -> dict[str, str]:
    """Each service's own address on the server and database that `url` names."""
    return {service: address_of(service, url, password) for service, password in passwords(home).items()}


def migrate(administrator: str, home: Path) -> list[Applied]:
    """Prepares or upgrades the database for all services; what was new. Raises: StartRefused."""
    folders = {service: ROOT / "services" / service / "schema" for service in SERVICES}
    return prepare(administrator, {service: Wanted(password, folders[service]) for service, password in passwords(home).items()})


def prepared(administrator: str, home: Path) -> dict[str, str]:
    """Migrates, and gives each service's own address. Raises: StartRefused."""
    migrate(administrator, home)
    return addresses(administrator, home)
