"""What the walk through all pages calls wrong, each kind once."""

import pytest

from shared.pages.languages import Language
from tests.reading_pages import Judging, read, vocabulary, wrong_hours

JUDGING = Judging(vocabulary(), lambda text: "fiktif" in text)


def wrong(html: str, language: Language = "id") -> list[str]:
    return JUDGING.of(read(f'<html lang="{language}"><body>{html}</body></html>'), language)


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<p>Kasus 24a75449-394d-51d2-be32-434a1cbe13f5</p>", "id 24a75449-394d-51d2-be32-434a1cbe13f5"),
        ("<p>Kasus</p><p>9f86d081884c7d65</p>", "id 9f86d081884c7d65"),
        ('<img alt="Kasus menunggu_jawaban">', "code menunggu_jawaban"),
        ("<p>Keputusan rujukan: None.</p>", "en ['none']"),
        ("<p>Kasus {name}</p>", "place {name}"),
        ("<p>2026-11-28T10:00</p>", "machine's time 2026-11-28T10:00"),
        ("<p>The student was helped</p>", "en ['helped', 'student', 'the', 'was']"),
        ('<input type="submit" value="Close the case">', "en ['case', 'close', 'the']"),
    ],
)
def test_a_page_says_no_id_no_code_no_empty_place_and_nothing_of_another_language(html, told):
    assert [each.rpartition(": ")[0].removesuffix(": Keputusan rujukan") for each in wrong(html)] == [told]


def test_what_is_not_translated_is_found_in_english():
    assert wrong("<h1>Yang menunggu saya</h1>", "en") == ["id ['menunggu', 'saya', 'yang']: Yang menunggu saya", "untranslated: Yang menunggu saya"]


def test_a_page_says_in_which_language_it_is():
    assert JUDGING.of(read("<html><p>–</p></html>"), "id") == ["says of itself that it is in ''"]


@pytest.mark.parametrize(
    "html",
    [
        '<button lang="en">Close the case</button>', "<p>Ia ingin the best (fiktif)</p>", "<code>case_id</code>", "<p>Nomor 421.5/001/BK/XI/2026</p>",
        '<script>const the_case = "{name}"</script>', '<input value="the case">', '<a href="/cases/cases/24a75449-394d-51d2-be32-434a1cbe13f5">Buka kasus</a>',
    ],
)  # fmt: skip
def test_what_people_typed_and_what_nobody_reads_is_left_alone(html):
    assert wrong(html) == []


def test_a_moment_is_said_by_the_clocks_of_the_school():
    page = read('<time datetime="2026-11-28T03:14:00+00:00">28 November 2026, 10.14</time><time datetime="2026-11-28T03:14:00+00:00">03.14</time>')
    assert wrong_hours(page, "Asia/Jakarta") == ["2026-11-28T03:14:00+00:00: 03.14"]
