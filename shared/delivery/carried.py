"""How far Redis carries what a source has told: it may remember more than a store that other tools brought back (ADR 49)."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import orjson
from faststream.redis.parser import BinaryMessageFormatV1
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from shared.delivery.wire import FIELD, decode, stream_key
from shared.message import Recorded

_PATIENCE = 2.0
"""Seconds to wait for an answer."""


def carried_upto(url: str, source: str, epoch: UUID, partitions: int) -> int:
    """The last position of the source in this epoch; 0 where Redis carries none of it, or does not answer."""
    try:
        with Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            return max(_last(client, stream_key(source, partition, epoch)) for partition in range(partitions))
    except (RedisError, OSError):
        return 0


def last_carried(url: str, source: str, epoch: UUID, partitions: int) -> Sequence[Recorded]:
    """The last event of each partition of which Redis carries any in this epoch; none where it does not answer."""
    try:
        with Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            entries = [entry for partition in range(partitions) for entry in client.xrevrange(stream_key(source, partition, epoch), count=1)]
    except (RedisError, OSError):
        return []
    return [decode(orjson.loads(BinaryMessageFormatV1.parse(entry[FIELD])[0])) for _, entry in entries]


def forget(url: str, source: str) -> None:
    """Deletes what Redis carries of a source, so that nobody hears what its store does not have any more. Its relay does so, too, but later."""
    with suppress(RedisError, OSError), Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
        for pattern in (f"events.{source}.*", f"confirmed.{source}*"):
            for key in client.scan_iter(match=pattern):
                client.delete(key)


def _last(client: Redis, key: str) -> int:
    try:
        return int(client.xinfo_stream(key)["last-generated-id"].split(b"-")[0])
    except ResponseError:
        return 0  # there is no such stream
