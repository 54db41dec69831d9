"""The restore drill: a backup is restored into a second folder, on a server of its own, and every history is followed. Nothing else is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from district.home import ROOT
from shared.errors import StartRefused

_NOT_HANDED_ON = ("TANGGAP_", "DATABASE_", "REDIS_URL", "INTAKE_DATABASE", "CASES_DATABASE", "NOTIFICATIONS_DATABASE")
"""Settings of the district that works: with one of them a drill could write into it."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """restored: what the restore said of itself. broken: what does not fit in which history.

    restore_seconds: until it could be served; proof_seconds: to follow every history.
    """

    restored: dict[str, Any]
    broken: dict[str, str]
    restore_seconds: float
    proof_seconds: float


def drill(file: Path, key: Path, journal: Path | None, into: Path | None) -> Drilled:
    """Restores and proves. into: an empty folder that stays; None: one that is removed afterwards. Raises: StartRefused: the restore was refused."""
    with _folder(into) as home:
        more = ["--journal", str(journal.absolute())] if journal else []
        accepted = ["--accepted-by", "a drill"]
        began = time.monotonic()
        restored = _said(home, "restore", str(file.absolute()), "--key", str(key.absolute()), *more, *accepted, "--json")
        restored_at = time.monotonic()
        proven = _said(home, "audit", "verify", "--json")
        broken = {each["service"]: each["broken"] for each in proven if each["broken"]}
        return Drilled(restored, broken, restored_at - began, time.monotonic() - restored_at)


@contextmanager
def _folder(into: Path | None) -> Iterator[Path]:
    if into is None:
        with tempfile.TemporaryDirectory(prefix="tanggap-drill-") as made:
            yield Path(made)
        return
    if into.exists() and any(into.iterdir()):
        raise StartRefused(f"{into} is not empty: name another folder for the drill with --into")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    yield into.absolute()


def _said(home: Path, *verb: str) -> Any:
    """What a verb of ours says about a district in this folder, without any setting of the one that works."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_HANDED_ON)} | {"TANGGAP_HOME": str(home)}
    command = [sys.executable, "-m", "district", *verb]
    done = subprocess.run(command, env=ours, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own interpreter and module
    if not done.stdout.strip():
        raise StartRefused(f"the drill's {verb[0]} was refused: {' '.join(done.stderr.split())}")
    return json.loads(done.stdout)
