"""The databases of the tests: prepared once, and each service's own address on a copy."""

from copy import copy
from pathlib import Path
from typing import Any

from shared.database import Database
from shared.logins import SERVICES, address_of
from shared.migrate.preparing import Applied, Wanted, prepare

CODE = Path(__file__).parents[1] / "services"
PASSWORDS = {service: f"the tests' password of {service}" for service in SERVICES}
"""One a login, the same for every database: logins belong to the whole server."""

ERASURE_PASSWORD = "the tests' password of whoever destroys keys"


def wanted(*services: str) -> dict[str, Wanted]:
    return {service: Wanted(PASSWORDS[service], CODE / service / "schema") for service in services or SERVICES}


def prepared(administrator: str) -> list[Applied]:
    """Prepares a database as `./tanggap migrate` does."""
    return prepare(administrator, wanted(), ERASURE_PASSWORD)


def login(url: str, service: str) -> str:
    """The service's own address on the database that `url` names."""
    return address_of(service, url, PASSWORDS[service])


def past_the_wall(database: Database) -> Any:
    """A service's connections that see the rows of all schools, as a migration does: for a test that looks into the tables."""
    found = copy(database)
    found.acting = "migration"  # type: ignore[assignment]
    return found
