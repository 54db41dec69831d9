"""The frame: the reader's language, the head for their roles, what stands at a field, and where a choice of language leads back to."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import UndefinedError

from shared.access import EVERYBODY, Permissions, Principal, asked_by
from shared.errors import Sentences
from shared.events import Post
from shared.pages import Frame
from shared.pages.moments import Moments
from shared.pages.navigation import NAVIGATION

JAKARTA, JAYAPURA = "Asia/Jakarta", "Asia/Jayapura"
FORM = """
{% extends "page.html" %}{% import "components.html" as ui %}
{% block title %}Uji{% endblock %}
{% block content %}{{ ui.error_summary(errors) }}{{ ui.text_input("name", "Nama", given, error=errors.get("name")) }}{% endblock %}
"""


def asked(language: str = "", *posts: Post) -> Request:
    headers = [(b"host", b"school.test"), (b"cookie", f"tanggap_language={language}".encode())]
    request = Request({"type": "http", "method": "GET", "scheme": "http", "path": "/intake/uji", "query_string": b"", "headers": headers})
    asked_by(request, Principal("p", "person", frozenset(posts)))
    return request


def shown(folder: Path, told: dict[str, object], language: str = "", *posts: Post) -> HTMLResponse:
    file = folder / "templates" / "form.html"
    file.parent.mkdir(exist_ok=True)
    file.write_text(FORM, encoding="utf-8")
    return Frame("intake", folder, JAKARTA).page(asked(language, *posts), "form.html", told)


def text(folder: Path, told: dict[str, object], language: str = "", *posts: Post) -> str:
    return bytes(shown(folder, told, language, *posts).body).decode()


def test_a_page_is_indonesian_until_the_person_says_otherwise(tmp_path):
    told = [shown(tmp_path, {"given": ""}, language).headers["content-language"] for language in ("", "en", "xx")]
    assert told == ["id", "en", "id"]
    indonesian, english = (text(tmp_path, {"given": ""}, language) for language in ("id", "en"))
    assert ('<html lang="id">' in indonesian, "Langsung ke isi" in indonesian, "Skip to content" in indonesian) == (True, True, False)
    assert ('<html lang="en">' in english, "Langsung ke isi" in english, "Skip to content" in english) == (True, False, True)


def test_an_error_stands_in_the_summary_and_at_its_field_with_what_was_typed_and_nothing_typed_becomes_markup(tmp_path):
    errors = {"name": Sentences("Tuliskan nama lengkap.", "Write the full name.")}
    answer = text(tmp_path, {"given": '"><script>', "errors": errors})
    assert '<a href="#name">Tuliskan nama lengkap.</a>' in answer
    assert 'aria-describedby="name-error" aria-invalid="true"' in answer
    assert ("<script>" in answer, 'value="&#34;&gt;&lt;script&gt;"' in answer) == (False, True)


def test_a_name_that_nobody_gave_is_an_error_and_not_an_empty_place(tmp_path):
    with pytest.raises(UndefinedError, match="given"):
        text(tmp_path, {})


def test_the_head_shows_what_a_role_may_open(tmp_path):
    counsellor = text(tmp_path, {"given": ""}, "", Post(role="counsellor", school="s"))
    assert 'href="/cases/"' in counsellor


def test_the_head_shows_nobody_else_what_they_may_not(tmp_path):
    assert 'href="/cases/"' not in text(tmp_path, {"given": ""}, "", Post(role="student", school="s"))


@pytest.mark.parametrize("entry", NAVIGATION, ids=lambda entry: entry.address)
def test_an_entry_leads_nobody_to_a_refusal(entry):
    allowed = Permissions().roles("GET", entry.address)
    assert entry.roles <= allowed or EVERYBODY in allowed


def test_days_and_times_are_told_in_the_readers_language_on_the_schools_clock():
    at = datetime(2026, 11, 27, 17, 5, tzinfo=UTC)
    indonesian, english = Moments("id", JAKARTA), Moments("en", JAKARTA)
    assert [indonesian.moment(at), english.moment(at), indonesian.moment(at.isoformat(), JAYAPURA), indonesian.hour(at)] == [
        "28 November 2026, 00.05", "28 November 2026, 00:05", "28 November 2026, 02.05", "00.05",
    ]  # fmt: skip
    midnight = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
    assert [indonesian.until(midnight, JAKARTA), indonesian.until(midnight, JAYAPURA), english.until(at)] == [
        "27 November 2026", "28 November 2026, 02.00", "28 November 2026, 00:05",
    ], "midnight is the end of the day before"  # fmt: skip
    assert [indonesian.day(at), indonesian.day("2026-11-27"), english.day(date(2026, 11, 27))] == [
        "Sabtu, 28 November 2026", "Jumat, 27 November 2026", "Friday 27 November 2026",
    ]  # fmt: skip
    now = datetime(2026, 11, 27, 16, 59, tzinfo=UTC)
    far, near = datetime(2027, 8, 17, 1, tzinfo=UTC), datetime(2026, 11, 30, 14, 12, tzinfo=UTC)
    assert [indonesian.near(at, now), english.near(at, now), indonesian.near(near, now), indonesian.near(far, now)] == [
        "besok, 00.05", "tomorrow, 00:05", "Senin, 30 November, 21.12", "17 Agustus 2027, 08.00",
    ]  # fmt: skip
    assert [indonesian.near_until(midnight, now), indonesian.near_until(at, now), indonesian.near_day(now, at)] == [
        "hari ini",
        "besok, 00.05",
        "kemarin",
    ]
    assert [indonesian.number(20000), english.number(20000)] == ["20.000", "20,000"]
