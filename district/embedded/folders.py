"""The folders in the temporary folder that servers of ours use. Their names can be guessed, so each is looked at before anything is trusted to it."""

from __future__ import annotations

import atexit
import errno
import fcntl
import os
import socket
import stat
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from district.embedded.process import NOBODY, needs_copies
from shared.errors import StartRefused

OTHERS = 0o077
"""What nobody but the owner may have where sockets are."""

WRITING = 0o022
"""What nobody but the owner may have where programs are."""

PATIENCE = 2.0
"""Seconds to wait for a folder that another program holds: one that only clears away lets go at once."""

_LEFTOVERS = {".s.PGSQL.5432", ".s.PGSQL.5432.lock", "redis.sock"}

_NOBODY_LISTENS = {errno.ECONNREFUSED, errno.ENOENT, errno.ENOTSOCK}

_held: dict[Path, int] = {}
"""The folders that this program holds, by their locked descriptors."""


def socket_path(data: Path) -> Path:
    """A short folder for the sockets of a server (a socket's path has at most 107 bytes), the same for the same data."""
    name = sha256(str(data.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tanggap-{os.geteuid()}-{name}"


def private_folder(folder: Path) -> Path:
    """Makes the folder, or takes it where it is ours and nobody else may enter, and holds it until this program leaves it or dies.

    Raises: StartRefused: it is not ours alone, or another program holds it.
    """
    if folder not in _held:
        _held[folder] = _hold(folder)
    refuse_foreign(folder, OTHERS)
    if needs_copies():
        os.chown(folder, NOBODY, NOBODY, follow_symlinks=False)
    return folder


def _hold(folder: Path) -> int:
    """The locked descriptor of the folder. The kernel unlocks it when the program dies, whatever of."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        refuse_foreign(folder, OTHERS)
        with suppress(FileNotFoundError):  # cleared away just now
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            if _locked(descriptor) and _is_at(descriptor, folder):
                return descriptor
            os.close(descriptor)
        time.sleep(0.02)
    raise StartRefused(f"another Tanggap uses {folder}: stop it, or set TANGGAP_HOME to another folder")


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(descriptor: int, folder: Path) -> bool:
    """The folder there is the one that was opened: nobody has cleared it away and made another meanwhile."""
    try:
        return os.path.samestat(os.fstat(descriptor), folder.lstat())
    except FileNotFoundError:
        return False


def refuse_foreign(folder: Path, forbidden: int) -> None:
    """forbidden: bits of the mode that it must not have. Raises: StartRefused: no folder, or others than we own it or have rights to it."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in _ours() or found.st_mode & forbidden:
        raise StartRefused(
            f"{folder} is not ours alone: somebody else may have put it there to get in. Look who owns it and remove it, "
            "or set TMPDIR to a folder in which nobody else may write"
        )


def leave(folder: Path) -> None:
    """Removes the folder of a server that has stopped; one that still holds something stays."""
    with suppress(OSError):
        folder.rmdir()
    descriptor = _held.pop(folder, None)
    if descriptor is not None:
        os.close(descriptor)


@atexit.register
def _leave_all() -> None:
    """Also what a start that failed has taken."""
    for folder in list(_held):
        leave(folder)


def clear_stale() -> None:
    """Removes what killed programs left: folders of ours that no program holds and in which nothing answers."""
    for folder in Path(tempfile.gettempdir()).glob(f"tanggap-{os.geteuid()}-*"):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                _clear(folder, descriptor)
            finally:
                os.close(descriptor)


def _clear(folder: Path, descriptor: int) -> None:
    if not _locked(descriptor) or not _is_at(descriptor, folder) or os.fstat(descriptor).st_uid not in _ours():
        return
    inside = {each.name for each in folder.iterdir()}
    if inside <= _LEFTOVERS and not any(_answers(folder / name) for name in inside):
        for leftover in inside:
            (folder / leftover).unlink()
        folder.rmdir()


def _ours() -> set[int]:
    return {os.geteuid(), NOBODY} if needs_copies() else {os.geteuid()}


def _answers(path: Path) -> bool:
    """Unless nobody listens there for certain: a server with much to do may let one wait."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) not in _NOBODY_LISTENS
