"""A whole district as three processes, shared by the system tests of one run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.rig import Rig, rig


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(Path(tmp_path_factory.mktemp("district"))) as running:
        yield running
