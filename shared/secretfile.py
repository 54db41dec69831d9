"""Where a process has its secrets from: a file that is read again when it changes, or what it was given at its start."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from shared.errors import StartRefused
from shared.secretset import SecretSet
from shared.secrettext import read_secrets, written

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds after which the file is looked at again: a rotation is known to every process within this time."""

_Seen = tuple[int, int, int]


class SecretSource(Protocol):
    """Gives the secrets as they are now."""

    def read(self) -> SecretSet: ...


@dataclass(frozen=True, slots=True)
class GivenSecrets:
    """Secrets from the environment: they change with a restart."""

    secrets: SecretSet

    def read(self) -> SecretSet:
        return self.secrets


class SecretsFile:
    """Secrets from a file. beside: those of names that the file lacks.

    A changed file that cannot be used is logged and passed over: the process goes on with what it knew.
    """

    def __init__(self, path: Path, beside: SecretSet | None = None) -> None:
        self.path, self._beside = path, beside or SecretSet()
        self._seen = self._look()
        self._known = self._load()
        self._looked = time.monotonic()

    def read(self) -> SecretSet:
        if time.monotonic() - self._looked > LOOK_EVERY:
            self._looked = time.monotonic()
            self._renew()
        return self._known

    def _renew(self) -> None:
        try:
            seen = self._look()
            if seen != self._seen:
                self._seen = seen
                self._known = self._load()
        except StartRefused as refused:
            log.warning("secrets-not-read", why=str(refused))

    def _look(self) -> _Seen:
        try:
            found = self.path.stat()
        except OSError as error:
            raise self._unreadable(error) from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> SecretSet:
        try:
            text = self.path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(error) from None
        return read_secrets(text, "TANGGAP_SECRETS_FILE").completed(self._beside)

    def _unreadable(self, error: Exception) -> StartRefused:
        return StartRefused(f"TANGGAP_SECRETS_FILE: the file cannot be read ({type(error).__name__}); `./tanggap keys list` says how it looks")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else makes or changes this file meanwhile: who asks as well waits."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_secrets(path: Path, secrets: SecretSet) -> None:
    """Replaces the file in one step, readable by its owner only: whoever reads it sees the old secrets or the new ones, also after a power cut."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(written(secrets))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
