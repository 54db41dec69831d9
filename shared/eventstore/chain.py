"""The canonical bytes of an event and its two hash chains: the same in Python and in `schema.sql`.

Canonical text: every field as a netstring (`<octets>:<text>`), a missing one as `-`, in the order of `_fields`; times as microseconds since 1970.
content = SHA-256 of its UTF-8 bytes; hash = SHA-256(hash of the stream's previous event ‖ content); store_hash = SHA-256(store hash of the
store's previous event ‖ content). The first event of a chain follows 32 zero bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from shared.message import Recorded

START = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z, exact."""
    return (moment - _EPOCH) // _MICROSECOND


def content(event: Recorded) -> bytes:
    """SHA-256 of the whole envelope and the body as stored."""
    return sha256("".join(_netstring(field) for field in _fields(event)).encode()).digest()


def link(previous: bytes, digest: bytes) -> bytes:
    """The next hash of a chain."""
    return sha256(previous + digest).digest()


def _netstring(field: object) -> str:
    if field is None:
        return "-"
    text = str(field)
    return f"{len(text.encode())}:{text}"


def _fields(event: Recorded) -> Iterator[object]:
    yield from (event.position, event.id, event.stream, event.version, event.partition, event.previous, event.key, event.type)
    yield from (event.schema_version, "t" if event.public else "f", event.school, event.actor)
    yield from (microseconds(event.happened_at), microseconds(event.recorded_at), event.correlation, event.causation, event.body)
