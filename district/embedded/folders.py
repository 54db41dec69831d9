"""The folders in the temporary folder that servers of ours use. Their names can be guessed, so each is looked at before anything is trusted to it."""

from __future__ import annotations

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

STALE = 3600.0
"""Seconds after which a folder without a server may be cleared away: until then a program may be about to start one."""

_LEFTOVERS = {".s.PGSQL.5432", ".s.PGSQL.5432.lock", "redis.sock"}


def socket_path(data: Path) -> Path:
    """A short folder for the sockets of a server (a socket's path has at most 107 bytes), the same for the same data."""
    name = sha256(str(data.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tanggap-{os.geteuid()}-{name}"


def private_folder(folder: Path) -> Path:
    """Makes the folder, or takes it where it is ours and nobody else may enter. Raises: StartRefused."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    refuse_foreign(folder, OTHERS)
    os.utime(folder)  # from now on it is not stale
    if needs_copies():
        os.chown(folder, NOBODY, NOBODY, follow_symlinks=False)
    return folder


def refuse_foreign(folder: Path, forbidden: int) -> None:
    """forbidden: bits of the mode that it must not have. Raises: StartRefused: no folder, or others than we own it or have rights to it."""
    found = folder.lstat()
    ours = {os.geteuid(), NOBODY} if needs_copies() else {os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours or found.st_mode & forbidden:
        raise StartRefused(
            f"{folder} is not ours alone: somebody else may have put it there to get in. Look who owns it and remove it, "
            "or set TMPDIR to a folder in which nobody else may write"
        )


def leave(folder: Path) -> None:
    """Removes the folder of a server that has stopped; one that still holds something stays."""
    with suppress(OSError):
        folder.rmdir()


def clear_stale() -> None:
    """Removes what killed programs left: folders of ours, some time old, in which nothing answers."""
    for folder in Path(tempfile.gettempdir()).glob(f"tanggap-{os.geteuid()}-*"):
        with suppress(OSError):
            if _is_stale(folder):
                for leftover in folder.iterdir():
                    leftover.unlink()
                folder.rmdir()


def _is_stale(folder: Path) -> bool:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mtime > time.time() - STALE:
        return False
    inside = {each.name for each in folder.iterdir()}
    return inside <= _LEFTOVERS and not any(_answers(folder / name) for name in inside)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) == 0
