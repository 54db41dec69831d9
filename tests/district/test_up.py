"""`./tanggap up`, `migrate` and `doctor` over a server of ours and over one of the operator's."""

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from district.deployment import free_port
from district.embedded.postgres import Postgres, start_postgres
from district.serving import port_in_use, serving
from shared.logins import SERVICES, login_of
from shared.testing import eventually
from tests.logins import CODE

pytestmark = pytest.mark.servers

PATIENCE = 60.0


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder for the programs that the test starts."""
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Postgres]:
    """A server of the operator's own."""
    server = start_postgres(tmp_path / "operator")
    yield server
    server.stop()


def environment(home: Path, **given: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TANGGAP_", "DATABASE_", "REDIS_"))}
    return kept | {"TANGGAP_HOME": str(home), "TANGGAP_PORT": str(free_port())} | given  # the usual port may belong to whoever works on this machine


def tanggap(*verb: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "district", *verb), cwd=CODE.parent, capture_output=True, text=True, timeout=PATIENCE, check=False, env=env
    )


@contextmanager
def up(given: dict[str, str], stop: signal.Signals = signal.SIGTERM, code: int = 0) -> Iterator[None]:
    command = (sys.executable, "-m", "district", "up")
    with subprocess.Popen(command, cwd=CODE.parent, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield
        finally:
            running.send_signal(stop)
            assert running.stderr
            assert running.wait(PATIENCE) == code, running.stderr.read()


def ready(port: int) -> bool:
    try:
        return all(httpx.get(f"http://127.0.0.1:{port}/{service}/readyz", timeout=5, trust_env=False).is_success for service in SERVICES)
    except httpx.TransportError:
        return False


async def becomes_ready(port: int) -> None:
    async def is_ready() -> bool:
        return ready(port)

    await eventually(is_ready, within=PATIENCE)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("variable", ["DATABASE_URL", "DATABASE_ADMIN_URL"])
async def test_over_a_server_of_the_operator_s_each_service_signs_in_as_itself(own, redis_url, tmp_path, variable):
    port, home = free_port(), tmp_path / "home"
    given = environment(home, REDIS_URL=redis_url, TANGGAP_PORT=str(port)) | {variable: own.url()}
    with up(given):
        await becomes_ready(port)
        with psycopg.connect(own.url(), autocommit=True) as administrator:
            query = "SELECT DISTINCT application_name, usename FROM pg_stat_activity WHERE application_name LIKE 'tanggap%'"
            found = administrator.execute(query).fetchall()
    assert sorted(found) == sorted((f"tanggap-{service}", login_of(service)) for service in SERVICES)
    kept = {f"database_{service}.secret" for service in SERVICES}
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in home.iterdir() if each.name in kept} == dict.fromkeys(kept, 0o600)


@pytest.mark.anyio
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
async def test_doctor_finds_the_port_of_the_district_that_serves_from_the_same_folder_and_nothing_is_left_after_it(tmp_path, temporary, stop, code):
    """District life, row 18."""
    port = free_port()
    given = environment(tmp_path, TMPDIR=str(temporary))
    with up(given | {"TANGGAP_PORT": str(port)}, stop, code):
        await becomes_ready(port)
        told = tanggap("doctor", "--json", env=given)
        findings = {each["what"]: each["told"] for each in json.loads(told.stdout)}
        assert (told.returncode, [findings[service] for service in SERVICES]) == (0, ["ready"] * 3), told.stdout
        assert {findings[f"database of {service}"] for service in SERVICES} == {"its login and its schema are as they should be"}
    assert list(temporary.iterdir()) == []
    assert not (tmp_path / "serving.json").exists()


def test_a_note_of_a_program_that_is_gone_is_not_believed(tmp_path):
    assert port_in_use(tmp_path) is None
    with serving(tmp_path) as written:
        assert port_in_use(tmp_path) is None, "nothing answers yet"
        written.write(8050)
        assert port_in_use(tmp_path) == 8050
        note = json.loads((tmp_path / "serving.json").read_text())
    assert port_in_use(tmp_path) is None
    stales: tuple[object, ...] = (note | {"process": 2**22 + 1}, note | {"since": 1.0}, {}, [])
    for stale in stales:
        (tmp_path / "serving.json").write_text(json.dumps(stale))
        assert port_in_use(tmp_path) is None


def test_migrate_says_what_it_applied_and_doctor_what_is_missing(own, tmp_path):
    given = environment(tmp_path / "home", DATABASE_ADMIN_URL=own.url())
    before = tanggap("doctor", "--json", env=given)
    findings = {each["what"]: each for each in json.loads(before.stdout)}
    assert "./tanggap migrate" in findings["database of cases"]["told"]
    first, again = (tanggap("migrate", "--json", env=given) for _ in range(2))
    assert (first.returncode, again.returncode, json.loads(again.stdout)) == (0, 0, {"applied": [], "healed": []})
    applied = json.loads(first.stdout)["applied"]
    assert {each["service"] for each in applied} == set(SERVICES)
    assert {"service": "cases", "script": "0001_roster_list_reads.sql"} in applied
    with psycopg.connect(own.url(), autocommit=True) as administrator:
        administrator.execute("DELETE FROM cases.migration WHERE name = '0001_roster_list_reads.sql'")
    after = json.loads(tanggap("doctor", "--json", env=given).stdout)
    (finding,) = (each for each in after if each["what"] == "database of cases")
    assert (finding["ok"], "it lacks 0001_roster_list_reads.sql: run ./tanggap migrate" in finding["told"]) == (False, True)


def test_migrate_with_a_service_s_own_address_is_a_wrong_call(own, tmp_path):
    given = environment(tmp_path / "home", DATABASE_ADMIN_URL=own.url())
    assert tanggap("migrate", env=given).returncode == 0
    password = (tmp_path / "home" / "database_cases.secret").read_text()
    service = own.url().replace("postgres:", "tanggap_cases:").replace(own.password, password)
    told = tanggap("migrate", env=given | {"DATABASE_ADMIN_URL": service})
    assert (told.returncode, "may create roles" in told.stderr.replace("\n", " "), password in told.stderr) == (2, True, False)


def test_a_home_folder_that_did_not_make_the_logins_locks_nobody_out_unless_told_so(own, tmp_path):
    first, second = (environment(tmp_path / name, DATABASE_ADMIN_URL=own.url()) for name in ("first", "second"))
    assert tanggap("migrate", env=first).returncode == 0
    password = (tmp_path / "first" / "database_cases.secret").read_text()
    address = own.url().replace("postgres:", "tanggap_cases:").replace(own.password, password)
    for verb in ("migrate", "up"):
        told = tanggap(verb, env=second)
        assert (told.returncode, "--new-passwords" in told.stderr) == (2, True), told.stderr
        psycopg.connect(address).close()
    assert not (tmp_path / "second" / "database_cases.secret").exists()
    assert tanggap("migrate", env=first).returncode == 0
    assert tanggap("migrate", "--new-passwords", env=second).returncode == 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_the_passwords_that_the_operator_gives_are_the_ones_that_are_set(own, tmp_path):
    given = environment(tmp_path / "home", DATABASE_ADMIN_URL=own.url(), CASES_DATABASE_PASSWORD="kenari")
    assert tanggap("migrate", env=given).returncode == 0
    psycopg.connect(own.url().replace("postgres:", "tanggap_cases:").replace(own.password, "kenari")).close()
    assert not (tmp_path / "home" / "database_cases.secret").exists()
