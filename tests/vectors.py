"""Where vectors and sample files come from: our own, always; and those that others made, which the project does not commit."""

import os
from pathlib import Path

import pytest

OURS = Path(__file__).parent / "data"


def foreign_folder() -> Path:
    """TANGGAP_TEST_DATA, otherwise `shared/data` beside the checkout."""
    return Path(os.environ.get("TANGGAP_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")


def foreign_wanted() -> bool:
    """A fresh clone has none and runs on our own alone. Continuous integration has to have them: there, their absence is a failure."""
    return os.environ.get("CI", "").lower() in ("1", "true") or foreign_folder().is_dir()


def origins() -> list[str]:
    """For which the tests with vectors run."""
    return ["ours", "foreign"] if foreign_wanted() else ["ours"]


def folder_of(origin: str) -> Path:
    """The folder with the vectors of an origin. Fails the test where the foreign ones are absent."""
    if origin == "ours":
        return OURS
    folder = foreign_folder()
    if not folder.is_dir():
        pytest.fail(f"continuous integration needs the vectors that others made, and {folder} is not there: set TANGGAP_TEST_DATA", pytrace=False)
    return folder
