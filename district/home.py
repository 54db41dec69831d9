"""The data folder of one district on one machine: its secrets, made once and readable by their owner only."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.access import Principal, issue_token, service_principal
from shared.errors import StartRefused
from shared.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Home:
    """Where a district keeps its data."""

    folder: Path

    def secret(self, name: str) -> str:
        """A secret of 32 bytes; from the environment, else made the first time."""
        given = os.environ.get(f"TANGGAP_{name.upper()}")
        if given:
            return given
        path = self.folder / f"{name}.secret"
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = urlsafe_b64encode(secrets.token_bytes(32)).decode()
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(fresh)
        return path.read_text(encoding="utf-8").strip()

    def token(self, principal: Principal, *, hours: float = 12) -> str:
        """A bearer token."""
        key = urlsafe_b64decode(self.secret("token_key"))
        return issue_token(key, principal, datetime.now(UTC) + timedelta(hours=hours))

    def service_headers(self) -> dict[str, str]:
        """What the operator's own tools send."""
        return {"authorization": f"Bearer {self.token(service_principal('operator'))}"}

    def settings(self, database_url: str, redis_url: str, origin: str, **more: str) -> Settings:
        """Settings for all three services in one place."""
        given = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_URL", "REDIS_URL"))}
        ours = {name: value for name, value in os.environ.items() if name.startswith("TANGGAP_")}
        told = {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TANGGAP_MASTER_KEY": self.secret("master_key"),
            "TANGGAP_TOKEN_KEY": self.secret("token_key"),
            "TANGGAP_ORIGIN_INTAKE": origin,
            "TANGGAP_ORIGIN_CASES": origin,
            "TANGGAP_ORIGIN_NOTIFICATIONS": origin,
            "TANGGAP_PUBLIC_ORIGIN": origin,
            "TANGGAP_POOL_SIZE": "6",
        }
        return read_settings(given | told | ours | more)


def find_home() -> Home:
    """TANGGAP_HOME, else `.tanggap` in the checkout."""
    return Home(Path(os.environ.get("TANGGAP_HOME") or ROOT / ".tanggap"))


def wanted_port() -> int:
    """TANGGAP_PORT, else 8000. Raises: StartRefused."""
    told = os.environ.get("TANGGAP_PORT", "8000")
    if not told.isdigit() or not 0 < int(told) < 65536:  # noqa: PLR2004 - the largest port
        raise StartRefused("TANGGAP_PORT should be a number from 1 to 65535")
    return int(told)
