"""The recorded day after an upgrade and a rotation of every key, when the keys of its time are gone: the same answers, and every head holds."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.intake.earlier_receipts import EarlierReceipts
from shared import secretfile
from shared.eventstore.signing import HeadSigner
from shared.key_status import KeyStatus
from shared.rewrapping import Rewrapper
from shared.secretfile import write_secrets
from shared.secretset import SECRET_NAMES, SecretSet
from shared.secrettext import first_secrets
from shared.service import Kernel
from shared.wrapping import MasterKeys
from tests.golden.day import Question, Served, keys, recording, restore, served
from tests.golden.test_recorded_day import EVENTS, as_owned, as_rebuilt, differences, is_read_model

pytestmark = pytest.mark.anyio

NOBODYS = urlsafe_b64encode(b"x" * 32).decode()
"""Stands in the environment, where the file has every name: it must open nothing."""


async def carry_over(kernel: Kernel) -> None:
    """What the parts of a service do after its start and after each rotation, once."""
    signer = HeadSigner(kernel.database, kernel.keys, kernel.heartbeats)
    await signer.vouch()
    await signer.sign_earlier()
    await Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.keys.clock), kernel.heartbeats).rewrap_all()
    if kernel.name == "intake":
        receipts = EarlierReceipts(kernel.database, kernel.vault, kernel.keys, kernel.heartbeats)
        await receipts.find_latest()
        await receipts.keep_all()


async def needed(day: Served) -> set[tuple[str, str]]:
    """The secrets on which something depends, as the services say."""
    found: set[tuple[str, str]] = set()
    for service in EVENTS:
        told = KeyStatus.model_validate((await day.ask(Question("operator", "GET", f"/{service}/api/keys", {}))).body)
        found |= {(each.name, each.id) for each in told.depends}
    return found


@pytest.fixture
async def later(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """The day under its own keys, carried over, and then under others alone."""
    monkeypatch.setattr(secretfile, "LOOK_EVERY", -1.0)
    told, file = recording(), tmp_path / "secrets"
    master, token = (urlsafe_b64decode(keys()[name]) for name in ("master_key", "token_key"))
    known = first_secrets("master_key", master).completed(first_secrets("token_key", token))
    write_secrets(file, known)
    restore(empty_database)
    async with served(empty_database, told, TANGGAP_SECRETS_FILE=str(file), TANGGAP_MASTER_KEY=NOBODYS, TANGGAP_TOKEN_KEY=NOBODYS) as day:
        for kernel in day.kernels():
            await carry_over(kernel)
        assert await needed(day) == {("master", "0")}
        for place, name in enumerate(SECRET_NAMES):
            now = datetime.now(UTC)
            known = known.rotated(name, bytes([place + 1]) * 32, since=now, until=now + timedelta(hours=1))
        write_secrets(file, known)
        for kernel in day.kernels():
            await carry_over(kernel)
        assert await needed(day) == {("master", "1")}
        write_secrets(file, SecretSet(tuple(known.of(name)[-1] for name in SECRET_NAMES)))
        yield day


async def test_every_answer_is_the_one_that_was_owned(later: Served) -> None:
    assert await differences(later, recording(), lambda _: True, as_owned) == []
    await later.rebuild()
    assert await differences(later, recording(), is_read_model, as_rebuilt) == []
    verified = await later.verified()
    assert [(each.service, each.events, each.broken) for each in verified] == [(service, events, None) for service, events in EVENTS.items()]
