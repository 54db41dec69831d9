"""A fresh clone runs on our own vectors without a skip; continuous integration must have those of others, too."""

import pytest

from tests.vectors import OURS, folder_of, origins


@pytest.mark.parametrize(
    ("integration", "there", "expected"),
    [("", False, ["ours"]), ("false", False, ["ours"]), ("", True, ["ours", "foreign"]), ("true", True, ["ours", "foreign"]), ("true", False, ["ours", "foreign"])],
)  # fmt: skip
def test_the_vectors_of_others_are_used_where_they_are_and_wanted_in_continuous_integration(monkeypatch, tmp_path, integration, there, expected):
    monkeypatch.setenv("CI", integration)
    monkeypatch.setenv("TANGGAP_TEST_DATA", str(tmp_path if there else tmp_path / "absent"))
    assert origins() == expected


def test_where_they_are_absent_the_test_fails_and_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("TANGGAP_TEST_DATA", str(tmp_path))
    assert (folder_of("ours"), folder_of("foreign")) == (OURS, tmp_path)
    monkeypatch.setenv("TANGGAP_TEST_DATA", str(tmp_path / "absent"))
    with pytest.raises(pytest.fail.Exception, match=r"continuous integration needs the vectors .*absent is not there: set TANGGAP_TEST_DATA"):
        folder_of("foreign")
