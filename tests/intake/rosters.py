"""Whole roster bundles and what reading them must give: our own, and those of other projects where they are there."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.vectors import folder_of, foreign_wanted


@dataclass(frozen=True)
class Sample:
    """A bundle. place: below the vectors of its origin. people: kind and name. unread: stands in columns that are never read."""

    origin: str
    place: str
    version: str
    schools: list[str]
    people: list[tuple[str, str]]
    unread: str

    @property
    def path(self) -> Path:
        return folder_of(self.origin) / "oneroster" / self.place


OURS = (
    Sample(
        "ours", "1.1", "1.1", ["Dinas Pendidikan Contoh (FIKTIF)", "SMP Negeri 9 Contoh (FIKTIF)", "SD Negeri 9 Contoh, Kampus B (FIKTIF)"],
        [
            ("guardian", "Bagus Senja"), ("guardian", "Wening Ayu Senja"), ("staff", "Akun Mati"), ("staff", "Tirta Bening"), ("student", "Embun"),
            ("student", "Lintang Senja"),
        ],
        "Sandi-Rahasia",
    ),
    Sample(
        "ours", "1.2", "1.2", ["SMK Negeri 9 Contoh (FIKTIF)"],
        [("guardian", "Rukun Fajar"), ("staff", "Arif Samudra"), ("staff", "Teduh Rimba"), ("student", "Jingga Fajar")], "Sandi-Lain",
    ),
)  # fmt: skip
FOREIGN = (
    Sample(
        "foreign", "Test_full_data_set.zip", "1.1", ["History Department"],
        [
            ("guardian", "Thomas Paul Jones"), ("staff", "Jim Ash Smith"), ("staff", "John Michael Doe"), ("student", "Anna Mary Brown"),
            ("student", "Mary Jane Jones"), ("student", "mmichel Jane Jones"),
        ],
        "Password1-",
    ),
    Sample(
        "foreign", "v1p1_csv", "1.1", ["School 1", "School 2"], [("student", "ionut padurariu"), ("student", "ionut2 padurariu")], "metadata.value1"
    ),
)  # fmt: skip

each_sample = pytest.mark.parametrize("sample", OURS + (FOREIGN if foreign_wanted() else ()), ids=lambda sample: f"{sample.origin}-{sample.place}")
