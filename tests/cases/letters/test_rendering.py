"""Every document as PDF/UA-1: tags, order, language; text as text whatever it is; equal bytes from equal input, also in another process.

Our own test of tags, no claim of conformance: Typst's mode checks at writing, this reads the file with another program.
"""

import asyncio
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from services.cases.letters.kinds import FORMS
from services.cases.letters.legible import BREAK, legible
from services.cases.letters.rendering import Press, rendered
from shared.errors import Unavailable
from tests.cases.letters.reading_pdf import elements, opened, pages_of, tags, text
from tests.cases.letters.samples import ADDRESS, ALL, NUMBER, printing, sample

HOSTILE = (
    "#let x = 1", "#x", "$a$", "\\", "\\#", "<script>alert(1)</script>", "*tebal*", "_miring_", "= Judul", "- butir", "+ satu", "/ istilah: arti",
    "@label", "<label>", "`kode`", "```kode```", "// komentar", "/* komentar */", "~", "--", "---", "...", '"kutip"', "'satu'", "https://x.invalid/",
    '#read("/etc/passwd")', '#import "@preview/x"', "{{ 7 * 7 }}", "{student}", "{words}", "%s", "#panic()", '#eval("1")', "#[", "]",
)  # fmt: skip


def shown(file: bytes) -> str:
    """What a reader sees, without breaks and spaces."""
    return "".join(text(opened(file)).replace(BREAK, "").split())


# every document ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_document_is_tagged_in_order_in_indonesian_on_a4(name):
    pdf = opened(rendered(printing(sample(name))))
    found = tags(pdf)
    assert str(pdf.Root.Lang) == "id-ID"
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Metadata.read_bytes()).count("pdfuaid:part") >= 1
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert {tuple(round(float(each)) for each in page.mediabox) for page in pdf.pages} == {(0, 0, 595, 842)}
    headings = [each for each in found if each in ("H1", "H2", "H3")]
    assert headings[0] == "H1" and headings.count("H1") == 1, "one title, before all other headings"
    assert found.index("H1") < max(place for place, each in enumerate(found) if each == "P"), "the title stands before the text"
    assert found.count("Table") == 0 or "TH" in found


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_picture_says_what_it_is(name):
    pdf = opened(rendered(printing(sample(name))))
    figures = [each for each in elements(pdf.Root.StructTreeRoot.K) if str(each.S) == "/Figure"]
    assert sorted(str(each.Alt) for each in figures) == ["Kode QR untuk memeriksa keaslian surat", "Lambang SMP Negeri 1 Contoh"]


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_document_shows_its_letterhead_number_and_address(name):
    said = shown(rendered(printing(sample(name))))
    for wanted in ("SMPNEGERI1CONTOH", "NPSN20400001", NUMBER, "9Februari2026"):
        assert wanted in said, wanted
    pdf = opened(rendered(printing(sample(name))))
    links = {str(each.A.URI) for page in pdf.pages for each in page.obj.get("/Annots", ()) if "/A" in each}
    assert links == {ADDRESS}


def test_a_referral_letter_has_one_more_page_with_what_an_office_retypes_in_its_order():
    pdf = opened(rendered(printing(sample("referral-letter"))))
    assert len(pdf.pages) == 2
    said = text(pdf)[text(pdf).index("Lembar data") :]
    order = [
        "Lembar data murid",
        "Identitas murid",
        "Nama lengkap",
        "Tanggal lahir",
        "NIK",
        "Nomor kartu keluarga",
        "Orang tua",
        "Rujukan",
        "Kronologi",
    ]
    places = [said.index(each) for each in order]
    assert places == sorted(places)


# text is text ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["counselling-report", "referral-letter", "conference-minutes", "parent-statement"])
def test_whatever_is_typed_comes_out_as_text(name):
    typed = " ".join(each for each in HOSTILE if each)
    assert "".join(typed.split()) in shown(rendered(printing(sample(name, typed))))


@pytest.mark.parametrize(
    "typed",
    ["kata " * 4000, "x" * 20_000, "baris\n" * 3333, "é" * 20_000, "1234567890 " * 1818],
    ids=["words", "one word", "lines", "accents", "numbers"],
)
def test_twenty_thousand_characters_come_out_whole(typed):
    assert "".join(typed.split()) in shown(rendered(printing(sample("parent-statement", typed))))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("a\U0001f600b", "a[U+1F600]b"), ("a\x07b", "ab"), ("a\ufeffb", "ab"), ("a\u202ebc", "abc"), ("a\tb", "a    b"), ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("中", "[U+4E2D]"), ("e\u0301", "é"), ("→ ✓ ≤ …", "→ ✓ ≤ …"), ("a\ufffeb", "a[U+FFFE]b"), ("👨\u200d👩", "[U+1F468][U+1F469]"),
    ],
)  # fmt: skip
def test_what_no_font_shows_is_printed_as_its_number_and_what_hides_is_left_out(typed, printed):
    """Nothing that somebody wrote makes a letter fail, and none of it vanishes."""
    assert legible(typed) == printed
    assert "".join(printed.split()) in shown(rendered(printing(sample("parent-statement", f"awal {typed} akhir"))))


def test_every_printable_character_is_one_that_the_fonts_show():
    """Each range of the table, tried at both ends; a newer Typst with other fonts would fail here."""
    ranges = json.loads((FORMS.parent / "legible.json").read_text(encoding="utf-8"))
    ends = " a".join(chr(code) for each in ranges for code in each)
    assert rendered(printing(sample("parent-statement", ends))).startswith(b"%PDF-")


# equal bytes -------------------------------------------------------------------------------------------------------

_ELSEWHERE = """
import sys
from hashlib import sha256
from services.cases.letters.rendering import rendered
from tests.cases.letters.samples import ALL, printing, sample
print("\\n".join(f"{name} {sha256(rendered(printing(sample(name)))).hexdigest()}" for name in sorted(ALL)))
"""


@pytest.mark.servers
def test_equal_input_gives_equal_bytes_in_another_process():
    """In another folder, zone and language, and at another time."""
    mine = {name: sha256(rendered(printing(sample(name)))).hexdigest() for name in ALL}
    root = Path(__file__).parents[3]
    around = {"PYTHONPATH": str(root), "PATH": "/usr/bin:/bin", "TZ": "Asia/Jayapura", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": "/nonexistent"}
    told = subprocess.run([sys.executable, "-c", _ELSEWHERE], env=around, cwd="/", capture_output=True, text=True, check=True)
    assert dict(line.split() for line in told.stdout.splitlines()) == mine
    assert len(set(mine.values())) == len(mine)


@pytest.mark.parametrize("words", range(0, 60, 4))
def test_place_and_date_never_part_from_the_signatures_below_them(words: int):
    """However long what stands above is."""
    laid_out = sample("subject-access", text="kata " * words + "akhir.")
    pages = pages_of(opened(rendered(printing(laid_out))))
    (dated,) = [each for each in pages if laid_out.dateline in each]
    assert laid_out.signatures[0].name in dated


@pytest.mark.parametrize("words", range(0, 90, 3))
def test_no_page_holds_a_qr_code_alone(words: int):
    """However long what stands above is."""
    laid_out = sample("subject-access", text="kata " * words + "akhir.")
    pages = pages_of(opened(rendered(printing(laid_out))))
    (proved,) = [each for each in pages if "Keaslian surat ini" in each]
    assert laid_out.signatures[-1].name in proved


def test_a_changed_template_or_word_is_a_new_version():
    """Raise `Kind.template` of every document that is printed otherwise now, then write the new hash here."""
    files = sorted([*FORMS.glob("*.toml"), *FORMS.parent.glob("*.typ"), FORMS.parent / "codes.toml", FORMS.parent / "legible.json"])
    pinned = json.loads((Path(__file__).parents[2] / "pinned" / "letters.json").read_text(encoding="utf-8"))
    assert {each.name: sha256(each.read_bytes()).hexdigest()[:16] for each in files} == pinned["files"]
    assert {name: kind.template for name, kind in ALL.items()} == pinned["templates"]


# the queue ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_more_documents_than_can_wait_are_told_to_come_again():
    press = Press(at_once=1, waiting=2)
    wanted = [press.pdf(printing(sample("parent-summons"))) for _ in range(4)]
    answers = await asyncio.gather(*wanted, return_exceptions=True)
    assert [isinstance(each, Unavailable) for each in answers] == [False, False, True, True]
    assert len({each for each in answers if isinstance(each, bytes)}) == 1
    assert (await press.pdf(printing(sample("parent-summons")))).startswith(b"%PDF-"), "the queue is free again"
