"""What we rely on in FastStream 0.7.8 and redis-py, on a real Redis. If one of these tests fails after an upgrade, read decision 11 again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from importlib.metadata import version

import pytest
import redis.asyncio as redis
from faststream.redis import RedisBroker, StreamSub
from faststream.redis.parser import BinaryMessageFormatV1
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import RedisError, ResponseError

from shared.delivery.wire import FIELD
from shared.testing import eventually

STREAM = "events.intake.0"
QUIET = logging.getLogger("tests.faststream")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


class Reader:
    """A broker as `shared/delivery/subscription.py` builds it, and what it was given."""

    def __init__(self, url: str, last_id: str = "0-0", **stream) -> None:
        retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=0.5), 3)
        self.broker = RedisBroker(url, apply_types=False, logger=QUIET, retry=retry, socket_timeout=None, graceful_timeout=2)
        options = {"batch": True, "max_records": 100, "polling_interval": 50} | stream
        self.batches: list[list[object]] = []
        self.fails_on: set[object] = set()
        self.broker.subscriber(stream=StreamSub(STREAM, last_id=last_id, **options))(self.receive)

    async def receive(self, messages: list[object]) -> None:
        self.batches.append(messages)
        if self.fails_on.intersection(message["n"] for message in messages if isinstance(message, dict)):
            raise ValueError("planted")

    @property
    def given(self) -> list[object]:
        return [message["n"] if isinstance(message, dict) else message for batch in self.batches for message in batch]

    @property
    def subscriber(self):
        (only,) = self.broker.subscribers
        return only

    async def until_given(self, *numbers: object) -> None:
        async def condition() -> bool:
            return self.given == list(numbers)

        await eventually(condition)

    async def __aenter__(self):
        await self.broker.start()
        return self

    async def __aexit__(self, *_) -> None:
        await self.broker.stop()


async def value(number: int) -> bytes:
    return await BinaryMessageFormatV1.encode(message={"n": number}, reply_to=None, headers={"message_id": str(number)}, correlation_id="c")


async def add(client: redis.Redis, *numbers: int) -> None:
    for number in numbers:
        await client.xadd(STREAM, {FIELD: await value(number)}, id=f"{number}-0")


@pytest.fixture
def run(redis_url: str) -> Callable[[Callable[[redis.Redis], Awaitable[None]]], None]:
    async def with_client(scenario: Callable[[redis.Redis], Awaitable[None]]) -> None:
        async with redis.Redis.from_url(redis_url) as client:
            await scenario(client)

    return lambda scenario: asyncio.run(with_client(scenario))


def test_faststream_is_the_version_that_was_looked_into():
    assert version("faststream") == "0.7.8"


# reading without groups ----------------------------------------------------------------------------------------------


def test_a_reader_without_a_group_gets_what_lies_after_its_last_id_in_order_and_then_what_comes(run, redis_url):
    async def scenario(client):
        await add(client, 1, 2, 3, 4)
        async with Reader(redis_url, "2-0") as reader:
            await reader.until_given(3, 4)
            await add(client, 7, 9)
            await reader.until_given(3, 4, 7, 9)
        assert await client.xinfo_groups(STREAM) == []

    run(scenario)


def test_a_batch_has_at_most_max_records_and_batches_keep_the_order(run, redis_url):
    async def scenario(client):
        await add(client, *range(1, 8))
        async with Reader(redis_url, max_records=3) as reader:
            await reader.until_given(*range(1, 8))
            assert [len(batch) for batch in reader.batches] == [3, 3, 1]

    run(scenario)


def test_a_stream_that_does_not_exist_yet_is_waited_for(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            assert await client.exists(STREAM) == 0
            await add(client, 1)
            await reader.until_given(1)

    run(scenario)


def test_two_readers_without_a_group_both_get_everything(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as one, Reader(redis_url) as other:
            await add(client, 1, 2)
            await one.until_given(1, 2)
            await other.until_given(1, 2)

    run(scenario)


def test_after_flushall_a_reader_goes_on_after_the_last_id_that_it_had_and_misses_what_is_filled_in_before(run, redis_url):
    async def scenario(client):
        await add(client, 5)
        async with Reader(redis_url) as reader:
            await reader.until_given(5)
            await client.flushall()
            await add(client, 3, 4, 6)
            await reader.until_given(5, 6)

    run(scenario)


def test_a_reader_finds_a_redis_that_was_killed_and_came_back_empty(run, redis_url, redis_server):
    async def scenario(client):
        await add(client, 1)
        async with Reader(redis_url) as reader:
            await reader.until_given(1)
            redis_server.kill()
            redis_server.restart(empty=True)
            async with redis.Redis.from_url(redis_url) as again:
                await add(again, 2)
            await reader.until_given(1, 2)

    run(scenario)


def test_a_failing_handler_skips_its_batch_for_good(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            reader.fails_on = {1}
            await add(client, 1)
            await reader.until_given(1)
            await add(client, 2)
            await reader.until_given(1, 2)
            assert await reader.broker.ping(timeout=30.0)

    run(scenario)


# the encoding of an entry --------------------------------------------------------------------------------------------


def test_faststream_itself_publishes_one_field_of_our_name_and_in_our_encoding(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            await reader.broker.publish({"n": 1}, stream=STREAM, headers={"message_id": "1"}, correlation_id="c")
            await reader.until_given(1)
        ((_, fields),) = await client.xrange(STREAM)
        assert set(fields) == {FIELD} == {b"__data__"}
        told, headers = BinaryMessageFormatV1.parse(fields[FIELD])
        ours, own_headers = BinaryMessageFormatV1.parse(await value(1))
        assert told == ours.replace(b" ", b"") == b'{"n":1}'
        assert own_headers.items() <= headers.items()

    run(scenario)


def test_bodies_may_hold_any_letters(run, redis_url):
    async def scenario(client):
        message = '{"n":"Nyoman – é 学 😀 \\u0000"}'.encode()
        encoded = await BinaryMessageFormatV1.encode(message=message, reply_to=None, headers={"message_id": "1"}, correlation_id="c")
        await client.xadd(STREAM, {FIELD: encoded}, id="1-0")
        async with Reader(redis_url) as reader:
            await reader.until_given("Nyoman – é 学 😀 \x00")

    run(scenario)


@pytest.mark.parametrize("letters", ["é", "学"])
def test_headers_of_other_letters_corrupt_the_message_so_ours_are_ascii(letters):
    encoded = asyncio.run(BinaryMessageFormatV1.encode(message=b"{}", reply_to=None, headers={"name": letters}, correlation_id="c"))
    assert BinaryMessageFormatV1.parse(encoded)[0] != b"{}"


def test_a_value_that_is_not_in_the_encoding_comes_as_it_is_beside_its_neighbours(run, redis_url):
    async def scenario(client):
        await add(client, 1)
        await client.xadd(STREAM, {FIELD: b"neither envelope nor JSON"}, id="2-0")
        await add(client, 3)
        async with Reader(redis_url) as reader:
            await reader.until_given(1, "neither envelope nor JSON", 3)

    run(scenario)


def test_an_entry_without_our_field_comes_as_a_mapping_beside_its_neighbours(run, redis_url):
    async def scenario(client):
        await add(client, 1)
        await client.xadd(STREAM, {"other": b"field"}, id="2-0")
        await add(client, 3)
        async with Reader(redis_url) as reader:

            async def all_given() -> bool:
                return sum(map(len, reader.batches)) == 3

            await eventually(all_given)
        assert [message for batch in reader.batches for message in batch] == [{"n": 1}, {"other": "field"}, {"n": 3}]

    run(scenario)


def test_a_value_that_is_not_even_text_costs_its_whole_batch_and_reading_goes_on(run, redis_url):
    async def scenario(client):
        await add(client, 1)
        await client.xadd(STREAM, {FIELD: b"\xff\xfe\x00"}, id="2-0")
        await add(client, 3)
        async with Reader(redis_url) as reader:

            async def behind_the_batch() -> bool:
                return reader.subscriber.last_id == "3-0"

            await eventually(behind_the_batch)
            await add(client, 4)
            await reader.until_given(4)
            assert len(reader.subscriber.tasks) == 1

    run(scenario)


# explicit ids --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["5-0", "4-0", "4-9"])
def test_redis_refuses_an_id_that_it_has_passed_with_the_words_that_the_relay_looks_for(run, again):
    async def scenario(client):
        await add(client, 5)
        with pytest.raises(ResponseError, match="equal or smaller"):
            await client.xadd(STREAM, {FIELD: b"again"}, id=again)
        assert await client.xlen(STREAM) == 1

    run(scenario)


def test_redis_takes_ids_with_gaps_and_remembers_the_last_one_after_trimming_and_deleting(run):
    async def scenario(client):
        await add(client, 5, 900)
        assert await client.xtrim(STREAM, minid="901-0", approximate=False) == 2
        with pytest.raises(ResponseError, match="equal or smaller"):
            await add(client, 900)
        assert (await client.xinfo_stream(STREAM))["last-generated-id"] == b"900-0"

    run(scenario)


def test_in_a_pipeline_a_refused_id_is_an_answer_and_its_neighbours_are_added(run):
    async def scenario(client):
        await add(client, 5)
        pipeline = client.pipeline(transaction=False)
        for number in (4, 5, 6, 7):
            pipeline.xadd(STREAM, {FIELD: await value(number)}, id=f"{number}-0")
        answers = await pipeline.execute(raise_on_error=False)
        assert [isinstance(answer, ResponseError) and "equal or smaller" in str(answer) for answer in answers] == [True, True, False, False]
        assert answers[2:] == [b"6-0", b"7-0"]
        assert await client.xlen(STREAM) == 3

    run(scenario)


def test_other_refusals_have_other_words(run):
    async def scenario(client):
        await client.set(STREAM, "not a stream")
        with pytest.raises(ResponseError) as refused:
            await add(client, 1)
        assert "equal or smaller" not in str(refused.value)

    run(scenario)


# what the watch looks at ---------------------------------------------------------------------------------------------


def tasks_of(subscriber: object) -> list[asyncio.Task[None]]:
    """FastStream does not tell them by its types."""
    return subscriber.tasks  # type: ignore[attr-defined]


def test_every_subscriber_has_one_task_that_runs(run, redis_url):
    async def scenario(client):
        broker = RedisBroker(redis_url, apply_types=False, logger=QUIET)
        for partition in range(3):
            stream = StreamSub(f"events.intake.{partition}", last_id="0-0", batch=True, max_records=100, polling_interval=50)
            broker.subscriber(stream=stream)(_nothing)
        await broker.start()
        try:
            assert len(broker.subscribers) == 3
            assert [(each.running, len(tasks_of(each)), tasks_of(each)[0].done()) for each in broker.subscribers] == [(True, 1, False)] * 3
            assert await broker.ping(timeout=30.0)
        finally:
            await broker.stop()
        assert not any(each.running for each in broker.subscribers)

    run(scenario)


async def _nothing(messages) -> None:
    return None


def test_a_subscriber_that_restarts_in_a_hot_loop_has_more_than_one_task(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            await client.set(STREAM, "not a stream")

            async def spins() -> bool:
                return len(reader.subscriber.tasks) > 1

            await eventually(spins)

    run(scenario)


def test_the_client_of_a_started_broker_is_redis_pys_own(run, redis_url):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            await reader.broker._connection.hset("confirmed.intake", mapping={"cases:0": 7})
        assert await client.hgetall("confirmed.intake") == {b"cases:0": b"7"}

    run(scenario)


@pytest.mark.servers
def test_a_broker_without_redis_fails_at_its_start_with_an_error_of_redis(tmp_path):
    async def scenario() -> None:
        reader = Reader(f"unix://{tmp_path}/nobody.sock")
        try:
            with pytest.raises((RedisError, OSError)):
                await reader.broker.start()
        finally:
            await reader.broker.stop()

    asyncio.run(scenario())


def test_a_ping_to_a_redis_that_went_away_says_no_or_fails_within_its_time(run, redis_url, redis_server):
    async def scenario(client):
        async with Reader(redis_url) as reader:
            assert await reader.broker.ping(timeout=30.0)
            redis_server.kill()
            try:
                async with asyncio.timeout(30):
                    answered = await _answered(reader.broker)
                assert not answered
            finally:
                redis_server.restart()

    run(scenario)


async def _answered(broker: RedisBroker) -> bool:
    try:
        return await broker.ping(timeout=1.0)
    except (RedisError, OSError):
        return False


def test_stopping_a_broker_takes_no_longer_than_one_poll_and_its_grace(run, redis_url):
    async def scenario(client):
        reader = Reader(redis_url, polling_interval=1000)
        await reader.broker.start()
        async with asyncio.timeout(4):
            await reader.broker.stop()
        assert all(task.done() for task in reader.subscriber.tasks)

    run(scenario)
