"""The data folder of one district on one machine: its secrets, made once and readable by their owner only."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from shared.access import Identity, issue_token, service_principal
from shared.clock import SystemClock
from shared.errors import StartRefused
from shared.keys import SERVICES, Holder, Keys
from shared.secretfile import SecretsFile, SecretSource, alone, write_secrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet, new_secret
from shared.secrettext import FirstKey, decoded, first_secrets
from shared.settings import Settings, given_secrets, read_settings

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a district keeps its data."""

    folder: Path

    @property
    def secrets_file(self) -> Path:
        """Where the district's secrets are: TANGGAP_SECRETS_FILE, else in this folder."""
        return Path(os.environ.get("TANGGAP_SECRETS_FILE") or self._own_file)

    @property
    def _own_file(self) -> Path:
        return self.folder / "secrets" / "district"

    @property
    def journal(self) -> Path:
        """Where the journal is: TANGGAP_JOURNAL, else in this folder, which is better than none."""
        return Path(os.environ.get("TANGGAP_JOURNAL") or self.folder / "journal")

    def secrets(self) -> SecretSource:
        """The district's secrets, made the first time; those of the first release stay what they were. Raises: StartRefused."""
        if self.secrets_file == self._own_file and not self._own_file.exists():
            with alone(self._own_file):
                if not self._own_file.exists():
                    write_secrets(self._own_file, self._first_secrets())
        return SecretsFile(self.secrets_file, given_secrets(os.environ))

    def first_files(self) -> dict[FirstKey, Path]:
        """Where the first release kept its two keys. They stay, so that one can go back to it, until their secrets are retired."""
        return {name: self.folder / f"{name}.secret" for name in get_args(FirstKey)}

    def keys(self, holder: Holder = "district") -> Keys:
        """What the operator's tools, or one of the services, may derive."""
        return Keys(holder, self.secrets(), SystemClock())

    def keys_by_service(self) -> dict[str, Keys]:
        """What each service may derive: to verify what it signed."""
        return {service: self.keys(service) for service in SERVICES}

    def _first_secrets(self) -> SecretSet:
        """What the environment does not give: from the files of the first release where there are any, else drawn."""
        found = SecretSet()
        for name, path in self.first_files().items():
            if path.exists():
                found = found.completed(first_secrets(name, decoded(path.read_text(encoding="utf-8").strip())))
        drawn = SecretSet(tuple(Secret(name, "1", new_secret()) for name in SECRET_NAMES))
        given = {each.name for each in given_secrets(os.environ).secrets}
        return found.completed(drawn).only(set(SECRET_NAMES) - given)

    def token(self, who: Identity, *, hours: float = 12) -> str:
        """A bearer token."""
        return issue_token(self.keys(), who, datetime.now(UTC) + timedelta(hours=hours))

    def service_headers(self) -> dict[str, str]:
        """What the operator's own tools send."""
        return {"authorization": f"Bearer {self.token(service_principal('operator'))}"}

    def settings(self, database_url: str, redis_url: str, origin: str, **more: str) -> Settings:
        """Settings for all three services in one place."""
        self.secrets()  # made now, if they were not
        given = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_URL", "REDIS_URL"))}
        ours = {name: value for name, value in os.environ.items() if name.startswith("TANGGAP_")}
        told = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TANGGAP_SECRETS_FILE": str(self.secrets_file),
            "TANGGAP_ORIGIN_INTAKE": origin,
            "TANGGAP_ORIGIN_CASES": origin,
            "TANGGAP_ORIGIN_NOTIFICATIONS": origin,
            "TANGGAP_PUBLIC_ORIGIN": origin,
            "TANGGAP_JOURNAL": str(self.journal),
            "TANGGAP_POOL_SIZE": "6",
        }
        return read_settings(given | told | ours | more)


def find_home() -> Home:
    """TANGGAP_HOME, else `.tanggap` in the checkout."""
    return Home(Path(os.environ.get("TANGGAP_HOME") or ROOT / ".tanggap"))


def wanted_port() -> int:
    """TANGGAP_PORT, else 8000. Raises: StartRefused."""
    told = os.environ.get("TANGGAP_PORT", "8000")
    if not (told.isascii() and told.isdigit()) or not 0 < int(told) < 65536:  # noqa: PLR2004 - the largest port
        raise StartRefused("TANGGAP_PORT should be a number from 1 to 65535")
    return int(told)
