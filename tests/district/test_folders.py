"""The folders in the temporary folder: none is left after a clean stop, and what killed programs left goes, but nothing that is in use (district life, row 19)."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from district.embedded import folders
from district.embedded.folders import clear_stale, socket_path
from district.embedded.postgres import start_postgres
from district.embedded.process import NOBODY
from district.embedded.servers import Servers
from shared.errors import StartRefused

pytestmark = pytest.mark.servers

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short temporary folder of the test's own."""
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def ours(temporary: Path) -> list[str]:
    return sorted(each.name for each in temporary.glob("tanggap-*"))


def test_row_19_a_clean_stop_leaves_no_folder_behind(tmp_path, temporary):
    with Servers(tmp_path, {}):
        assert len(ours(temporary)) == 2
    assert ours(temporary) == []


HOLDER = """
import sys
from pathlib import Path
from district.embedded.folders import private_folder, socket_path

print(private_folder(socket_path(Path(sys.argv[1]))).name, flush=True)
sys.stdin.read()
"""


def holder(data: Path) -> subprocess.Popen[str]:
    """A program of its own that has taken the folder for these data, and has no server in it yet."""
    command, environment = (sys.executable, "-c", HOLDER, str(data)), os.environ | {"TMPDIR": tempfile.gettempdir()}
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def left_by_a_killed_program(temporary: Path, data: Path) -> Path:
    folder = socket_path(data)
    with holder(data) as killed:
        assert killed.stdout
        assert killed.stdout.readline().strip() == folder.name
        killed.kill()
    (folder / "redis.sock").touch()
    assert folder.exists()
    return folder


def test_row_19_what_killed_programs_left_is_cleared_away_at_the_next_start_and_never_what_is_in_use(tmp_path, temporary):
    left_by_a_killed_program(temporary, tmp_path / "killed")
    running, starting = start_postgres(tmp_path / "running"), tmp_path / "starting"
    foreign, strange = (temporary / f"tanggap-{uid}-0123456789abcdef" for uid in (os.geteuid() + 1, os.geteuid()))
    for each in (foreign, strange):
        each.mkdir(mode=0o700)
    (strange / "notes.txt").touch()
    with holder(starting) as other:
        assert other.stdout
        other.stdout.readline()
        try:
            clear_stale()
            assert ours(temporary) == sorted([running.sockets.name, socket_path(starting).name, foreign.name, strange.name])
        finally:
            running.stop()
            other.kill()


def test_row_19_a_server_that_outlives_its_killed_program_is_in_use(tmp_path, temporary):
    folder = left_by_a_killed_program(temporary, tmp_path)
    (folder / "redis.sock").unlink()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / "redis.sock"))
        server.listen()
        clear_stale()
        assert folder.exists()
    clear_stale()
    assert not folder.exists()


def test_row_19_a_folder_of_somebody_else_is_never_cleared_though_its_name_says_ours(temporary):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    folder = temporary / f"tanggap-{os.geteuid()}-0123456789abcdef"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY - 1, NOBODY - 1)
    clear_stale()
    assert folder.exists()


def test_row_19_who_starts_in_a_folder_that_a_killed_program_left_does_not_lose_it(tmp_path, temporary):
    folder = left_by_a_killed_program(temporary, tmp_path)
    folders.private_folder(folder)
    clear_stale()
    assert folder.exists()
    (folder / "redis.sock").unlink()
    folders.leave(folder)
    assert not folder.exists()


def test_row_19_a_folder_that_another_program_holds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "PATIENCE", 0.1)
    with holder(tmp_path) as other:
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(StartRefused, match="TANGGAP_HOME"):
            folders.private_folder(socket_path(tmp_path))
        other.kill()
