"""Two PostgreSQL, one killed under load: what each kind of standby loses of what was acknowledged (issue 16; docs/safekeeping.md)."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.keys import SERVICES
from tests.faults.rig import Rig, rig
from tests.faults.standby import Standby, following

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

LOAD = 200


def test_a_synchronous_standby_takes_over_under_load_and_nothing_acknowledged_is_lost(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("synchronous")) as district:
        standby = followed(district, synchronous=True)
        try:
            before, without = killed_under_load(district, standby)
            district.settle()
            district.deployment.wait_ready(within=60)
            parked = [district.sql(f"SELECT count(*) FROM {service}.parked")[0][0] for service in SERVICES]
            assert parked == [0, 0, 0]
            acknowledged = len(district.acknowledged)
            print(f"synchronous: {acknowledged} acknowledged, {before} of them before the kill, 0 lost, 0 twice; {without:.1f} s without an answer")
        finally:
            standby.server.stop()


def test_an_asynchronous_standby_loses_what_it_had_not_received(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("asynchronous")) as district:
        standby = followed(district, synchronous=False)
        try:
            asyncio.run(district.load(20))
            district.settle()
            standby.hears_nothing()
            unheard = asyncio.run(district.load(20))
            district.postgres.kill()
            for service in SERVICES:
                district.deployment.kill(service)
            standby.takes_over()
            kept = {row[0] for row in district.sql("SELECT body::json ->> 'concern' FROM intake.event WHERE type = 'concern-received'")}
            lost = set(district.acknowledged) - kept
            assert lost, "what it could not hear of is lost"
            assert lost <= set(unheard), "what lay in its socket when the first server died, it has"
            print(f"asynchronous: {len(district.acknowledged)} acknowledged, {len(lost)} of them lost")
        finally:
            standby.server.stop()


def followed(district: Rig, *, synchronous: bool) -> Standby:
    """With every service started again, so that it knows both servers."""
    standby = following(district, synchronous=synchronous)
    for service in SERVICES:
        district.deployment.processes[service].terminate()
        district.deployment.wait_dead(service)
        district.deployment.start(service)
    district.deployment.wait_ready(within=90)
    return standby


def killed_under_load(district: Rig, standby: Standby) -> tuple[int, float]:
    """How many concerns had been acknowledged before the server was killed, and the seconds until the next one was."""
    with ThreadPoolExecutor() as pool:
        loading = pool.submit(lambda: asyncio.run(district.load(LOAD, at_once=4)))
        district.wait_for(lambda: len(district.acknowledged) >= LOAD // 4, "a load under way")
        district.postgres.kill()
        killed, before = time.monotonic(), len(district.acknowledged)
        assert not loading.done(), "a kill after the load proves nothing"
        standby.takes_over()
        district.wait_for(lambda: len(district.acknowledged) > before, "the standby at work")
        without = time.monotonic() - killed
        loading.result()
    return before, without
