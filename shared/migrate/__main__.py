"""`python -m shared.migrate [--json]`: prepares the databases of the services whose migrations lie here, in a container of its own.

DATABASE_ADMIN_URL: the administrator's address. `<SERVICE>_DATABASE_PASSWORD` or `…_FILE`: the password that the service's login gets;
ERASURE_DATABASE_PASSWORD: of the login that alone destroys keys of persons, where somebody is to be able to.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.errors import StartRefused
from shared.logins import ERASURE, SERVICES
from shared.migrate.passwords import given_password, setting_of
from shared.migrate.preparing import Applied, Wanted, prepare

_CODE = Path(__file__).resolve().parents[2] / "services"


def wanted_here(environment: Mapping[str, str], code: Path = _CODE) -> dict[str, Wanted]:
    """The services in this image. Raises: StartRefused: a password is missing."""
    wanted: dict[str, Wanted] = {}
    for service in SERVICES:
        if (migrations := code / service / "schema").is_dir():
            password = given_password(service, environment)
            if not password:
                raise StartRefused(f"{setting_of(service)} is missing: it should be the password that {service} signs in to PostgreSQL with")
            wanted[service] = Wanted(password, migrations)
    return wanted


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    """Exit code: 0 done, 2 refused."""
    try:
        done = _done(arguments, environment)
    except StartRefused as refused:
        sys.stderr.write(f"tanggap: {refused}\n")
        return 2
    sys.stdout.write(_as_json(done) if "--json" in arguments else _as_lines(done))
    return 0


def _done(arguments: list[str], environment: Mapping[str, str]) -> list[Applied]:
    if set(arguments) - {"--json"}:
        raise StartRefused("usage: python -m shared.migrate [--json]")
    administrator = environment.get("DATABASE_ADMIN_URL")
    if not administrator:
        raise StartRefused("DATABASE_ADMIN_URL is missing: it should be the administrator's, like postgresql://postgres:secret@host:5432/tanggap")
    return prepare(administrator, wanted_here(environment), given_password(ERASURE, environment))


def _as_json(done: list[Applied]) -> str:
    return json.dumps({"applied": [{"service": each.service, "script": each.script} for each in done]}) + "\n"


def _as_lines(done: list[Applied]) -> str:
    return "".join(f"{each.service}: {each.script} applied\n" for each in done) or "nothing to apply: all schemas are the newest\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
