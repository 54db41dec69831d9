"""The passwords of the services' logins, as whoever starts `migrate` gives them: one secret a service."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shared.errors import StartRefused


def setting_of(service: str) -> str:
    """The variable that holds the password of a service's login."""
    return f"{service.upper()}_DATABASE_PASSWORD"


def given_password(service: str, environment: Mapping[str, str]) -> str:
    """From the variable, or from the file that `<variable>_FILE` names; empty: neither is given. Raises: StartRefused: no such file."""
    name = setting_of(service)
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{name}_FILE: the file cannot be read ({type(error).__name__}); it should hold the password of the login") from None
