"""The servers a district stands on: the operator's own where the environment names them, else ours, living as long as the program."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from district.embedded.folders import clear_stale
from district.embedded.postgres import Postgres, start_postgres
from district.embedded.redis import Redis, start_redis
from district.logins import administrators_address


class Servers:
    """Context manager: `with Servers(home) as servers: servers.administrator`, the administrator's address of the database.

    home: data folder. environment: where DATABASE_ADMIN_URL, else DATABASE_URL, and REDIS_URL are looked up.
    """

    def __init__(self, home: Path, environment: dict[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        self.home = home
        self.administrator = administrators_address(given)
        self.redis_url = given.get("REDIS_URL", "")
        self.postgres: Postgres | None = None
        self.redis: Redis | None = None

    def __enter__(self) -> Self:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_stale()
        try:
            if not self.administrator:
                self.postgres = start_postgres(self.home)
                self.administrator = self.postgres.url()
            if not self.redis_url:
                self.redis = start_redis(self.home)
                self.redis_url = self.redis.url
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """Stops what we started; quiet when nothing runs."""
        if self.redis:
            self.redis.stop()
            self.redis = None
        if self.postgres:
            self.postgres.stop()
            self.postgres = None
