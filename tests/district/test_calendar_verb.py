"""`./tanggap calendar set FILE`: what a file says, and what it cannot say (ADR 24)."""

import pytest

from district.commands.calendar import read_calendar
from services.cases.commands.bodies import body_of
from services.cases.domain.calendars import SetCalendar
from shared.errors import Invalid

TEXT = """
zone = "Asia/Makassar"
school_days = [1, 2, 3, 4, 5, 6]
holidays = [{ first = 2026-12-19, last = 2027-01-02, name = "Libur semester (contoh)" }]
half_days = [{ first = 2026-12-18, last = 2026-12-18, name = "Penerimaan rapor (contoh)", until = 10:30:00 }]
"""


def test_a_file_is_a_body_that_the_route_takes(tmp_path):
    (tmp_path / "calendar.toml").write_text(TEXT, encoding="utf-8")
    said = read_calendar(tmp_path / "calendar.toml")
    assert said == {
        "zone": "Asia/Makassar", "school_days": [1, 2, 3, 4, 5, 6],
        "holidays": [{"first": "2026-12-19", "last": "2027-01-02", "name": "Libur semester (contoh)"}],
        "half_days": [{"first": "2026-12-18", "last": "2026-12-18", "name": "Penerimaan rapor (contoh)", "until": "10:30:00"}],
    }  # fmt: skip
    assert body_of(SetCalendar, in_path=("of",)).model_validate(said)


@pytest.mark.parametrize("text", ["zone = \n", "holidays = [{ first = 2026-02-30 }]"])
def test_what_is_no_toml_is_told_with_the_file_and_the_place(tmp_path, text):
    (tmp_path / "calendar.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"calendar\.toml: not a calendar in TOML .*line 1"):
        read_calendar(tmp_path / "calendar.toml")
    with pytest.raises(Invalid, match="there is no such file"):
        read_calendar(tmp_path / "none.toml")
