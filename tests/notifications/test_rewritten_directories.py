"""A directory that says the same in another form is read as the same: separators, line ends, marks, quotes, orders, heads, names, more tables."""

import csv
import io
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from district.agencies import AgencyRead, read_agencies
from tests.notifications.test_directory import CSV
from tests.vectors import folder_of, foreign_wanted

OURS: Mapping[str, str] = {
    **CSV,
    "organizations": "id,name,description\no1,UPTD PPA Uji (FIKTIF),\"Melayani anak, juga malam\nhari; tanpa biaya\"\n\u00f62/ 'x',Lembaga Dua,\n",
    "schedules": (
        "id,service_id,freq,interval,byday,opens_at,closes_at,valid_from,description\n"
        'h1,s1,WEEKLY,1,"MO,TU",08:00,14:00,2026-01-05,\nh2,s1,MONTHLY,2,2SA,09:00Z,,,Hari Sabtu kedua\n'
    ),
    "languages": "id,service_id,code,name\nl1,s1,jv,Jawa\nl2,s1,id,Indonesia\n",
    "cost_options": "id,service_id,option,amount\nk1,s1,gratis,0\n",
    "service_areas": "id,service_id,name\nd1,s1,Kota Contoh\n",
}


def specification() -> Mapping[str, str]:
    return {each.stem: each.read_text(encoding="utf-8") for each in (folder_of("foreign") / "hsds" / "examples" / "csv").glob("*.csv")}


def rewritten(chance: random.Random, text: str) -> bytes:
    """The same table as another program writes it."""
    head, *rows = [row for row in csv.reader(io.StringIO(text)) if row]
    order = chance.sample(range(len(head)), len(head))
    more = chance.choice(([], ["x_local"], ["x_local", "Catatan kami"]))
    spelled = chance.choice((str, str.upper, str.title, " {} ".format))
    made, ending = io.StringIO(), chance.choice(("\n", "\r\n", "\r"))
    dialect = "unix" if ending == "\r" else chance.choice(("excel", "unix"))  # excel leaves a cell's own line feed bare where rows end otherwise
    writer = csv.writer(made, dialect, delimiter=chance.choice(",;\t"), lineterminator=ending)
    writer.writerow([*(spelled(head[each]) for each in order), *more])
    for row in rows:
        writer.writerow([*(row[each] for each in order), *("lain" for _ in more)])
        if chance.random() < 0.2:
            writer.writerow([""] * len(head))
    return made.getvalue().encode(chance.choice(("utf-8", "utf-8-sig")))


def packed(chance: random.Random, files: Mapping[str, str]) -> bytes:
    """A package of them, with what else lies in packages."""
    content = io.BytesIO()
    names, folder = list(files), chance.choice(("", "hsds/", "Direktori 2026/csv/"))
    chance.shuffle(names)
    with zipfile.ZipFile(content, "w", chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name in names:
            archive.writestr(f"{folder}{chance.choice((name, name.upper(), name.removesuffix('s')))}.csv", rewritten(chance, files[name]))
        for name in chance.sample(("belanja.csv", "datapackage.json", "BACA SAYA.txt", "._services.csv", "~$services.csv"), 2):
            archive.writestr(f"{folder}{name}", b"id,name\n1,2\n")
    return content.getvalue()


def said(path: Path) -> tuple[list[AgencyRead], list[str]]:
    """What is read, and why how much is not. Rows stand elsewhere in another form."""
    agencies, skipped = read_agencies(path)
    return agencies, sorted(f"{each.place.partition(' ')[2]} {each.reason}" for each in skipped)


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(40, 3_000), marks=pytest.mark.thorough)], ids=["brief", "full"])
@pytest.mark.parametrize("whose", ["ours", pytest.param("theirs", marks=pytest.mark.skipif(not foreign_wanted(), reason="not ours to commit"))])
def test_the_same_in_another_form_is_the_same(whose, seeds, tmp_path):
    files = OURS if whose == "ours" else specification()
    plain, path = tmp_path / "plain.zip", tmp_path / "rewritten.zip"
    with zipfile.ZipFile(plain, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text)
    expected = said(plain)
    assert expected[0]
    for seed in seeds:
        path.write_bytes(packed(random.Random(seed), files))
        assert said(path) == expected, seed
