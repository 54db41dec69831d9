"""A secret that is made once and kept in a file that its owner alone may read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path


def secret_in(path: Path) -> str:
    """The secret in this file, 32 random bytes in base64url; made the first time. Two programs that make it at once get the same one."""
    if not path.exists():
        _make(path)
    return path.read_text(encoding="utf-8").strip()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(fresh)
    fresh.unlink()
