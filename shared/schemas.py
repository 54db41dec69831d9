"""The SQL that a service's schema is made of: the kernel's part, which is applied again whenever it changed, and the service's own migrations.

What was applied stands by name in the table `migration` of each schema, so a service knows at its start whether anything is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from shared.logins import login_of

_SHARED = Path(__file__).parent
_KERNEL = {"eventstore": _SHARED / "eventstore" / "schema.sql", "delivery": _SHARED / "delivery" / "schema.sql"}
_KEYRING = _SHARED / "keyring.sql"


@dataclass(frozen=True, slots=True)
class Script:
    """One piece of SQL. name: how the table `migration` calls it."""

    name: str
    text: str


def keyring_script() -> Script:
    """The schema of the keys, which all services use."""
    return _repeatable("keyring", _KEYRING.read_text(encoding="utf-8"))


def kernel_scripts(service: str) -> list[Script]:
    """Event store and delivery, in the service's schema. They may be applied again at any time."""
    return [_repeatable(name, _filled(path, service)) for name, path in _KERNEL.items()]


def own_scripts(service: str, folder: Path | None) -> list[Script]:
    """The service's numbered migrations in order; each is applied once. folder: where they lie; None: there are none."""
    return [Script(path.name, _filled(path, service)) for path in sorted(folder.glob("*.sql"))] if folder else []


def newest(service: str, folder: Path | None) -> list[Script]:
    """Everything that must have been applied before this release of the service can work."""
    return [keyring_script(), *kernel_scripts(service), *own_scripts(service, folder)]


def _repeatable(name: str, text: str) -> Script:
    """Its name changes with its text. Old names stay in the table, so a service of the release before may still start."""
    return Script(f"{name} {sha256(text.encode()).hexdigest()[:12]}", text)


def _filled(script: Path, service: str) -> str:
    return script.read_text(encoding="utf-8").format(schema=service, role=login_of(service))
