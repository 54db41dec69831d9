"""A full disk: the answer is 503, and nothing is acknowledged. With room again, everything goes on. A small file system stands for the disk."""

import asyncio
import os
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.faults.rig import rig

pytestmark = pytest.mark.faults

SIZE = 420
"""MiB of the file system: the servers, the roster, and some room."""


@pytest.fixture
def small_disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tanggap-test", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can be mounted only by root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Takes all the room that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:  # nothing is left to be written when it is closed
        try:
            while True:
                file.write(os.urandom(1 << 16))
        except OSError:
            return filler


def raise_one(district, key: str) -> httpx.Response:
    body = {
        "school": district.sql("SELECT school FROM intake.school_v1 WHERE npsn = '20100002'")[0][0],
        "students": [{"description": "seorang murid", "role": "affected"}], "kind": "need", "categories": ["other"],
        "narrative": "x" * 18_000, "channel": "api", "reporter": {"kind": "staff"},
    }  # fmt: skip
    headers = district.service() | {"idempotency-key": key}
    return httpx.post(f"{district.deployment.origin('intake')}/intake/api/concerns", json=body, headers=headers, timeout=30, trust_env=False)


def test_a_full_disk_acknowledges_nothing_and_recovers_untouched(small_disk):
    with rig(small_disk) as district:
        asyncio.run(district.load(10))
        district.settle()
        before = district.sql("SELECT count(*) FROM intake.event")[0][0]
        filler = fill(small_disk)
        answers = [raise_one(district, f"full-{place}") for place in range(60)]
        refused = [answer for answer in answers if answer.status_code == 503]
        assert refused, f"the disk did not fill: {[answer.status_code for answer in answers]}"
        assert {answer.status_code for answer in answers} <= {201, 503}
        filler.unlink()
        if district.postgres.process.poll() is not None:
            district.postgres.restart()
        district.deployment.wait_ready(within=60)
        kept = {answer.json()["concern_id"] for answer in answers if answer.status_code == 201}
        raised = {row[0] for row in district.sql("SELECT body::json ->> 'concern' FROM intake.event WHERE type = 'concern-received'")}
        assert kept <= raised
        assert len(raised) == 10 + len(kept), "something was kept that was not acknowledged"
        assert district.sql("SELECT count(*) FROM intake.event")[0][0] >= before
        again = [raise_one(district, f"full-{place}") for place in range(60)]
        assert {answer.status_code for answer in again} == {201}
        district.attempted += len(again)
        asyncio.run(district.load(10))
        district.settle()
