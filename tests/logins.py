"""The databases of the tests: prepared once, and each service's own address on a copy."""

from pathlib import Path

from shared.logins import SERVICES, address_of
from shared.migrate.preparing import Applied, Wanted, prepare

CODE = Path(__file__).parents[1] / "services"
PASSWORDS = {service: f"the tests' password of {service}" for service in SERVICES}
"""One a login, the same for every database: logins belong to the whole server."""


def wanted(*services: str) -> dict[str, Wanted]:
    return {service: Wanted(PASSWORDS[service], CODE / service / "schema") for service in services or SERVICES}


def prepared(administrator: str) -> list[Applied]:
    """Prepares a database as `./tanggap migrate` does."""
    return prepare(administrator, wanted())


def login(url: str, service: str) -> str:
    """The service's own address on the database that `url` names."""
    return address_of(service, url, PASSWORDS[service])
