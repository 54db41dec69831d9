"""What a service's own code is given: its store, its database, its keys, and who may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from psycopg import sql

from shared.access import Access, Permissions
from shared.asked import Fingerprints
from shared.clock import Clock
from shared.database import Database
from shared.delivery.applying import Handling
from shared.delivery.feed import FeedClient
from shared.delivery.subscription import PROMPT, Subscription
from shared.eventstore.generations import answering
from shared.eventstore.postgres import PostgresEventStore
from shared.heartbeat import Heartbeats
from shared.journal import Journal
from shared.key_status import Depends
from shared.keys import Keys, Service
from shared.machines.asking import AskedKeys
from shared.machines.key import KeyWord
from shared.machines.known import KnownKeys
from shared.neighbours import Told
from shared.pace import Pace
from shared.pages import Frame
from shared.posts import KEPT, NO_LEAVES, Posts
from shared.sealing import KeyringVault, Vault
from shared.sessions.asking import PATIENCE, AskedWord, Neighbour
from shared.sessions.cookies import Cookies
from shared.sessions.kept import KeptSessions
from shared.sessions.known import KnownSessions
from shared.sessions.session import Word
from shared.settings import Settings
from shared.wrapping import MasterKeys

ServiceName = Service

OwnWord = Callable[[PostgresEventStore, Database], Word]
"""How the owner of the sessions tells of them, out of its own store."""

OwnKeyWord = Callable[[PostgresEventStore, Database, Vault, Clock], KeyWord]
"""How the owner of machines' keys tells of them, out of its own store."""


@dataclass
class Kernel:
    """What a service's own code is given."""

    name: ServiceName
    settings: Settings
    database: Database
    store: PostgresEventStore
    vault: Vault
    clock: Clock
    access: Access
    heartbeats: Heartbeats
    keys: Keys
    posts: Posts
    fingerprints: Fingerprints
    sessions: KnownSessions
    cookies: Cookies
    frame: Frame
    depends: list[Depends] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    ways: list[Neighbour | FeedClient] = field(default_factory=list)
    journal: Journal | None = None

    def neighbour(self, name: ServiceName) -> Neighbour:
        """The way to another service, closed when this one stops."""
        found = Neighbour(self.name, name, self.settings.origin(name), self.keys, self.clock)
        self.ways.append(found)
        return found

    async def close(self) -> None:
        """Closes the ways to other services, and the database."""
        for way in self.ways:
            await way.close()
        await self.database.close()

    def subscribe(self, source: ServiceName, handling: Handling, *, pace: Pace = PROMPT) -> Subscription:
        """A subscription to a neighbour's events; a Part."""
        feed = FeedClient(self.name, source, self.settings.origin(source), self.keys, self.clock)
        self.ways.append(feed)
        subscription = Subscription(self.name, self.store, self.database, self.settings.redis_url, feed, handling, self.heartbeats, pace=pace)
        self.subscriptions.append(subscription)
        return subscription


def kernel_of(
    name: ServiceName,
    settings: Settings,
    migrations: Path,
    clock: Clock,
    directory: str | None = None,
    word: OwnWord | None = None,
    leaves: sql.Composable = NO_LEAVES,
    key_word: OwnKeyWord | None = None,
) -> Kernel:
    """The kernel of a service, with nothing running yet.

    migrations: in the service's folder, where its templates and catalogues lie too. directory: the view that holds who is who, where that is folded
    from the service's own store. word: of the sessions' owner; the others ask it. leaves: as `Posts` takes them. key_word: of
    the owner of machines' keys. Raises: StartRefused: a secret is
    missing.
    """
    database = Database(settings.database_url, name, migrations=migrations, size=settings.pool_size)
    keys = Keys(name, settings.secret_source(), clock)
    keys.require()
    heartbeats = Heartbeats(database)
    journal = Journal(settings.journal, database, keys, clock) if settings.journal else None
    store = PostgresEventStore(database, partitions=settings.partitions, journal=journal)
    posts = Posts(database, answering(directory) if directory else KEPT, leaves)
    vault = KeyringVault(database, MasterKeys(keys.source, clock))
    ways: list[Neighbour | FeedClient] = []
    if word:
        sessions = KnownSessions(word(store, database), clock)
    else:
        intake = Neighbour(name, "intake", settings.origin("intake"), keys, clock)
        ways.append(intake)
        sessions = KnownSessions(AskedWord(intake), clock, KeptSessions(database))
    told = Told("intake", settings.origin("intake"), "machine-keys", keys, clock, reader=name, patience=PATIENCE)
    machines = key_word(store, database, vault, clock) if key_word else AskedKeys(told)
    cookies = Cookies(keys, settings.public_origin.startswith("https://"))
    return Kernel(
        name,
        settings,
        database,
        store,
        vault,
        clock,
        Access(keys, Permissions(), clock, posts, sessions, cookies, KnownKeys(machines, clock)),
        heartbeats,
        keys,
        posts,
        Fingerprints(vault, name),
        sessions,
        cookies,
        Frame(name, migrations.parent, settings.time_zone, clock),
        ways=ways,
        journal=journal,
    )
