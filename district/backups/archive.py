"""The file itself: a tar archive, compressed, encrypted with age. Whoever has the key reads it with `age -d -i key FILE | tar xz`, without Tanggap.

Nothing is kept whole in memory, and the file has its name only once all of it is on the disk.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from shared.errors import Fault, Invalid

_BEGINNING = b"age-encryption.org/v1"


class Archive:
    """What is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, content: bytes) -> None:
        """One member."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._tar.addfile(member, io.BytesIO(content))


@contextmanager
def written(file: Path, recipients: Sequence[Recipient]) -> Iterator[Archive]:
    """An archive to fill. It becomes `file` when all of it is durable; until then, and where anything fails, what was there stays.

    Raises: OSError, for example because the disk is full.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with _through(lambda source: pyrage.encrypt_io(source, out, recipients)) as sink, _packed(sink) as tar:
                yield Archive(tar)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(file)
        _settle(file.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _packed(sink: BinaryIO) -> Iterator[tarfile.TarFile]:
    with gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=1, mtime=0) as packed, tarfile.open(mode="w|", fileobj=packed, bufsize=1 << 20) as tar:
        yield tar


@contextmanager
def _through(encrypt: Callable[[BinaryIO], None]) -> Iterator[BinaryIO]:
    """A place to write to, whose other end is read by `encrypt` in a thread. What goes wrong there is raised here."""
    readable, writable = os.pipe()
    failures: list[BaseException] = []

    def work() -> None:
        with os.fdopen(readable, "rb", buffering=1 << 20) as source:
            try:
                encrypt(source)
            except BaseException as error:  # noqa: BLE001 - raised again where it can be handled
                failures.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        with suppress(BrokenPipeError), os.fdopen(writable, "wb", buffering=1 << 20) as sink:
            yield sink
    finally:
        thread.join()
        if failures:
            raise failures[0]


def members(file: Path, key: Identity) -> Generator[tuple[str, bytes], None, None]:
    """The members of an archive in order, as names and contents. All of it is authenticated as it is read, the end before the last is given.

    Raises: Invalid: no backup, another key, changed anywhere, or cut off. FileNotFoundError.
    """
    with file.open("rb") as source:
        if source.read(len(_BEGINNING)) != _BEGINNING:
            raise _damaged(file, "it is not a file encrypted with age")
        source.seek(0)
        readable, failures, thread = _decrypting(source, key)
        try:
            yield from _unpacked(readable)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            thread.join()
            raise _damaged(file, _why(failures, error)) from None
        finally:
            readable.close()
            thread.join()


def _decrypting(source: BinaryIO, key: Identity) -> tuple[BinaryIO, list[Exception], Thread]:
    """Where the plain archive can be read, and what went wrong in the thread that writes it there."""
    readable, writable = os.pipe()
    failures: list[Exception] = []

    def work() -> None:
        try:
            with suppress(BrokenPipeError), os.fdopen(writable, "wb", buffering=1 << 20) as sink:
                pyrage.decrypt_io(source, sink, [key])
        except Exception as error:  # noqa: BLE001 - told where the archive is read
            failures.append(error)

    thread = Thread(target=work, daemon=True)
    thread.start()
    return os.fdopen(readable, "rb", buffering=1 << 20), failures, thread


def _unpacked(source: BinaryIO) -> Generator[tuple[str, bytes], None, None]:
    with gzip.GzipFile(fileobj=source, mode="rb") as packed, tarfile.open(mode="r|", fileobj=packed, bufsize=1 << 20) as tar:
        before: tuple[str, bytes] | None = None
        for member in tar:
            if before:
                yield before
            content = tar.extractfile(member)
            before = (member.name, content.read() if content else b"")
        while packed.read(1 << 20):
            pass  # to the end, where the checksums are
        if before:
            yield before


def _why(failures: Sequence[Exception], error: Exception) -> str:
    told = str(failures[0]) if failures else type(error).__name__
    return "another key opens it" if "matching keys" in told.lower() else f"it was changed or cut off ({told})"


def _damaged(file: Path, why: str) -> Invalid:
    return Invalid(
        Fault(f"/{file.name}", "backup-unreadable"), message=f"{file} cannot be read: {why}. Nothing was changed; take another backup or key"
    )


def _settle(folder: Path) -> None:
    """The name of the file is durable as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
