"""What a later release stored is neither guessed at nor passed over by a process of this one that still runs (ADR 72)."""

import json
from dataclasses import replace
from typing import Literal

import pytest
from pydantic import ValidationError

from services.notifications.domain.alert import ALERT
from shared.errors import BehindWrite, LaterRelease
from shared.eventstore import projection
from shared.eventstore.codec import EventCodec
from shared.eventstore.later import is_known
from shared.eventstore.store import Entry
from shared.message import Event
from shared.testing import eventually
from tests.shared.test_tail import event, item
from tests.shared.viewing import place, rows

pytestmark = pytest.mark.anyio

KIND = "told-by-the-release-after"


class Earlier(Event):
    type: Literal["tale-begun"] = "tale-begun"
    version: Literal[2] = 2


TALE: EventCodec[Earlier] = EventCodec(Earlier)


@pytest.fixture
def anyio_backend():
    return "asyncio"


def kept(kind: str, version: int, **more: object) -> Entry:
    return Entry("tale-1", 1, 1, kind, version, json.dumps({"type": kind, "version": version, **more}))


@pytest.mark.parametrize("later", [kept(KIND, 1), kept("tale-begun", 3, told="differently")], ids=["type", "version"])
@pytest.mark.parametrize("codec", [TALE, ALERT.codec], ids=["of one type", "of many"])
def test_a_history_with_something_of_a_later_release_is_not_decided_upon(later, codec):
    with pytest.raises(LaterRelease, match=f"{later.type}, version {later.schema_version}, was stored by a later release"):
        codec.decode(later)
    with pytest.raises(LaterRelease):
        codec.decode_many([later])


def test_what_this_release_should_understand_and_cannot_stays_an_error_of_its_own():
    with pytest.raises(ValidationError):
        TALE.decode(kept("tale-begun", 2, more="than it says"))
    with pytest.raises(ValidationError):
        TALE.decode_many([kept("alert-repeated", 1)])


def test_what_is_refused_now_is_asked_again_and_says_no_word_of_anybody():
    with pytest.raises(LaterRelease) as refused:
        TALE.decode(kept(KIND, 1, narrative="canary"))
    assert (refused.value.status, refused.value.retry_after) == (503, 2)
    assert "canary" not in str(refused.value)


def knows_all_but_the_release_after(kind: str, version: int) -> bool:
    return kind != KIND and version > 0


async def test_a_read_model_waits_for_a_process_of_the_later_release_and_then_goes_on(database, monkeypatch):
    async with place(database) as here:
        old = await here.process(known=knows_all_but_the_release_after)
        await old.append()
        assert await old.view.step() == 1
        await old.store.append(item(replace(event(), type=KIND)))
        for _ in range(2):
            with pytest.raises(LaterRelease):
                await old.view.step()
        with monkeypatch.context() as impatient, pytest.raises(BehindWrite):
            impatient.setattr(projection, "PATIENCE", 0.1)
            await old.read()
        new = await here.process()
        new.start()

        async def whole() -> bool:
            async with old.view.as_it_stands() as reading:
                return await rows(reading) == 2

        await eventually(whole)
        await new.stop()
        await old.append()
        assert await old.view.step() == 1, "behind it the old process goes on"
        assert await old.read() == 3


def test_known_is_every_version_up_to_the_newest_and_nothing_else():
    assert [is_known("tale-begun", version) for version in (1, 2, 3)] == [True, True, False]
    assert not is_known(KIND, 1)
