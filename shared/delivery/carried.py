"""How far Redis carries what a source has told: it may remember more than a store that other tools brought back (ADR 49)."""

from contextlib import suppress
from uuid import UUID

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from shared.delivery.wire import stream_key

_PATIENCE = 2.0
"""Seconds to wait for an answer."""


def carried_upto(url: str, source: str, epoch: UUID, partitions: int) -> int:
    """The last position of the source in this epoch; 0 where Redis carries none of it, or does not answer."""
    try:
        with Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE) as client:
            return max(_last(client, stream_key(source, partition, epoch)) for partition in range(partitions))
    except (RedisError, OSError):
        return 0


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
