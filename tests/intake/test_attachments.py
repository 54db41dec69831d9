"""A reporter hands over files with words: by the form, with nothing but the receipt, without scripts (security: hostile files)."""

from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from services.intake.attaching.sealing import key_of
from services.intake.attaching.telling import ConcernsTell
from services.intake.erasure.purging import OwnTraces
from shared.access import service_principal
from shared.attachments.boxes import Part, divided, opened
from shared.attachments.keeping import PostgresStore
from shared.attachments.kinds import MOST_OCTETS, MOST_OF_ONE
from shared.attachments.rescanning import Quarantine
from shared.attachments.scanning import Scanner
from shared.attachments.uploads import HELD, MOST_SENT
from shared.erasing import Ended
from shared.sealed import Sealed
from tests.attachments.hostile import PDF, PLACE, UNREADABLE, WRONG_KINDS, bomb, photograph
from tests.erasing import erase
from tests.intake.office import Office
from tests.intake.reporting import Desk, running
from tests.keys import bearer

pytestmark = pytest.mark.anyio
ANONYMOUS = {"kind": "anonymous"}


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[Desk]:
    async with running(office) as desk:
        yield desk


async def sends(desk: Desk, receipt: str, *files: bytes, text: str = "Ini fotonya.", **fields):
    told = {"receipt": receipt, "text": text, "nonce": "n"} | fields
    parts = [("files", ("../Foto Ani.jpg\r\nx", each, "image/jpeg")) for each in files]
    return await desk.client.post("/intake/tambah", data=told, files=parts or [("files", ("", b"", "application/octet-stream"))])


async def sealed_part(desk: Desk, attachment: str, part: str):
    return await desk.client.post(
        "/intake/api/attachments/sealed",
        json={"attachment": attachment, "part": part},
        headers=bearer(desk.office.kernel.settings, service_principal("cases")),
    )


async def read(desk: Desk, told: dict, part: Part) -> bytes:
    """As cases does, with the key that came with the event."""
    key = await desk.office.kernel.vault.open(Sealed.model_validate(told["key"]))
    assert isinstance(key, str)
    return opened(key_of(key), told["attachment"], part, divided((await sealed_part(desk, told["attachment"], part)).content))


async def chunks_kept(desk: Desk) -> int:
    async with desk.office.kernel.database.acting_as("attachments").connection() as connection:
        return (await (await connection.execute("SELECT count(*) FROM attachment_chunk")).fetchone())[0]


async def test_files_come_with_words_and_are_told_for_each_student_with_a_key_of_theirs(desk):
    raised = await desk.raises(students=[{"id": "ani", "role": "affected"}, {"id": "budi", "role": "witness"}], reporter=ANONYMOUS)
    photo = photograph()
    page = await sends(desk, raised["receipt"], photo, PDF)
    assert (page.status_code, "Ini fotonya." in page.text) == (201, True)
    told = await desk.office.told("concern-attached")
    assert [(each["student"], each["kind"], each["octets"], each["digest"]) for each in told] == [
        (student, kind, len(file), sha256(file).hexdigest())
        for kind, file in (("jpeg", photo), ("pdf", PDF))
        for student in ("ani", "budi")
    ]  # fmt: skip
    assert len({each["key"]["kid"] for each in told}) == 2
    assert [await read(desk, each, "original") for each in told] == [photo, photo, PDF, PDF]
    shown = await read(desk, told[0], "picture")
    assert shown.startswith(b"\xff\xd8") and PLACE not in shown
    (words,) = {each["addition"] for each in await desk.continued()}
    assert {each["addition"] for each in told} == {words}


async def test_whoever_sends_nothing_but_a_photograph_is_heard(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    assert (await sends(desk, raised["receipt"], photograph(), text="")).status_code == 201
    assert [await desk.opened(each) for each in await desk.continued()] == ["(Mengirim berkas tanpa keterangan.)"]


async def test_a_form_without_a_file_adds_words_as_before_and_one_with_neither_says_so(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    assert (await sends(desk, raised["receipt"])).status_code == 201
    page = await sends(desk, raised["receipt"], text="")
    assert (page.status_code, "Tuliskan keterangannya" in page.text) == (422, True)


async def test_the_same_form_sent_twice_adds_and_keeps_once(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    for _ in range(2):
        assert (await sends(desk, raised["receipt"], PDF)).status_code == 201
    assert (len(await desk.office.told("file-attached")), await chunks_kept(desk)) == (1, 1)
    other = await sends(desk, raised["receipt"], photograph())
    assert (other.status_code, "Kirim lagi" in other.text, await chunks_kept(desk)) == (409, True, 1)


REFUSED = {
    **{name: (file, "Jenis berkas ini tidak dapat diterima") for name, file in WRONG_KINDS.items() if file},
    **{name: (file, "Foto ini tidak dapat dibaca") for name, file in UNREADABLE.items()},
    "bomb": (bomb(), "Foto ini tidak dapat dibaca"),
    "too-large": (photograph() + bytes(MOST_OCTETS), "Berkas ini terlalu besar"),
}


async def test_what_is_not_taken_is_said_beside_its_field_and_the_words_come_back(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    for name, (file, says) in REFUSED.items():
        page = await sends(desk, raised["receipt"], PDF, file, text="Kata saya", facts="weapon")
        assert (name, page.status_code, says in page.text, "Kata saya" in page.text) == (name, 422, True, True)
        assert 'id="files-error"' in page.text
    assert (await chunks_kept(desk), await desk.continued()) == (0, [])


async def test_four_at_once_are_too_many_and_so_is_the_thirteenth(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    assert "Terlalu banyak berkas" in (await sends(desk, raised["receipt"], *[PDF] * 4)).text
    for place in range(MOST_OF_ONE // 3):
        assert (await sends(desk, raised["receipt"], *[PDF] * 3, nonce=str(place))).status_code == 201
    page = await sends(desk, raised["receipt"], PDF, nonce="more")
    assert (page.status_code, "sudah memiliki lampiran" in page.text, await chunks_kept(desk)) == (422, True, MOST_OF_ONE)
    assert (await sends(desk, raised["receipt"], nonce="only words")).status_code == 201


async def test_a_form_that_never_ends_is_cut_and_what_was_typed_comes_back(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    page = await sends(desk, raised["receipt"], *[bytes(MOST_SENT // 4)] * 5, text="Kata saya")
    assert (page.status_code, "Berkas-berkas ini terlalu besar" in page.text, "Kata saya" in page.text) == (413, True, True)
    assert HELD >= MOST_SENT * 4  # several may send at once


async def test_odd_forms_are_refused_and_nothing_breaks(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    parts = {"content-type": "multipart/form-data; boundary=x"}
    assert (await desk.client.post("/intake/tambah", content=b"--y", headers=parts)).status_code == 400
    assert (await desk.client.post("/intake/tambah", content=b"words", headers={"content-type": "multipart/form-data"})).status_code == 400
    assert (await sends(desk, raised["receipt"], PDF, text="a\x00b")).status_code == 422
    wrong = await sends(desk, "1" * 40, PDF)
    assert (wrong.status_code, await chunks_kept(desk)) == (404, 0)


async def test_nobody_but_cases_gets_sealed_chunks(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    await sends(desk, raised["receipt"], PDF)
    (told,) = await desk.office.told("concern-attached")
    wanted = {"attachment": told["attachment"], "part": "original"}
    for headers in ({}, desk.person("guru"), bearer(desk.office.kernel.settings, service_principal("notifications"))):
        assert (await desk.client.post("/intake/api/attachments/sealed", json=wanted, headers=headers)).status_code in (401, 403)
    answer = await sealed_part(desk, told["attachment"], "original")
    assert (answer.status_code, PDF in answer.content) == (200, False)
    assert (await sealed_part(desk, told["attachment"], "picture")).status_code == 404
    assert (await sealed_part(desk, "nothing", "original")).status_code == 404


async def test_neither_a_name_of_the_file_nor_a_plain_octet_is_kept(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    await sends(desk, raised["receipt"], photograph())
    async with desk.office.kernel.database.acting_as("attachments").connection() as connection:
        rows = await (await connection.execute("SELECT a.*, c.part, c.box FROM attachment a JOIN attachment_chunk c USING (attachment)")).fetchall()
        columns = await (await connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'attachment'")).fetchall()
        beside = await (await connection.execute("SELECT key, unnamed_at FROM attachment")).fetchall()
    assert {each for (each,) in columns} == {"attachment", "owner", "verdict", "key", "settled", "unnamed_at", "checks"}
    assert beside == [(None, None)]  # the key travels in events; a time stands beside what no event names, and beside nothing else
    assert not any(PLACE in bytes(row[-1]) or b"JFIF" in bytes(row[-1]) for row in rows)
    told = str(await desk.office.told("file-attached")) + str(await desk.office.told("concern-attached"))
    assert "Foto Ani" not in told


async def test_of_two_students_one_who_is_erased_takes_only_their_own_key_and_the_last_takes_the_file(desk):
    raised = await desk.raises(students=[{"id": "ani", "role": "affected"}, {"id": "budi", "role": "witness"}], reporter=ANONYMOUS)
    await sends(desk, raised["receipt"], PDF)
    ani, budi = await desk.office.told("concern-attached")
    await erase(desk.office.kernel, "ani")
    assert not isinstance(await desk.office.kernel.vault.open(Sealed.model_validate(ani["key"])), str)
    assert await read(desk, budi, "original") == PDF
    concern = f"concern-{raised['concern_id']}"
    await erase(desk.office.kernel, concern)
    ended = Ended(erasure="e", person="budi", cases=(), owners=("budi", concern), purposes=("concern",))
    purged = await OwnTraces(desk.office.kernel, desk.office.app.state.sessions).purge(ended)
    assert (purged.counts["attachments"], await chunks_kept(desk)) == (1, 0)
    assert (await sealed_part(desk, budi["attachment"], "original")).status_code == 404
    assert (await sends(desk, raised["receipt"], PDF, nonce="later")).status_code == 404


async def test_a_file_waits_in_quarantine_until_the_scanner_answers(desk):
    raised = await desk.raises(reporter=ANONYMOUS)
    await sends(desk, raised["receipt"], PDF)
    (told,) = await desk.office.told("concern-attached")
    kernel, files = desk.office.kernel, PostgresStore(desk.office.kernel.database)
    await files.judge(told["attachment"], "unscanned")
    assert (await sealed_part(desk, told["attachment"], "original")).status_code == 204
    assert await Quarantine(ConcernsTell(kernel.store), kernel.vault, files, Scanner("127.0.0.1:9")).look() == 1
    assert (await sealed_part(desk, told["attachment"], "original")).status_code == 204
    assert await Quarantine(ConcernsTell(kernel.store), kernel.vault, files, Scanner("")).look() == 1
    assert (await sealed_part(desk, told["attachment"], "original")).status_code == 204
    await files.judge(told["attachment"], "clean")
    assert await read(desk, told, "original") == PDF
    await files.judge(told["attachment"], "infected")
    withheld = await sealed_part(desk, told["attachment"], "original")
    assert (withheld.status_code, withheld.json()["type"].rpartition("/")[2]) == (409, "file-withheld")
