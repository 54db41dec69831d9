"""The history in words: every event has a sentence in both languages, every deadline a name; nothing starts where words are missing or left over."""

import re
import shutil
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from services.cases.domain import casework
from services.cases.domain.casework import CASEWORK, type_of
from services.cases.domain.strategies.group import GROUP
from services.cases.reading.vocabulary import WORDS, words_of
from services.cases.reading.words import Choice
from shared.errors import StartRefused

DOMAIN = Path(casework.__file__).parent


def pairs():
    """Every sentence of every words file, by event type."""
    for kind, sentence in words_of().events.items():
        for pair in sentence.said.by_value.values() if isinstance(sentence.said, Choice) else [sentence.said]:
            yield kind, pair


def test_every_event_belongs_to_one_chapter_and_so_has_words():
    types = [*CASEWORK.case.codec.types, *CASEWORK.without_case.codec.types, *GROUP.codec.types]
    told = [type_of(event) for chapter in CASEWORK.chapters for event in chapter.tells]
    assert len(told) == len(set(told))
    assert set(types) == set(told) == words_of().events.keys()


def test_every_sentence_is_one_in_both_languages():
    for kind, (indonesian, english) in pairs():
        assert indonesian.endswith("."), kind
        assert english.endswith("."), kind
        assert kind not in (indonesian, english)


def test_no_sentence_says_a_code_as_it_is():
    classes = CASEWORK.case.codec.types | CASEWORK.without_case.codec.types | GROUP.codec.types
    for kind, pair in pairs():
        for name in re.findall(r"{(\w+)}", pair[0]):
            codes = classes[kind].model_fields[name].annotation
            known = words_of().events[kind].values.get(name, {})
            assert get_origin(codes) is not Literal or known.keys() >= set(get_args(codes)), (kind, name)


def test_whatever_is_expected_is_awaited_by_one_chapter_and_so_has_a_name():
    """A code that is not written out where it is expected is found by the laws (test_laws.py)."""
    awaited = [code for chapter in CASEWORK.chapters for code in chapter.awaits]
    assert len(awaited) == len(set(awaited))
    assert words_of().deadlines.keys() == set(awaited)
    source = "".join(path.read_text(encoding="utf-8") for path in DOMAIN.rglob("*.py"))
    written = set(re.findall(r'Expected\(f?"[^"]*", "([a-z-]+)"', source))
    assert len(written) > 20
    assert written <= set(awaited)


@pytest.mark.parametrize(
    ("kind", "data", "indonesian", "english"),
    [
        ("case-opened", {}, "Kasus dibuka.", "Case opened."),
        ("urgency-decided", {"urgency": "high", "by": None}, "Tingkat urgensi tinggi, menurut kebijakan.", "Urgency high, decided by the policy."),
        ("urgency-decided", {"urgency": "low", "by": "ibu-ani"}, "Tingkat urgensi rendah, oleh petugas.", "Urgency low, decided by a person."),
        ("parent-invited", {"summons": 3}, "Panggilan III kepada orang tua/wali dikirim.", "Summons III went to the guardian."),
        ("goal-judged", {"reached": False}, "Sebuah tujuan belum tercapai.", "A goal was not reached."),
        ("deadline-passed", {"what": "take-up"}, "Lewat batas waktu: kegiatan yang ditunda.", "Overdue: the postponed activity."),
        ("referral-moved", {"trigger": "decline"}, "Lembaga menolak rujukan; kembali ke konselor.", "The agency declined; back to the counsellor."),
        ("referral-moved", {"trigger": "new-verb"}, "Rujukan: new-verb.", "Referral: new-verb."),
        ("deadline-passed", {"what": "of-an-older-release"}, "Lewat batas waktu: of-an-older-release.", "Overdue: of-an-older-release."),
    ],
)
def test_a_sentence_says_what_the_event_holds(kind, data, indonesian, english):
    assert words_of().sentence(kind, data) == (indonesian, english)


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("counselling", "counselling-held =", "counselling-hold =", "counselling.toml: the event counselling-held has no words: add them"),
        ("counselling", "counselling-held =", "counselling-hold =", "there is no event counselling-hold: take its words out"),
        ("conference", "commitment =", "promise =", "conference.toml: the deadline commitment has no words: add them"),
        ("conference", "commitment =", "promise =", "there is no deadline promise: take its words out"),
        ("counselling", 'laijapen = ["Penilaian', 'late = ["Penilaian', "counselling-evaluated has no words where kind is laijapen: add them"),
        ("parent-collaboration", "3 = ", "4 = ", "parent-invited has no words where summons is 3: add them"),
        ("referral", "any = ", "other = ", "referral-moved has no words where trigger is any: add them"),
        ("case", "low = ", "least = ", "case-triaged has no words where urgency is low: add them"),
        ("counselling", "[events.counselling-evaluated.kind]", "[events.counselling-evaluated.sort]", "counselling-evaluated names sort: name one"),
        ("case", "{urgency}, {by}.", "{level}, {by}.", "urgency-decided names level: name one of its fields"),
        ("case", "{outcome}.", "an outcome.", "no sentence names outcome: take its values out"),
        ("teacher-collaboration", "The teacher declined.", "Guru tidak dapat menjawab.", "teacher-declined says the same in both languages: translate it"),
        ("home-visit", "[events]", "[events", "home-visit.toml cannot be read"),
        ("home-visit", "[events]", "[sentences]", "home-visit.toml cannot be read"),
    ],
)  # fmt: skip
def test_what_is_missing_wrong_or_left_over_stops_the_start(tmp_path, name, old, new, fault):
    folder = shutil.copytree(WORDS, tmp_path / "words")
    path = folder / f"{name}.toml"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    with pytest.raises(StartRefused) as refused:
        words_of(CASEWORK, (folder,))
    assert fault in str(refused.value)


def test_a_strategy_without_a_words_file_stops_the_start(tmp_path):
    folder = shutil.copytree(WORDS, tmp_path / "words")
    (folder / "group-counselling.toml").unlink()
    with pytest.raises(StartRefused, match=r"there is no group-counselling\.toml in .*words: write the words of group-counselling there"):
        words_of(CASEWORK, (folder,))


def test_a_sentence_that_differs_by_two_fields_is_refused(tmp_path):
    folder = shutil.copytree(WORDS, tmp_path / "words")
    with (folder / "counselling.toml").open("a", encoding="utf-8") as file:
        file.write('\n[events.counselling-evaluated.helped]\ntrue = ["a.", "b."]\nfalse = ["c.", "d."]\n')
    with pytest.raises(StartRefused, match="counselling-evaluated differs by several fields: choose one"):
        words_of(CASEWORK, (folder,))


def test_a_field_that_a_reader_is_not_given_is_passed_over():
    told = words_of().sentence("referral-decided", {})
    assert told == ("Keputusan rujukan.", "Referral decision.")
