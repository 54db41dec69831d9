"""The release before runs beside this one, over one database and one Redis, under load, while every process of both is replaced (ADR 78).

It prepares the database, this release upgrades it. RELEASE_BEFORE names its commit; without it, the code is taken as it was before the last scripts came.
"""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from district.commands.upgrading import upgrade
from district.embedded.postgres import start_postgres
from district.home import ROOT
from shared.keys import SERVICES
from tests.faults.rig import Rig, rig
from tests.faults.rolling import READY, RESTARTS, rolled, second_of

pytestmark = pytest.mark.faults

SCRIPTS = 5
"""How many scripts the release before lacks."""

_PREPARE = """
import sys
from pathlib import Path
from district.embedded.postgres import start_postgres
from district.logins import prepared
home = Path(sys.argv[1])
server = start_postgres(home)
prepared(server.url(), home)
server.stop()
"""


def test_the_release_before_and_this_one_bear_each_other_under_load(tmp_path_factory):
    commit = os.environ.get("RELEASE_BEFORE") or before_the_last_scripts()
    home, checkout = tmp_path_factory.mktemp("beside"), taken_out(commit, tmp_path_factory.mktemp("before"))
    subprocess.run([sys.executable, "-c", _PREPARE, str(home)], check=True, cwd=checkout)
    assert "may run on beside this one" in told_by_doctor(home)
    with rig(home) as district:
        before = replace(second_of(district.deployment), launch="services.{}", checkout=checkout)
        try:
            before.start()
            before.wait_ready(within=READY)
            balanced = rolled(district, before)
            assert balanced.wrong == []
            district.settle()
            assert parked(district) == dict.fromkeys(SERVICES, 0)
            told = balanced.told
            print(
                f"{commit[:8]} beside this release: {told['answered']} requests, {RESTARTS} restarts, {told['passed']} taken by the other, {told['reset']} reset"
            )
        finally:
            before.stop()


def before_the_last_scripts() -> str:
    """The commit before the one that brought the first of the last few scripts of the databases. Skips where the history of the code is not here."""
    brought = asked("log", "--diff-filter=A", "--format=%H", "--", "services/*/schema/*.sql").split()
    found = asked("rev-parse", "--verify", "--quiet", f"{brought[SCRIPTS - 1]}^") if len(brought) >= SCRIPTS else ""
    return found.strip() or pytest.skip("the history of the code is not here: name a commit in RELEASE_BEFORE")


def asked(*command: str) -> str:
    return subprocess.run(("git", *command), check=False, capture_output=True, text=True, cwd=ROOT).stdout


def taken_out(commit: str, folder: Path) -> Path:
    """The code as it was then, in a folder of its own."""
    archive = subprocess.run(["git", "archive", commit], check=True, capture_output=True, cwd=ROOT).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], check=True, input=archive)
    return folder


def told_by_doctor(home: Path) -> str:
    """What this release says of the database that the release before made."""
    server = start_postgres(home)
    try:
        return upgrade(server.url())[2]
    finally:
        server.stop()


def parked(district: Rig) -> dict[str, int]:
    return {service: district.sql(f"SELECT count(*) FROM {service}.parked")[0][0] for service in SERVICES}
