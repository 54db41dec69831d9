"""What notifications has sent goes on holding while its secrets change: links, webhook signatures, ids, and what an agency is known by."""

import hmac
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.responses import Response

from services.notifications.domain.agency import AGENCY, RegisterAgency
from services.notifications.links import Link, Links
from services.notifications.senders.signing import NotVerified, public_key, signing_keys, verify
from shared import secretfile
from shared.decider import execute, load
from shared.rewrapping import Rewrapper
from shared.secretfile import write_secrets
from shared.secretset import SECRET_NAMES, SecretSet
from shared.wrapping import MasterKeys
from tests.keys import secrets
from tests.notifications.desk import SECRET, Agency, Desk, Mailbox, agency_server, desk, mail_server, text_of
from tests.notifications.scenes import attempted, in_states, now, sent, staffed, time_passes, to_be_told

pytestmark = pytest.mark.anyio
OTHER = "whsec_" + "REVG" * 12


@pytest.fixture(autouse=True)
def _looks_always(monkeypatch):
    monkeypatch.setattr(secretfile, "LOOK_EVERY", -1.0)


class Rotating:
    """The file of the service's secrets, as an operator changes it."""

    def __init__(self, folder: Path) -> None:
        self.file, self.known = folder / "secrets", secrets(b"k", "0")
        self.setting = {"TANGGAP_SECRETS_FILE": str(self.file)}
        write_secrets(self.file, self.known)

    def rotate(self) -> None:
        now = datetime.now(UTC)
        for place, name in enumerate(SECRET_NAMES):
            fresh = bytes([len(self.known.secrets), place]) * 16
            self.known = self.known.rotated(name, fresh, since=now, until=now + timedelta(hours=1))
        write_secrets(self.file, self.known)

    async def drop_the_old_ones(self, running: Desk) -> None:
        kernel = running.kernel
        await Rewrapper(kernel.database, MasterKeys(kernel.keys.source, kernel.clock), kernel.heartbeats).rewrap_all()
        self.known = SecretSet(tuple(self.known.of(name)[-1] for name in SECRET_NAMES))
        write_secrets(self.file, self.known)


@pytest.fixture
def rotating(tmp_path):
    return Rotating(tmp_path)


def link_in(mailbox: Mailbox) -> str:
    text = text_of(mailbox.messages[-1][1])
    return next(word for word in text.split() if "/notifications/n/" in word).partition("8000")[2]


async def test_a_guardians_link_holds_after_its_key_is_gone_and_after_a_rebuild(database, redis_url, rotating):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, **rotating.setting) as running:
        await staffed(running)
        links = []
        for case in ("case-1", "case-2"):
            await running.hear(to_be_told(case))
            await in_states(running, case, "sent")
            links.append(link_in(mailbox))
            rotating.rotate()
        await rotating.drop_the_old_ones(running)
        rebuilt = await running.client.post("/notifications/api/views/outbox_v1/rebuild", headers=running.as_service())
        assert rebuilt.status_code == 200, rebuilt.text
        assert [(await running.client.get(link)).status_code for link in links] == [200, 200]


async def test_an_attempt_after_a_rotation_gives_another_link_and_both_lead_to_the_notice(database, redis_url, rotating):
    mailbox = Mailbox()
    async with mail_server(mailbox) as smtp, desk(database, redis_url, smtp, **rotating.setting) as running:
        made = Links(running.kernel.database, running.kernel.keys)
        later = now() + timedelta(hours=1)
        tokens = [await made.make("notice-1", "ibu", later), await made.make("notice-1", "ibu", later)]
        rotating.rotate()
        tokens.append(await made.make("notice-1", "ibu", later))
        assert (tokens[0] == tokens[1], tokens[1] == tokens[2]) == (True, False)
        assert [await made.find(token) for token in tokens] == [Link("notice-1", "ibu", later)] * 3
        assert await made.find("0" * 32) is None


async def test_both_keys_sign_during_the_overlap_and_a_repeat_carries_the_same_id(database, redis_url, rotating):
    """An agency that has the old key only, and one that has the new one only, both believe every attempt."""
    agency = Agency(answers=[Response(status_code=503), Response(status_code=202)])
    slow = {"TANGGAP_RETRY_SECONDS": "3600"}
    async with agency_server(agency) as url, desk(database, redis_url, "smtp://127.0.0.1:9", **rotating.setting, **slow) as running:
        await staffed(running)
        await running.register("upt", url)
        before = public_key(signing_keys(running.kernel.keys)[0])
        await running.hear(sent("case-1", "upt"))
        await attempted(running, "case-1", "upt", "later:server-error:503")
        rotating.rotate()
        after = public_key(signing_keys(running.kernel.keys)[0])
        await time_passes(running, 60)
        await in_states(running, "case-1", "delivered")
        (first, _), (headers, body) = agency.received
        assert first["webhook-id"] == headers["webhook-id"]
        assert before != after
        for key in (SECRET, before, after):
            verify(key, headers, body, int(headers["webhook-timestamp"]))
        await rotating.drop_the_old_ones(running)
        await running.hear(sent("case-2", "upt"))
        await in_states(running, "case-2", "delivered")
        headers, body = agency.received[-1]
        verify(after, headers, body, int(headers["webhook-timestamp"]))
        with pytest.raises(NotVerified):
            verify(before, headers, body, int(headers["webhook-timestamp"]))


async def registered(running: Desk, **more: str) -> bool:
    """Whether it was a change."""
    body = {"id": "upt", "name": "UPT", "secret": SECRET, **more}
    answer = await running.client.post("/notifications/api/agencies", json=body, headers=running.as_service())
    assert answer.status_code == 201, answer.text
    return answer.json()["changed"]


async def test_an_agency_with_the_same_secrets_is_unchanged_over_rotations_and_one_with_others_is_not(database, redis_url, rotating):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", **rotating.setting) as running:
        assert await registered(running)
        rotating.rotate()
        await rotating.drop_the_old_ones(running)
        assert not await registered(running)
        assert await registered(running, secret=OTHER)
        assert await registered(running, secret=OTHER, old_secret=SECRET)
        assert not await registered(running, secret=OTHER, old_secret=SECRET)


async def test_an_agency_that_the_first_release_knew_is_unchanged_also_after_its_token_key_was_retired(database, redis_url, rotating):
    async with desk(database, redis_url, "smtp://127.0.0.1:9", **rotating.setting) as running:
        await registered(running)
        known = (await load(running.kernel.store, AGENCY, "agency-upt")).state.registered
        assert known
        digest = hmac.digest(b"k" * 32, f"{SECRET}|None".encode(), "sha256").hex()
        told = known.model_dump(exclude={"type", "version"}) | {"digest": digest}
        await execute(running.kernel.store, AGENCY, "agency-upt", RegisterAgency(**told), running.occasion())
        rotating.rotate()
        await rotating.drop_the_old_ones(running)
        assert not await registered(running)
        assert await registered(running, secret=OTHER)
        assert not await registered(running, secret=OTHER)
