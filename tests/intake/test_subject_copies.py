"""What intake itself puts into a copy: everything for the person, and for a guardian nothing that is the child's alone (ADR 50)."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.intake.adding import Adding, Addition
from services.intake.attaching.sealing import Attaching
from services.intake.domain.concern import CONCERN, AddToConcern, KeepAnswer, NamedStudent, RaiseConcern
from services.intake.domain.doubles import DOUBLES, STREAM, MatchPersons
from services.intake.domain.roster import ROSTER, RegisterPerson
from services.intake.subjects.gathering import DECIDED_BY_A_PERSON, Copies
from services.intake.views import Directory
from shared.asked import Asked
from shared.attachments.keeping import PostgresStore
from shared.attachments.taking import Taken
from shared.decider import execute, load
from shared.events import NamedPerson, PersonRegistered
from shared.eventstore.store import Item, Write
from shared.message import TANGGAP, NewEvent, Occasion
from shared.subjects import Held
from tests.attachments.hostile import PDF
from tests.intake.office import opened
from tests.keys import somebody

pytestmark = pytest.mark.anyio


class NothingInCases:
    async def post(self, *_):
        return Held(parts=())


async def report_against_the_father(kernel):
    """A child of the roster, with an address, reports their father."""
    seal = kernel.vault.seal
    name, email, phone = [await seal("ani", "contact", each, f"ani/{each}") for each in ("Ani", "ani@surel", "0812")]
    told = PersonRegistered(person="ani", kind="student", school="smp1", name=name, email=email, phone=phone, guardians=("ayah",))
    occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, uuid4())
    await execute(kernel.store, ROSTER, "person-ani", RegisterPerson(person=told, digest="d"), occasion)
    narrative, reply_to = await seal("concern-c", "concern", "KATA-ANAK", "c/text"), await seal("concern-c", "concern", "HUBUNGI-TEMAN", "c/reply")
    wanted = RaiseConcern(
        concern="c", school="smp1", kind="incident", categories=("bullying",), facts={}, narrative=narrative,
        students=(NamedStudent(student="ani", school="smp1", role="affected", text=narrative),),
        people=(NamedPerson(person="ayah", relation="guardian", role="accused"),),
        channel="web", reporter_kind="student", reporter="ani", reply_to=reply_to, receipt="r", happened_at=None,
    )  # fmt: skip
    await execute(kernel.store, CONCERN, "concern-c", wanted, occasion)


@pytest.fixture
async def copies(database, tmp_path):
    async with opened(database, tmp_path) as office:
        await report_against_the_father(office.kernel)
        cases: Any = NothingInCases()
        none: Any = None
        yield Copies(office.kernel, Directory(office.kernel.database, office.directory), none, cases)


async def test_a_guardian_s_copy_holds_neither_what_the_child_reported_nor_how_the_child_is_reached_or_signs_in(copies):
    told = await copies.of("ani", "dinas", "guardian")
    words = json.dumps(told.model_dump(), ensure_ascii=False)
    assert not [each for each in ("KATA-ANAK", "HUBUNGI-TEMAN", "ani@surel", "0812", "Cara masuk", "Laporan") if each in words]
    assert [each.title for each in told.parts] == ["Data induk", DECIDED_BY_A_PERSON.title]


async def test_the_child_s_own_copy_holds_them(copies):
    words = json.dumps((await copies.of("ani", "dinas", "student")).model_dump(), ensure_ascii=False)
    assert [each for each in ("KATA-ANAK", "HUBUNGI-TEMAN", "ani@surel", "0812", "Cara masuk") if each not in words] == []
    assert DECIDED_BY_A_PERSON.title not in words


async def test_the_own_copy_of_a_child_under_two_ids_covers_both_records_and_a_guardian_s_only_the_one_asked_for(copies):
    kernel, occasion = copies.kernel, Occasion("service:test", None, datetime.now(UTC), TANGGAP, uuid4())
    name = await kernel.vault.seal("ani-2", "contact", "Ani Kedua", "ani-2/name")
    told = PersonRegistered(person="ani-2", kind="student", school="smp2", name=name, homeroom="8C")
    await execute(kernel.store, ROSTER, "person-ani-2", RegisterPerson(person=told, digest="d"), occasion)
    assert await copies.other_record("ani") is None
    await execute(kernel.store, DOUBLES, STREAM, MatchPersons(person="ani-2", other="ani", by="operator"), occasion)
    assert [await copies.other_record(each) for each in ("ani", "ani-2", "budi")] == ["ani-2", "ani", None]
    whole = await copies.of("ani-2", "dinas", "student", "ani")
    assert [dict(each.facts)["Nama"] for each in whole.parts if each.title == "Data induk"] == ["Ani Kedua", "Ani"]
    assert "KATA-ANAK" in json.dumps(whole.model_dump(), ensure_ascii=False), "what was reported under the other id"
    of_guardian = await copies.of("ani", "dinas", "guardian", "ani-2")
    assert of_guardian == await copies.of("ani", "dinas", "guardian"), "nobody is told where the other record's child is"


async def test_a_report_that_the_first_release_stored_is_in_the_copy(copies):
    kernel, now = copies.kernel, datetime.now(UTC)
    narrative = await kernel.vault.seal("concern-old", "concern", "KATA-LAMA", "old/text")
    body = {
        "type": "concern-received", "version": 1, "concern": "old", "school": "smp1", "narrative": narrative.model_dump(mode="json"),
        "channel": "web", "reporter_kind": "student", "reporter": "ani", "reply_to": None,
    }  # fmt: skip
    stored = NewEvent(uuid4(), "concern-received", 1, json.dumps(body), "concern-old", False, "ani", "smp1", now, TANGGAP, uuid4())
    await kernel.store.append(Item((Write("concern-old", 0, (stored,)),)))
    words = json.dumps((await copies.of("ani", "dinas", "student")).model_dump(), ensure_ascii=False)
    assert ("KATA-LAMA" in words, "KATA-ANAK" in words) == (True, True)


async def test_the_child_s_own_copy_counts_the_files_that_came_with_the_report_and_holds_none(copies):
    kernel = copies.kernel
    concern = (await load(kernel.store, CONCERN, "concern-c")).state
    adding = Adding(kernel, Attaching(kernel.vault, PostgresStore(kernel.database)))
    files = [Taken("pdf", PDF, None, "unasked")] * 2
    asked = Asked("test", None, await kernel.fingerprints.of(b""), uuid4())
    await adding.add(concern, Addition(text="Dua berkas."), asked, somebody("ani", {"counsellor"}), files)
    held = await copies.of("ani", "dinas", "student")
    (report,) = [each for each in held.parts if each.title == "Laporan yang Anda buat"]
    assert report.facts == (
        ("Isi", "KATA-ANAK"),
        ("Cara menghubungi", "HUBUNGI-TEMAN"),
        ("Tambahan dari Anda", "Dua berkas."),
        ("Lampiran", "2 berkas"),
    )
    assert "%PDF" not in json.dumps(held.model_dump())


async def test_what_the_child_wrote_later_and_what_was_answered_are_in_the_child_s_own_copy_alone(copies):
    kernel = copies.kernel
    added, answered = [await kernel.vault.seal("concern-c", "concern", word, f"c/{word}") for word in ("KATA-TAMBAHAN", "KATA-JAWABAN")]
    occasion = Occasion("service:test", None, datetime.now(UTC), TANGGAP, uuid4())
    for command in (AddToConcern(addition="a1", text=added, texts={}, answers={}), KeepAnswer(answer="j1", text=answered)):
        await execute(kernel.store, CONCERN, "concern-c", command, occasion)
    own, guardian = [await copies.of("ani", "dinas", reader) for reader in ("student", "guardian")]
    (report,) = [each for each in own.parts if each.title == "Laporan yang Anda buat"]
    assert report.facts[2:] == (("Tambahan dari Anda", "KATA-TAMBAHAN"), ("Jawaban petugas", "KATA-JAWABAN"))
    assert "KATA-JAWABAN" not in json.dumps(guardian.model_dump())
