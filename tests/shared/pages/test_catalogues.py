"""Every text of every page is there in each language, and no catalogue holds one that no page says (ADR 27)."""

from collections import Counter
from pathlib import Path
from string import Formatter

import pytest

from shared.pages.catalogues import Texts, catalogues_in, read_catalogue
from shared.pages.environment import FRAME
from shared.pages.gathering import PARTS, TRANSLATED, Found, gather, known_in, texts_in

NAMES = [part.name for part in PARTS]


def first(found: Found) -> str:
    return found.text if isinstance(found.text, str) else found.text[0]


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_every_text_of_a_page_is_translated(part, language):
    known = known_in(FRAME, language) | known_in(part, language)
    missing = {first(found): found.place for found in texts_in(part) if (found.context, first(found)) not in known}
    assert missing == {}, "run `python -m shared.pages.gathering` and translate what it added"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_no_catalogue_holds_what_no_page_says(part, language):
    said = {(found.context, first(found)) for found in texts_in(part)}
    if part == FRAME:
        said |= {(found.context, first(found)) for other in PARTS for found in texts_in(other)}
    assert set(known_in(part, language)) - said == set()


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_a_text_is_translated_once(part, language):
    own = Counter((each.context, str(each.id)) for file in catalogues_in(part, language) for each in read_catalogue(file) if each.id)
    assert [text for text, times in own.items() if times > 1 or (part != FRAME and text in known_in(FRAME, language))] == []


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_a_translation_has_the_places_of_its_text(part, language):
    for (_, text), forms in known_in(part, language).items():
        for form in forms:
            assert places(form) == places(text), text


@pytest.mark.parametrize("part", PARTS, ids=NAMES)
def test_no_text_has_a_place_that_is_never_filled(part):
    """Places are `{name}`; one of another kind would be shown as it stands."""
    assert [first(found) for found in texts_in(part) if "%(" in first(found)] == []


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_gathering_adds_what_is_missing_to_the_catalogue_of_its_topic_and_keeps_what_is_there(tmp_path):
    written(
        tmp_path,
        "templates/accounts/a.html",
        """{{ _("Masuk") }}{{ ngettext("{count} murid", "{count} murid", 2) }}{{ pgettext("tombol", "Tutup") }}""",
    )
    written(tmp_path, "form.py", 'from shared.pages import say\nX = say("Pilih sekolah.")\n')
    assert gather(tmp_path, "en") == 4
    assert [file.name for file in catalogues_in(tmp_path, "en")] == ["accounts.po", "tanggap.po"]
    accounts, form = catalogues_in(tmp_path, "en")
    accounts.write_text(accounts.read_text().replace('msgid "Masuk"\nmsgstr ""', 'msgid "Masuk"\nmsgstr "Sign in"'))
    form.write_text(form.read_text().replace('msgid "Pilih sekolah."\nmsgstr ""', 'msgid "Pilih sekolah."\nmsgstr "Choose a school."'))
    assert gather(tmp_path, "en") == 2, "two are left to translate"
    texts = Texts("en", [tmp_path])
    assert (texts.one("Masuk"), texts.said("Pilih sekolah."), texts.said(("ini", "this"))) == ("Sign in", "Choose a school.", "this")


def test_values_in_a_text_are_escaped_and_so_is_the_text(tmp_path):
    assert Texts("id", [tmp_path]).one("{name} & <b>", name="<script>") == "&lt;script&gt; &amp; &lt;b&gt;"
    assert Texts("id", [tmp_path]).said(("<i>", "<b>")) == "&lt;i&gt;"


def test_a_counted_text_has_the_form_of_its_number(tmp_path):
    po = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    po += 'msgid "{count} murid"\nmsgid_plural "{count} murid"\nmsgstr[0] "{count} student"\nmsgstr[1] "{count} students"\n'
    written(tmp_path, "catalogues/en/LC_MESSAGES/tanggap.po", po)
    told = [Texts(language, [tmp_path]).several("{count} murid", "{count} murid", count) for language in ("id", "en") for count in (1, 2)]
    assert told == ["1 murid", "2 murid", "1 student", "2 students"]
