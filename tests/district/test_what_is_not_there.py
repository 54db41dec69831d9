"""What an operator asks about that is not there is said so, with the exit code of a mistake (first use, rows 7 and 20)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from district.deployment import free_port
from tests.district.test_up import becomes_ready, environment, tanggap, up

pytestmark = [pytest.mark.servers, pytest.mark.anyio]

MISTAKE = 2


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short temporary folder for the programs that the test starts."""
    with tempfile.TemporaryDirectory(prefix="tg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def test_first_use_7_and_20_a_case_or_a_view_that_does_not_exist_is_a_mistake_that_says_what_there_is(tmp_path, temporary):
    port = free_port()
    given = environment(tmp_path, TMPDIR=str(temporary), TANGGAP_PORT=str(port))
    with up(given):
        await becomes_ready(port)
        for case in ("nonsense", "54c64c6e-fab4-56f4-bd76-e478d5e8dc4f"):
            told = tanggap("audit", "verify", "--case", case, env=given)
            assert (told.returncode, "verified" in told.stdout) == (MISTAKE, False), f"first use 7: {told.stdout} {told.stderr}"
            assert "case" in told.stderr
        told = tanggap("rebuild", "nope", env=given)
        assert told.returncode == MISTAKE, f"first use 20: {told.stdout} {told.stderr}"
        assert all(view in told.stderr for view in ("case_list_v2", "outbox_v1")), told.stderr
