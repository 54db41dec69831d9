"""Events that arrive together are decided together, and one by one if that fails."""

from datetime import datetime
from uuid import uuid4

from shared.eventstore.store import NEW, Item, Stored, Write
from shared.eventstore.unit import require_alone
from shared.message import NewEvent
from tests.delivery.rig import POISON, Rig, event, keys_of, working


async def stored_at(rig: Rig, key: str) -> set[datetime]:
    """When the events of a key were recorded: one moment for what one item stored."""
    return {each.recorded_at for each in await rig.reader.read_stream(f"heard-{key}")}


def test_what_comes_together_is_stored_as_one_item_each_key_in_order(run):
    async def scenario(rig):
        one, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(*[one, other] * 10)
        await rig.relay_all()
        async with working(rig.subscription()):
            await rig.until_heard(one, told[0::2])
            await rig.until_heard(other, told[1::2])
        assert await stored_at(rig, one) == await stored_at(rig, other)
        assert len(await stored_at(rig, one)) == 1
        assert set(rig.heard.tries.values()) == {1}
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_somebody_else_who_writes_to_one_of_the_streams_meanwhile_loses_nothing_and_breaks_nothing(run):
    async def scenario(rig):
        one, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(one, other, one)
        await rig.relay_all()
        meanwhile: list[object] = []

        def interrupted(store):
            async def handle(event, checkpoint):
                outcome = await rig.heard(event, checkpoint, store)
                if not meanwhile:
                    meanwhile.append(await rig.reader.append(Item((Write(f"heard-{one}", NEW, (somebody_else(),)),))))
                return outcome

            return handle

        async with working(rig.subscription(interrupted)):
            await rig.until_heard(one, [-1, told[0], told[2]])
            await rig.until_heard(other, [told[1]])
        assert isinstance(meanwhile[0], Stored)

    run(scenario)


def somebody_else() -> NewEvent:
    return event("elsewhere", '{"position":-1}', public=False)


def test_what_the_store_refuses_of_several_is_parked_and_the_others_flow(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(sound, sick, sound)
        await rig.relay_all()

        def refused(store):
            async def handle(told_event, checkpoint):
                if told_event.key != sick:
                    return await rig.heard(told_event, checkpoint, store)
                return await store.append(Item((Write(f"heard-{uuid4()}", NEW, (event(sick, "\x00", public=False),)),), checkpoint=checkpoint))

            return handle

        async with working(rig.subscription(refused)):
            await rig.until_heard(sound, [told[0], told[2]])
            await rig.until_parked(told[1])
        assert await rig.reader.checkpoint("cases", "intake", 0) == told[-1]

    run(scenario)


def test_a_decision_that_must_be_durable_at_once_is_taken_alone(run):
    async def scenario(rig):
        key = next(keys_of(0))
        told = await rig.tell(key, key, key)
        await rig.relay_all()

        def alone(store):
            async def handle(event, checkpoint):
                require_alone(store)
                return await rig.heard(event, checkpoint, store)

            return handle

        async with working(rig.subscription(alone)):
            await rig.until_heard(key, told)
        assert len(await stored_at(rig, key)) == 3
        assert set(rig.heard.tries.values()) == {1}

    run(scenario)


class Crowds:
    """Takes what comes of one type together; what somebody asks for one by one is left."""

    crowd = frozenset({"thing-told"})

    def __init__(self, rig: Rig, store, alone: str) -> None:
        self.rig, self.store, self.alone = rig, store, alone
        self.together: list[list[int]] = []

    def over(self, store) -> "Crowds":
        found = Crowds(self.rig, store, self.alone)
        found.together = self.together
        return found

    async def __call__(self, told, checkpoint):
        return await self.rig.heard(told, checkpoint, self.store)

    async def many(self, events):
        if any(each.body == POISON for each in events):
            raise ValueError("planted")
        self.together.append([each.position for each in events])
        return [each for each in events if each.key == self.alone]


def test_a_handler_takes_a_crowd_together_and_one_by_one_what_it_leaves(run):
    async def scenario(rig):
        one, other = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(*[one, other] * 30)
        await rig.relay_all()
        crowds = Crowds(rig, rig.reader, one)
        async with working(rig.subscription(crowds.over)):
            await rig.until_heard(one, told[0::2])
            await rig.until_checkpoint(0, told[-1])
        assert crowds.together == [told]
        assert await rig.heard_of(other) == []

    run(scenario)


def test_a_crowd_that_cannot_be_taken_is_taken_one_by_one(run):
    async def scenario(rig):
        sick, sound = (key for _, key in zip(range(2), keys_of(0), strict=False))
        told = await rig.tell(sound, sound)
        told += await rig.tell(sick, body=POISON)
        await rig.relay_all()
        crowds = Crowds(rig, rig.reader, sound)
        async with working(rig.subscription(crowds.over)):
            await rig.until_parked(told[-1])
            await rig.until_heard(sound, told[:2])
        assert crowds.together == []

    run(scenario)
