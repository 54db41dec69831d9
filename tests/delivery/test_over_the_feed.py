"""What Redis has lost, never had or cannot deliver is pulled from the owner's feed."""

import asyncio
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI

from shared import web
from shared.access import Access, Permissions
from shared.clock import SystemClock
from shared.delivery import subscription
from shared.delivery.feed import FeedClient, feed_router
from shared.delivery.wire import stream_key
from shared.errors import Unavailable
from shared.eventstore.epochs import FIRST, Epoch, OwnEpochs
from shared.keys import Keys
from shared.sessions.cookies import Cookies
from tests.delivery.rig import keys_of, working
from tests.keys import Known, keys, secrets
from tests.sessions import Held


def test_a_hole_in_redis_is_pulled_from_the_feed(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(*[key] * 5)
        await rig.relay_all()
        assert await rig.redis.xdel(stream_key("intake", 0), f"{told[1]}-0", f"{told[2]}-0") == 2
        async with working(rig.subscription()):
            await rig.until_heard(key, told)
        assert (0, told[0]) in rig.feed.pulled
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_a_hole_at_the_tail_is_pulled_from_the_feed(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(*[key] * 4)
        await rig.relay_all()
        assert await rig.redis.xdel(stream_key("intake", 0), f"{told[2]}-0", f"{told[3]}-0") == 2
        async with working(rig.subscription()):
            await rig.until_heard(key, told)
        assert rig.feed.pulled
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_what_comes_while_the_owner_says_how_far_it_is_does_not_make_it_older(run, soon, monkeypatch):
    """The answer may be slow. Whoever then took the owner for an older store would apply nothing any more, and no alert would go out."""

    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key)
        answer, overtaken = rig.feed.heads, asyncio.Event()

        async def slow():
            heads = await answer()
            if rig.heard.tries and not overtaken.is_set():
                told.extend(await rig.tell(key))
                await rig.until_heard(key, told)
                overtaken.set()
            return heads

        monkeypatch.setattr(rig.feed, "heads", slow)
        async with working(rig.relay(), rig.subscription()):
            await asyncio.wait_for(overtaken.wait(), 30)
            told.extend(await rig.tell(key))
            await rig.until_heard(key, told)

    run(scenario)


def test_the_tail_is_asked_for_after_a_few_seconds():
    assert subscription.STILL <= 5


def test_a_redis_that_forgot_everything_loses_and_doubles_nothing(run, soon):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay()):
            told = await rig.tell(key, key)
            await rig.until_relayed(0, 2)
            await rig.redis.flushall()
            async with working(rig.subscription()):
                told += await rig.tell(key)
                await rig.until_heard(key, told)
                await rig.redis.flushall()
                told += await rig.tell(key, key)
                await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_without_redis_the_feed_carries_and_the_relay_goes_on_when_it_is_back(run, soon, redis_server):
    async def scenario(rig):
        key = next(keys_of(0))
        async with working(rig.relay(), rig.subscription()):
            told = await rig.tell(key)
            await rig.until_heard(key, told)
            redis_server.kill()
            try:
                told += await rig.tell(key, key)
                await rig.until_heard(key, told)
                assert rig.feed.pulled
            finally:
                redis_server.restart(empty=True)
            await rig.until_relayed(0, 2)
            told += await rig.tell(key)
            await rig.until_relayed(0, 3)
            await rig.until_heard(key, told)
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


def test_the_feed_over_http_gives_what_the_store_holds_and_only_to_services(run):
    async def scenario(rig):
        here, there = next(keys_of(0)), next(keys_of(1))
        told = await rig.tell(here, there, here)
        app = FastAPI()
        app.state.kernel = SimpleNamespace(
            access=Access(keys("intake"), Permissions(), SystemClock(), Known(), Held(), Cookies(keys("intake"), secure=False))
        )
        web.install(app)
        app.include_router(feed_router("intake", rig.owner, OwnEpochs(rig.databases["intake"])))

        async def asking(key: Keys) -> FeedClient:
            client = FeedClient("cases", "intake", "http://intake", key, SystemClock())
            await client.close()
            client._client = httpx.AsyncClient(transport=httpx.ASGITransport(app))
            return client

        ours, foreign = await asking(keys("cases")), await asking(keys("cases", secrets(b"x")))
        page = await ours.pull(0, told[0])
        assert [(each.position, each.previous, each.key) for each in page.events] == [(told[2], told[0], here)]
        assert page.head == told[2]
        assert (await ours.heads()).positions[1] == told[1]
        assert (page.epoch, await ours.epochs()) == (FIRST, [Epoch(FIRST, 0)])
        with pytest.raises(Unavailable):
            await foreign.pull(0, 0)
        await ours.close()
        await foreign.close()

    run(scenario)
