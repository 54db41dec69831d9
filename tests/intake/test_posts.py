"""Who holds which role where, in intake's own directory: folded from its store in generations, with the same look-up as the siblings have."""

import asyncio
from base64 import urlsafe_b64encode
from uuid import uuid4

import pytest

from services.intake.app import create_app
from services.intake.domain.roster import ROSTER, Appoint, Command, Dismiss, LetGo, RegisterPerson, RegisterSchool, Reinstate, Suspend
from services.intake.views import TABLES, VIEW, project
from shared.decider import execute
from shared.errors import StillBuilding
from shared.events import PersonAppointed, PersonRegistered, Post, SchoolRegistered
from shared.eventstore import projection
from shared.eventstore.projection import Projection
from shared.message import Occasion
from shared.running import ended
from shared.sealed import Sealed
from shared.settings import read_settings
from tests.logins import login, past_the_wall

pytestmark = pytest.mark.anyio

NAME = Sealed(kid="k", context="c", box="nama")
KEY = urlsafe_b64encode(b"k" * 32).decode()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Office:
    """Intake's directory over a real PostgreSQL."""

    def __init__(self, kernel) -> None:
        self.kernel, self.posts = kernel, kernel.posts
        self.view = Projection(VIEW, kernel.store, kernel.database, project, TABLES, kernel.heartbeats)

    async def decide(self, stream: str, command: Command) -> None:
        cause = uuid4()
        await execute(self.kernel.store, ROSTER, stream, command, Occasion("test", None, self.kernel.clock.now(), cause, cause))
        assert await self.view.caught_up(await self.kernel.store.head(), within=30)
        self.posts.forget()

    async def about(self, command: Command) -> None:
        await self.decide("person-ani", command)

    async def registered(self, *posts: Post, digest: str = "d") -> None:
        await self.about(RegisterPerson(person=PersonRegistered(person="ani", kind="staff", school="a", posts=posts, name=NAME), digest=digest))

    async def known(self) -> tuple[set[str], set[str]]:
        return set(await self.posts.roles("ani", "a")), set(await self.posts.roles("ani", "b"))


@pytest.fixture
async def office(database):
    given = {"DATABASE_URL": login(database, "intake"), "REDIS_URL": "redis://127.0.0.1:9", "TANGGAP_MASTER_KEY": KEY, "TANGGAP_TOKEN_KEY": KEY}
    kernel = create_app(read_settings(given)).state.kernel
    await kernel.database.open()
    built = Office(kernel)
    running = [asyncio.create_task(part.run()) for part in (built.view, built.view.builder)]
    for school, level in (("a", "smp"), ("b", "sma")):
        await built.decide(f"school-{school}", RegisterSchool(school=SchoolRegistered(school=school, npsn=None, name="X", level=level)))
    yield built
    for part in running:
        await ended(part)
    await kernel.database.close()


async def test_row_3_each_role_holds_at_its_school(office):
    await office.registered(Post("subject-teacher", "a"), Post("counsellor", "b"))
    assert await office.known() == ({"subject-teacher"}, {"counsellor"})
    assert (await office.posts.holders("counsellor", "a"), await office.posts.holders("counsellor", "b")) == ((), ("ani",))
    assert (await office.posts.schools("ani"), await office.posts.schools("ani", "counsellor")) == ({"a", "b"}, {"b"})


async def test_appointments_suspensions_and_leaving(office):
    await office.registered(Post("counsellor", "a"))
    await office.about(Appoint(told=PersonAppointed(person="ani", post=Post("district-officer", kind="province"))))
    assert await office.known() == ({"counsellor"}, {"district-officer"})
    await office.about(Suspend(person="ani"))
    assert await office.known() == (set(), set())
    await office.about(Reinstate(person="ani"))
    await office.about(LetGo(person="ani", school="a"))
    assert await office.known() == (set(), {"district-officer"})
    await office.about(Dismiss(person="ani", post=Post("district-officer", kind="province")))
    assert await office.known() == (set(), set())


async def test_a_rebuild_gives_the_same_posts(office):
    await office.registered(Post("counsellor", "a"))
    await office.registered(Post("subject-teacher", "a"), Post("counsellor", "b"), digest="e")
    await office.about(Appoint(told=PersonAppointed(person="ani", post=Post("supervisor", "a"))))
    before = await office.known()
    await office.view.rebuild()
    office.posts.forget()
    assert await office.known() == before == ({"subject-teacher", "supervisor"}, {"counsellor"})


async def test_while_the_directory_is_built_nobody_is_taken_for_a_stranger(office, monkeypatch):
    monkeypatch.setattr(projection, "PATIENCE", 0.05)
    await office.registered(Post("counsellor", "a"))
    async with past_the_wall(office.kernel.database).connection() as connection:
        await connection.execute("UPDATE view_checkpoint SET state = 'leaving'")
    office.posts.forget()
    for asked in (office.posts.roles("ani", "a"), office.posts.holders("counsellor", "a"), office.posts.of("ani")):
        with pytest.raises(StillBuilding):
            await asked
