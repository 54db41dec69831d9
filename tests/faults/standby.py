"""A second PostgreSQL that follows the district's own and can take over from it, by PostgreSQL's own means (docs/safekeeping.md)."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import psutil
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from district.embedded.cluster import binaries
from district.embedded.folders import private_folder, socket_path
from district.embedded.postgres import Postgres
from district.embedded.process import as_unprivileged
from tests.faults.rig import GO, STOP, Rig

_REPLICATING = "local replication all scram-sha-256\n"
_FOLLOWS = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming' AND sync_state = %s"


@dataclass
class Standby:
    """Follows the district's server. server: its own process and folder."""

    district: Rig
    server: Postgres

    def hears_nothing(self) -> None:
        """Its receiver stands still, as behind a connection that carries nothing."""
        self._receiver().send_signal(STOP)

    def takes_over(self) -> None:
        """The first server is dead; the standby answers writes from here on, and the district is looked at there."""
        for each in psutil.Process(self.server.process.pid).children():
            each.send_signal(GO)
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            assert connection.execute("SELECT pg_promote(true, 30)").fetchone() == (True,)
        self.district.postgres = self.server

    def _receiver(self) -> psutil.Process:
        return next(each for each in psutil.Process(self.server.process.pid).children() if "walreceiver" in " ".join(each.cmdline()))


def following(district: Rig, *, synchronous: bool) -> Standby:
    """Copies the district's server, starts the copy, and waits until it follows. Services find whichever of the two takes writes from their next start on."""
    first = district.postgres
    allow_replication(first)
    data = first.data.parent / "standby" / "postgresql"
    data.parent.mkdir(mode=0o700)
    command = (*as_unprivileged(), str(binaries() / "pg_basebackup"), "-D", str(data), "-d", first.url(), "-R", "-X", "stream", "-c", "fast")
    subprocess.run(command, check=True, capture_output=True, cwd="/")
    server = Postgres(data, private_folder(socket_path(data)), first.password, first.process)
    server.restart()
    if synchronous:
        settle_for(first, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    district.wait_for(lambda: district.sql(_FOLLOWS, "sync" if synchronous else "async"), "a standby that follows")
    district.deployment.databases = {service: either(url, first, server) for service, url in district.deployment.databases.items()}
    district.deployment.erasure = either(district.deployment.erasure, first, server)
    return Standby(district, server)


def allow_replication(server: Postgres) -> None:
    with (server.data / "pg_hba.conf").open("a") as entries:
        entries.write(_REPLICATING)
    settle_for(server)


def settle_for(server: Postgres, *settings: str) -> None:
    """Sets and reads again."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for each in (*settings, "SELECT pg_reload_conf()"):
            connection.execute(each)


def either(address: str, first: Postgres, second: Postgres) -> str:
    """The address of whichever of the two takes writes."""
    assert conninfo_to_dict(address)["host"] == str(first.sockets)
    return make_conninfo(address, host=f"{first.sockets},{second.sockets}", target_session_attrs="read-write")
