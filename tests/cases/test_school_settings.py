"""*Siapkan sekolah* and the settings of a school by pages: rota, calendar, letterhead, emblem, numbers, signatories (people.md, The desk)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from services.cases.domain.streams import rota_stream

pytestmark = pytest.mark.anyio

PIXEL = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00"
    b"\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def day(days: int) -> str:
    """So many days from today."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def page(cases, school, path: str, who: dict[str, str], status: int = 200) -> str:
    answer = await cases.client.get(f"/cases/sekolah/{school.id}{path}", headers=who)
    assert answer.status_code == status, answer.text
    return answer.text


async def send(cases, school, path: str, who: dict[str, str], status: int = 303, **typed: str | list[str]) -> str:
    """A form of the settings; where it leads, or the page that came back."""
    answer = await cases.client.post(f"/cases/sekolah/{school.id}/{path}", headers=who, data={"key": "k-1", **typed})
    assert answer.status_code == status, answer.text
    return str(answer.headers.get("location", answer.text))


def errors(told: str) -> dict[str, str]:
    """What the summary says, by field."""
    return dict(re.findall(r'<li><a href="#([a-z_-]+)">(.*?)</a>', told))


# whose they are ------------------------------------------------------------------------------------------------------


async def test_who_works_at_one_school_is_led_to_it_and_nobody_to_another_one(cases):
    school, elsewhere = await cases.school(), await cases.school()
    answer = await cases.client.get("/cases/sekolah", headers=school.coordinator)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/sekolah/{school.id}")
    for path in ("", "/piket", "/kalender", "/surat"):
        assert "data-" not in re.sub(r"<script.*?>|data-blank|data-stay|/intake/data-ganda", "", await page(cases, school, path, school.coordinator))
        await page(cases, school, path, elsewhere.coordinator, 404)
        await page(cases, school, path, school.teacher, 403)
        await page(cases, school, path, cases.duty)
    chosen = await cases.client.get("/cases/sekolah", headers=cases.duty)
    assert (chosen.status_code, school.id.upper() in chosen.text) == (200, True)


async def test_a_counsellor_reads_what_stands_on_letters_and_changes_nothing_of_it(cases):
    school = await cases.school()
    told = await page(cases, school, "/surat", school.counsellor)
    assert "/surat/kop" not in told
    for path in ("surat/kop", "surat/nomor", "surat/penanda-tangan", "kalender"):
        await send(cases, school, path, school.counsellor, 403, name="x", place="y")


# what is lacking -----------------------------------------------------------------------------------------------------


async def test_the_list_of_what_is_lacking_grows_shorter_with_each_setting(cases):
    school = await cases.school()

    async def lacking() -> list[str]:
        told = await page(cases, school, "", school.coordinator)
        return re.findall(r'<strong class="tag warning">belum</strong></span>\s*<span><a href="[^"]*">(.*?)</a>', told)

    assert await lacking() == ["Kalender sekolah", "Kop surat", "Lambang", "Penanda tangan"]
    await send(cases, school, "surat/kop", school.coordinator, name="SMP Negeri 1", place="Garut")
    await send(cases, school, "kalender", school.coordinator, name="Libur lokal", first=day(3))
    assert await lacking() == ["Lambang", "Penanda tangan"]


async def test_while_intake_does_not_answer_the_page_says_what_is_not_known(cases):
    school = await cases.school()
    told = await page(cases, school, "", school.principal)
    assert ("Data induk dan akun" in told, "belum dapat diperiksa" in told) == (True, True)


# the rota ------------------------------------------------------------------------------------------------------------


async def test_a_coordinator_records_an_absence_by_name_and_ends_it(cases):
    school = await cases.school()
    away, deputy = school.named("counsellor"), school.named("other")
    await send(cases, school, "piket", school.coordinator, person=away, away_from=day(-1), away_until=day(2), deputy=deputy)
    told = await page(cases, school, "/piket", school.counsellor)
    assert ("tidak hadir" in told, "digantikan other" in told) == (True, True)
    duty = (await cases.get(f"schools/{school.id}/duty", school.coordinator)).json()
    assert away in str(duty)
    await send(cases, school, "piket/selesai", school.coordinator, person=away)
    assert "digantikan other" not in await page(cases, school, "/piket", school.counsellor)


async def test_a_counsellor_says_it_of_themself_alone(cases):
    school = await cases.school()
    told = await page(cases, school, "/piket", school.counsellor)
    assert f'value="{school.named("principal")}"' not in told.split('name="person"')[1].split("</select>")[0]
    await send(cases, school, "piket", school.counsellor, 403, person=school.named("principal"), away_from=day(0), away_until=day(1))
    await send(cases, school, "piket", school.counsellor, person=school.named("counsellor"), away_from=day(0), away_until=day(1))


async def test_whoever_would_be_refused_is_not_offered_as_a_deputy(cases):
    school = await cases.school()
    away = school.named("other")
    await send(cases, school, "piket", school.coordinator, person=away, away_from=day(-1), away_until=day(2))
    for who, expected in ((school.coordinator, {"counsellor", "coordinator", "principal"}), (school.counsellor, {"coordinator", "principal"})):
        told = (await page(cases, school, "/piket", who)).split('name="deputy"')[1].split("</select>")[0]
        here = {
            each for each in ("counsellor", "other", "coordinator", "principal", "homeroom", "teacher") if f'value="{school.named(each)}"' in told
        }
        assert here == expected


async def test_each_fault_of_an_absence_stands_at_its_field_or_above_and_keeps_what_was_typed(cases):
    school = await cases.school()
    told = await send(cases, school, "piket", school.coordinator, 422)
    assert set(errors(told)) == {"person", "away_from", "away_until"}
    for typed, wrong in (
        ({"away_from": "besok", "away_until": day(1)}, {"away_from": "Tulis tanggal dan waktu yang ada di kalender."}),
        ({"away_from": day(1)}, {"away_until": "Isian ini belum diisi."}),
    ):
        told = await send(cases, school, "piket", school.counsellor, 422, person=school.named("counsellor"), **typed)
        assert errors(told) == wrong
        assert f'value="{typed["away_from"]}"' in told
    backwards = {"person": school.named("counsellor"), "away_from": day(3), "away_until": day(1)}
    told = await send(cases, school, "piket", school.counsellor, 409, **backwards)
    assert "Akhir cuti harus sesudah awalnya." in told


async def test_pressing_twice_is_one_absence(cases):
    school = await cases.school()
    typed = {"person": school.named("counsellor"), "away_from": day(0), "away_until": day(4)}
    for _ in range(2):
        await send(cases, school, "piket", school.counsellor, **typed)
    rows = await cases.sql("SELECT count(*) FROM event WHERE stream = %s AND type = 'duty-changed'", rota_stream(school.id))
    assert rows == [(1,)]


# the calendar --------------------------------------------------------------------------------------------------------


async def test_a_holiday_and_a_half_day_are_added_and_taken_back(cases):
    school = await cases.school()
    await send(cases, school, "kalender", school.principal, name="Libur banjir", first=day(2), last=day(4))
    await send(cases, school, "kalender", school.principal, key="k-2", name="Rapat guru", first=day(6), until="10:30")
    told = await page(cases, school, "/kalender", school.counsellor)
    assert ("Libur banjir" in told, "sekolah sampai pukul 10.30" in told, "/kalender/hapus" in told) == (True, True, False)
    mine = await page(cases, school, "/kalender", school.principal)
    places = [each.replace("&#34;", '"') for each in re.findall(r'name="place" value="([^"]*)"', mine)]
    assert len(places) == 2
    await send(cases, school, "kalender/hapus", school.principal, key="k-3", place=places[0])
    own = (await cases.get(f"calendar/schools/{school.id}", school.principal)).json()["own"]
    assert (own["holidays"], [each["name"] for each in own["half_days"]]) == ([], ["Rapat guru"])


async def test_two_who_add_a_day_at_once_both_keep_theirs(cases):
    school = await cases.school()
    await send(cases, school, "kalender", school.principal, name="Satu", first=day(2))
    await send(cases, school, "kalender", school.coordinator, key="k-2", name="Dua", first=day(3))
    own = (await cases.get(f"calendar/schools/{school.id}", school.principal)).json()["own"]
    assert [each["name"] for each in own["holidays"]] == ["Satu", "Dua"]


async def test_a_week_of_six_days_and_another_zone_are_said_and_empty_again(cases):
    school = await cases.school()
    await send(cases, school, "kalender/minggu", school.coordinator, school_days=["1", "2", "3", "4", "5", "6"], zone="Asia/Jayapura")
    told = await page(cases, school, "/kalender", school.coordinator)
    assert ("Jumat, Sabtu" in told, "Waktu Indonesia Timur (WIT)" in told) == (True, True)
    await send(cases, school, "kalender/minggu", school.coordinator, key="k-2")
    assert "Jumat, Sabtu" not in await page(cases, school, "/kalender", school.coordinator)
    for odd in ({"school_days": ["9"]}, {"zone": "Mars/Olympus"}):
        told = await send(cases, school, "kalender/minggu", school.coordinator, 422, key="k-3", **odd)
        assert set(errors(told)) == set(odd)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "x"}, "first"),
        ({"first": "2026-13-40", "name": "x"}, "first"),
        ({"first": day(3), "last": day(1), "name": "x"}, "first"),
        ({}, "name"),
    ],
)
async def test_a_day_that_cannot_be_is_an_error_at_its_field(cases, typed, field):
    school = await cases.school()
    assert field in errors(await send(cases, school, "kalender", school.coordinator, 422, **typed))


async def test_the_district_says_its_own_calendar(cases):
    school = await cases.school()
    answer = await cases.client.post("/cases/kalender", headers=cases.officer, data={"key": "k-9", "name": "Hari jadi kabupaten", "first": day(5)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/kalender?tersimpan=1")
    assert "Hari jadi kabupaten" in (await cases.client.get("/cases/kalender", headers=cases.officer)).text
    told = await page(cases, school, "/kalender", school.coordinator)
    assert ("Hari jadi kabupaten" in told, "berlaku di seluruh kabupaten/kota" in told, "/kalender/hapus" in told) == (True, True, False)
    assert (await cases.client.get("/cases/kalender", headers=school.coordinator)).status_code == 403


# paper ---------------------------------------------------------------------------------------------------------------


async def test_the_letterhead_is_kept_as_typed_and_a_missing_line_is_an_error_at_its_field(cases):
    school = await cases.school()
    told = await send(cases, school, "surat/kop", school.principal, 422, address="Jalan Merdeka 1")
    assert (errors(told), 'value="Jalan Merdeka 1"' in told) == ({"name": "Isian ini belum diisi.", "place": "Isian ini belum diisi."}, True)
    typed = {
        "authority": "PEMERINTAH KABUPATEN\nDINAS PENDIDIKAN",
        "name": "SMP Negeri 1",
        "address": "Jalan Merdeka 1",
        "place": "Garut",
        "npsn": "20212345",
    }
    await send(cases, school, "surat/kop", school.principal, 303, **typed)
    paper = (await cases.get(f"schools/{school.id}/paper", school.principal)).json()
    assert paper["letterhead"] == {**typed, "contact": ""}
    assert 'value="SMP Negeri 1"' in await page(cases, school, "/surat", school.principal)


async def test_a_pattern_is_written_in_indonesian_and_an_unknown_part_is_refused_in_words(cases):
    school = await cases.school()
    assert "{nomor:3}/BK/{bulan romawi}/{tahun}" in await page(cases, school, "/surat", school.principal)
    await send(cases, school, "surat/nomor", school.principal, pattern="421.5/{nomor}/BK/{bulan romawi}/{tahun}")
    assert (await cases.get(f"schools/{school.id}/paper", school.principal)).json()["pattern"] == "421.5/{number}/BK/{roman month}/{year}"
    told = await send(cases, school, "surat/nomor", school.principal, 422, key="k-2", pattern="{angka}/BK")
    assert ("tepat satu kali" in told, 'value="{angka}/BK"' in told) == (True, True)
    await send(cases, school, "surat/urutan", school.principal, first="41")
    assert "421.5/41/BK" in await page(cases, school, "/surat", school.principal)
    assert errors(await send(cases, school, "surat/urutan", school.principal, 422, key="k-4", first="nol")) == {"first": "Tulis angka, misalnya 1."}


async def test_a_signatory_is_found_by_name_printed_as_said_and_taken_away_again(cases):
    school = await cases.school()
    person = school.named("principal")
    assert f'value="{person}">principal<' in await page(cases, school, "/surat", school.coordinator)
    said = {"person": person, "role": "principal", "name": "Dra. Ratna, M.Pd.", "position": "Kepala SMP Negeri 1", "number": "19700101"}
    await send(cases, school, "surat/penanda-tangan", school.coordinator, 303, **said)
    told = await page(cases, school, "/surat", school.counsellor)
    assert ("Dra. Ratna, M.Pd." in told, "Kepala SMP Negeri 1 · 19700101" in told) == (True, True)
    odd = await send(
        cases, school, "surat/penanda-tangan", school.coordinator, 422, key="k-2", person="nobody", role="principal", name="x", position="y"
    )
    assert errors(odd) == {"person": "Pilih seorang petugas sekolah ini."}
    await send(cases, school, "surat/penanda-tangan/hapus", school.coordinator, key="k-3", person=person)
    assert "Dra. Ratna" not in await page(cases, school, "/surat", school.counsellor)


async def test_an_emblem_is_taken_only_as_a_picture_and_shown_written_anew(cases):
    school = await cases.school()
    address = f"/cases/sekolah/{school.id}/surat/lambang"

    async def upload(content: bytes, key: str):
        file = {"picture": ("lambang.png", content, "image/png")}
        return await cases.client.post(address, headers=school.coordinator, data={"key": key}, files=file)

    assert (await cases.client.get(address, headers=school.coordinator)).status_code == 404
    for number, odd in enumerate((b"<html></html>", b"GIF89a\x00\x00", b"\x89PNG\r\n\x1a\n\x00", b"x" * 300_000)):
        answer = await upload(odd, f"odd-{number}")
        assert (answer.status_code, list(errors(answer.text))) == (422, ["picture"]), odd[:20]
    assert (await upload(PIXEL, "k-1")).status_code == 303
    shown = await cases.client.get(address, headers=school.counsellor)
    assert (shown.status_code, shown.headers["content-type"], "sandbox" in shown.headers["content-security-policy"]) == (200, "image/svg+xml", True)
    assert "<svg" in shown.text
    assert (await cases.client.post(address, headers=school.coordinator, data={"key": "k-2"})).status_code == 303
    assert (await cases.client.get(address, headers=school.coordinator)).status_code == 404
