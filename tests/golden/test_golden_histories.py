"""The streams of yesterday fold to the states of yesterday.

Only what was recorded is compared: a field that a later release adds to a state, with a default, is no difference; one that is missing or has another
value is.
"""

from __future__ import annotations

import pytest

from tests.golden.checking import current
from tests.golden.histories import History, difference, histories
from tests.golden.stored import SERVICES, codecs

HISTORIES = histories()


@pytest.mark.parametrize("each", HISTORIES, ids=str)
def test_a_history_folds_to_the_state_it_had(each: History) -> None:
    assert each.state is not None, f"{each}: its state is not recorded: run python -m tests.golden.write"
    found = difference(each.state, each.folded())
    assert found is None, f"{each} folds to another state: {found}"


def test_every_stored_type_is_folded_in_some_history() -> None:
    folded = {(each.service, event["type"]) for each in HISTORIES for event in each.events}
    stored = {(service, name) for service, name, *_ in current({service: codecs(service) for service in SERVICES})}
    assert stored - folded == set(), "write a history with it (tests/golden/histories.py says how)"
