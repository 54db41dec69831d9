"""Canary words: requests by everybody about everything never show one to the wrong eyes, in body, header, log, metric or Redis (security, row 13)."""

from random import Random

import pytest
import redis

from tests.cases.canaries import askers, asks, leaked, told_case

pytestmark = pytest.mark.anyio


async def shown_to_the_wrong(cases, requests, seed):
    """(who, word) of every leak, and how many answers showed a word to somebody who may read it."""
    schools = [await cases.school() for _ in range(3)]
    told = [await told_case(school) for school in schools]
    everybody, random, leaks, rightly = askers(cases, schools), Random(seed), [], 0
    for _ in range(requests):
        who = random.choice(everybody)
        shown = await asks(cases, told, who, random)
        leaks += [(who.id, word) for word in leaked(told, who.id, shown)]
        rightly += "kenari-" in shown
    return leaks, rightly, told


@pytest.mark.timeout(200)
async def test_two_thousand_requests_show_no_word_to_the_wrong_eyes(cases, redis_server, capfd, caplog):
    leaks, rightly, told = await shown_to_the_wrong(cases, 2_000, seed=31)
    assert leaks == []
    assert rightly >= 20, "whoever may read a word reads it"
    metrics = (await cases.client.get("/cases/metrics", headers=cases.service)).text
    assert metrics
    printed = "".join(capfd.readouterr()) + caplog.text
    with redis.Redis.from_url(redis_server.url) as client:
        carried = "".join(str(client.dump(key)) for key in client.scan_iter())
    for each in told:
        for word in each.readers:
            assert word not in metrics + printed
            assert word not in carried or "kenari" not in word


@pytest.mark.thorough
@pytest.mark.timeout(3_600)
async def test_a_hundred_thousand_requests_show_no_word_to_the_wrong_eyes(cases):
    leaks, rightly, _ = await shown_to_the_wrong(cases, 100_000, seed=13)
    assert leaks == []
    assert rightly >= 1_000
