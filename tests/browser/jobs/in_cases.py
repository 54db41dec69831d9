"""The main jobs of who works at a school, of the district, and of a student: in the service cases."""

from tests.browser.counting import Counting
from tests.browser.jobs import Job, at_once, heads_to, link, opened, row, saved, sent
from tests.cases.asking import formed
from tests.cases.desk import Desk, School, soon


async def an_alert(who: Counting) -> None:
    await link(who, "citra")
    await link(who, "Terima kasus ini")


async def taken_in_hand(who: Counting) -> None:
    await sent(who)
    await saved(who)


async def a_teacher(who: Counting) -> None:
    await link(who, "student")
    await link(who, "Tanya guru")


async def asked(who: Counting) -> None:
    await who.choose(who.page.get_by_label("Guru", exact=True), "homeroom")
    await who.tick(who.page.get_by_role("radio", name="Keterangan tentang murid"))
    await who.write(who.page.get_by_label("Pertanyaan"), "Apakah ia hadir minggu ini?")
    await who.write(who.page.get_by_label("Jawaban ditunggu sampai"), soon(days=2)[:10])
    await sent(who)
    await saved(who)


async def a_group(who: Counting) -> None:
    await link(who, "Kelompok, kerja sama, konsultasi")
    await link(who, "Konseling kelompok")
    await link(who, "Catat pertemuan kelompok")


async def met(who: Counting) -> None:
    await who.tick(who.page.get_by_role("radio", name="Pembentukan"))
    await who.write(who.page.get_by_label("Kapan?").first, soon(hours=-1)[:16])
    for each in ("ani", "budi"):
        await who.tick(who.page.get_by_role("checkbox", name=each))
    await who.tick(who.page.get_by_role("radio", name="Ya", exact=True))
    await who.write(who.page.get_by_label("Dinamika kelompok"), "Saling mendukung.")
    await sent(who)
    await saved(who)


async def answered(who: Counting) -> None:
    await who.write(who.page.get_by_label("Jawaban"), "Hadir setiap hari.")
    await sent(who)
    await who.page.wait_for_url("**/cases/menunggu?tersimpan=*")


async def seen(who: Counting) -> None:
    await who.page.get_by_role("heading", level=1, name="Angka").wait_for()


async def an_unassigned_case(who: Counting) -> None:
    await link(who, "dewi")
    await opened(who, "Langkah lain pada kasus ini")
    await link(who, "Tugaskan konselor")


async def assigned(who: Counting) -> None:
    await who.choose(who.page.locator("main form select").first, "other")
    await sent(who)
    await saved(who)


async def an_emergency(who: Counting) -> None:
    await link(who, "eka")
    await opened(who, "Langkah lain pada kasus ini")
    await link(who, "Ambil alih")


async def taken_over(who: Counting) -> None:
    await who.write(who.page.locator("main form textarea"), "Sekolah belum menjawab.")
    await sent(who)
    await saved(who)


async def a_number(who: Counting) -> None:
    """It is looked for on the first page itself."""
    await who.write(who.page.get_by_label("Cari kasus menurut nomornya"), "12")


async def looked_for(who: Counting) -> None:
    await who.press(who.page.get_by_role("button", name="Cari"))
    await who.page.locator("main").wait_for()


async def a_free_day(who: Counting) -> None:
    await who.write(who.page.get_by_label("Nama", exact=True), "Libur banjir")
    await who.write(who.page.get_by_label("Hari pertama"), "2026-12-07")
    await who.press(who.page.get_by_role("button", name="Tambah", exact=True))
    await saved(who)


async def objected(who: Counting) -> None:
    await who.write(who.page.get_by_label("Apa yang tidak Anda setujui?"), "Saya tidak mau ibu diberi tahu.")
    await who.press(who.page.get_by_role("button", name="Kirim keberatan"))
    await who.page.get_by_text("Terkirim.").wait_for()


async def jobs(cases: Desk, school: School) -> list[Job]:
    """Each with what waits for it."""
    case = await school.case()
    await school.ask(case)
    await school.held(case)
    await formed(cases, school)
    await school.concern("citra")
    await school.concern("dewi")
    await school.concern("eka", urgency="emergency")
    counsellor = school.counsellor
    return [
        Job("konselor menerima kasus", counsellor, an_alert, taken_in_hand),
        Job("konselor bertanya kepada guru", counsellor, a_teacher, asked),
        Job("konselor mencatat pertemuan kelompok", counsellor, a_group, met),
        Job("guru menjawab konselor", school.teacher, row, answered),
        Job("koordinator menugaskan konselor", school.coordinator, an_unassigned_case, assigned),
        Job("petugas piket dinas mengambil alih", cases.duty, an_emergency, taken_over),
        Job("auditor mencari kasus", cases.who("audit", "auditor"), a_number, looked_for),
        Job("koordinator membaca angka", school.coordinator, heads_to("Angka"), seen),
        Job("kepala sekolah membaca angka", school.principal, heads_to("Angka"), seen),
        Job("pejabat dinas membaca angka", cases.officer, heads_to("Angka"), seen),
        Job("murid menyatakan keberatan", school.who("student"), at_once, objected, first="/cases/untuk-saya"),
        Job(
            "administrator menambah hari libur",
            cases.who("admin", "system-administrator"),
            heads_to("Kalender kabupaten/kota"),
            a_free_day,
            first="/cases/kalender",
        ),
    ]
