"""A file sealed in chunks: AES-256-GCM, each chunk bound to its file, its place and whether it is the last.

Each file has a key of its own. That key is sealed under the keys of the persons whose file it is, so that it ends with theirs; the chunks stay as
they are, whoever is added or erased. Order, loss and exchange of chunks are found when it is opened: the nonce counts the chunks and marks the last
(the STREAM construction).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import HistoryBroken

Part = Literal["original", "picture"]
"""original: as it came, which is evidence. picture: redrawn, which is what people see."""

CHUNK = 256 * 1024
_TAG = 16


def fresh_key() -> bytes:
    """For one file, and never for another."""
    return os.urandom(32)


def sealed(key: bytes, attachment: str, part: Part, content: bytes) -> Iterator[bytes]:
    """The chunks in order; at least one."""
    cipher, view = _cipher(key, part), memoryview(content)
    last = max(0, (len(content) - 1) // CHUNK)
    for place in range(last + 1):
        yield cipher.encrypt(_nonce(place, last=place == last), view[place * CHUNK : (place + 1) * CHUNK], attachment.encode())


def opened(key: bytes, attachment: str, part: Part, boxes: Sequence[bytes]) -> bytes:
    """The file again. Raises: HistoryBroken: a chunk was changed, is missing or belongs elsewhere."""
    cipher, last = _cipher(key, part), len(boxes) - 1
    try:
        plain = [cipher.decrypt(_nonce(place, last=place == last), box, attachment.encode()) for place, box in enumerate(boxes)]
    except InvalidTag as error:
        raise HistoryBroken(f"the attachment {attachment} was changed or is not whole") from error
    if not plain:
        raise HistoryBroken(f"the attachment {attachment} is gone")
    return b"".join(plain)


def _cipher(key: bytes, part: Part) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, f"tanggap-attachment|{part}".encode()).derive(key))


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def divided(chunks: bytes) -> list[bytes]:
    """The boxes of chunks that came as one body: each but the last has the same size."""
    size = CHUNK + _TAG
    return [chunks[start : start + size] for start in range(0, len(chunks), size)]
