"""A stored event is a storage format: what stands in stores still reads, and no shape changes without a new version."""

from __future__ import annotations

import pytest

from tests.golden import checking
from tests.golden.files import Golden, golden, orphans
from tests.golden.shapes import recorded
from tests.golden.stored import SERVICES, codecs

FILES = golden()
CODECS = {service: codecs(service) for service in SERVICES}


def test_every_stored_type_and_version_has_its_golden_file() -> None:
    assert checking.without_golden_file(CODECS, FILES) == []


def test_no_golden_file_is_without_a_codec_that_reads_it() -> None:
    assert checking.without_codec(CODECS, FILES) == []


@pytest.mark.parametrize("each", FILES, ids=str)
def test_what_is_stored_reads_as_it_did(each: Golden) -> None:
    assert checking.read_otherwise(each, CODECS) == []


def test_no_stored_shape_changed_without_a_new_version() -> None:
    assert checking.reshaped(CODECS, recorded()) == []


def test_every_golden_files_shape_stays_written_down() -> None:
    assert checking.unrecorded(recorded(), FILES) == []


def test_golden_files_hold_every_field_and_bare_ones_nothing_that_may_be_missing() -> None:
    assert checking.incomplete(FILES, recorded()) == []


def test_no_expectation_is_left_over() -> None:
    assert orphans() == []
