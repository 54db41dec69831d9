"""Two processes per service, replaced one after the other under load: every request gets its answer, and nothing is lost or doubled (issue 16; ADR 78)."""

import pytest

from tests.faults.rig import rig
from tests.faults.rolling import READY, RESTARTS, rolled, second_of

pytestmark = pytest.mark.faults


def test_a_rolling_restart_under_load_loses_no_request(tmp_path_factory):
    with rig(tmp_path_factory.mktemp("rolling")) as district:
        second = second_of(district.deployment)
        try:
            second.start()
            second.wait_ready(within=READY)
            balanced = rolled(district, second)
            assert balanced.wrong == []
            assert balanced.told["passed"] > 0, "a restart that nobody noticed proves nothing"
            district.settle()
            assert balanced.told["reset"] <= RESTARTS, "one in each closing of a listener at most, for it lasts no longer than that"
            told = balanced.told
            print(f"{told['answered']} requests over {RESTARTS} restarts, {told['passed']} taken by the other process, {told['reset']} of them reset")
        finally:
            second.stop()
