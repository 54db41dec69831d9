"""The main jobs of an administrator and of a school's operator: in the service intake."""

from tests.browser.counting import Counting
from tests.browser.jobs import Job, heads_to, in_head, link, saved
from tests.intake.office import Office
from tests.intake.test_doubles import USERS as TWICE
from tests.intake.test_mending import OPERATOR, WRONG
from tests.keys import bearer, somebody

HEALTH, ACCOUNTS = "/intake/keadaan", "/intake/akun-staf"
LIA = TWICE.split("\n", 1)[1].lower().replace("ani", "lia").replace(",a\n", ",a,\n").replace(",b\n", ",b,\n")
STAFF = "guru,,Guru,Contoh,teacher,a,\n"
FOUND = WRONG | {"users": WRONG["users"] + LIA.replace("budi", "bima") + STAFF}
"""What of Ani cannot be read, and Lia twice."""


async def invited(who: Counting) -> None:
    await who.press(who.page.get_by_role("button", name="Cetak undangan").first)
    await who.page.get_by_role("heading", name="Undangan ke Tanggap untuk").wait_for()


async def appointed(who: Counting) -> None:
    await who.write(who.page.get_by_label("Nama lengkap"), "Dewi Contoh")
    await who.tick(who.page.get_by_role("radio", name="Pejabat dinas"))
    await who.choose(who.page.get_by_label("Untuk sekolah jenis apa?"), "sekolah kabupaten/kota")
    await who.write(who.page.get_by_label("Alamat surel"), "dewi@dinas.example")
    await who.press(who.page.get_by_role("button", name="Angkat", exact=True))
    await saved(who)


async def to_mend(who: Counting) -> None:
    await in_head(who, "Perbaikan data")
    await link(who, "Perbaiki data Ani Cntoh")


async def mended(who: Counting) -> None:
    await who.write(who.page.get_by_label("Tanggal lahir"), "2012-05-03")
    await who.press(who.page.get_by_role("button", name="Simpan tanggal lahir"))
    await saved(who)


async def one_child(who: Counting) -> None:
    await who.press(who.page.get_by_role("button", name="Satu anak: lia contoh"))
    await saved(who)


async def jobs(office: Office) -> list[Job]:
    """Each with what waits for it."""
    await office.bring_files(FOUND)
    administrator = bearer(office.kernel.settings, somebody("admin", {"system-administrator"}))
    operator = bearer(office.kernel.settings, OPERATOR)
    return [
        Job("administrator mengundang", administrator, heads_to("Akun staf"), invited, first=HEALTH),
        Job("administrator mengangkat petugas", administrator, heads_to("Petugas dinas"), appointed, first=HEALTH),
        Job("operator memperbaiki baris", operator, to_mend, mended, first=ACCOUNTS),
        Job("operator menyatakan satu anak", operator, heads_to("Data ganda"), one_child, first=ACCOUNTS),
    ]
