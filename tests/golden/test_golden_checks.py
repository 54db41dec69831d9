"""The checks over golden files see what they are there for: shown on a small service of their own, with an old version and an upcast."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import pytest

from shared.eventstore.codec import EventCodec
from shared.eventstore.upcasting import Upcasters
from shared.message import Event
from tests.golden import checking
from tests.golden.files import Golden, golden, orphans
from tests.golden.shapes import Shapes, reads_what_was, shape
from tests.golden.write import written


class Measured(Event):
    """The newest version: grams, where the first one had kilograms."""

    type: Literal["measured"] = "measured"
    version: Literal[2] = 2
    grams: int
    by: str | None = None


class MeasuredFirst(Event):
    type: Literal["measured"] = "measured"
    version: Literal[1] = 1
    kilograms: int


def in_grams(body: dict[str, Any]) -> dict[str, Any]:
    return {"type": "measured", "grams": body["kilograms"] * 1000}


UPCASTERS = Upcasters({("measured", 1): in_grams})
SHAPES: Shapes = {"scales": {"measured.v1": shape(MeasuredFirst), "measured.v2": shape(Measured)}}
BODIES: dict[str, dict[str, Any]] = {
    "events/scales/measured.v1.json": {"type": "measured", "version": 1, "kilograms": 3},
    "events/scales/measured.v2.json": {"type": "measured", "version": 2, "grams": 3000, "by": "ani"},
    "events/scales/measured.v2.bare.json": {"type": "measured", "version": 2, "grams": 3000},
    "read_as/scales/measured.v1.json": {"type": "measured", "version": 2, "grams": 3000, "by": None},
    "read_as/scales/measured.v2.bare.json": {"type": "measured", "version": 2, "grams": 3000, "by": None},
}


def service(event: type[Event] = Measured, upcasters: Upcasters = UPCASTERS) -> checking.Codecs:
    return {"scales": [EventCodec(event, upcasters=upcasters)]}


def files(folder: Path, *lacking: str) -> Sequence[Golden]:
    for name, body in BODIES.items():
        if name not in lacking:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(json.dumps(body), encoding="utf-8")
    return golden(folder)


def complaints(codecs: checking.Codecs, found: Sequence[Golden], shapes: Shapes = SHAPES) -> list[str]:
    """All that the checks say."""
    reread = [complaint for each in found for complaint in checking.read_otherwise(each, codecs)]
    kept = [*checking.without_golden_file(codecs, found), *checking.without_codec(codecs, found), *checking.unrecorded(shapes, found)]
    return [*kept, *reread, *checking.reshaped(codecs, shapes), *checking.incomplete(found, shapes)]


def changed(**fields: Any) -> type[Event]:
    """The event with other fields and the same version."""
    return type(
        "Changed", (Event,), {"__annotations__": {"type": Literal["measured"], "version": Literal[2]} | fields, "type": "measured", "version": 2}
    )


def test_a_service_whose_old_version_is_upcast_has_nothing_to_complain_of(tmp_path: Path) -> None:
    assert complaints(service(), files(tmp_path)) == []


def test_an_upcast_that_is_dropped_is_told_by_type_and_version(tmp_path: Path) -> None:
    (told,) = complaints(service(upcasters=Upcasters()), files(tmp_path))
    assert told.startswith("scales: measured v1 of a store is unreadable")
    assert told.endswith(checking.MEND)


def test_an_upcast_that_gives_something_else_is_told(tmp_path: Path) -> None:
    (told,) = complaints(
        service(upcasters=Upcasters({("measured", 1): lambda body: {"type": "measured", "grams": body["kilograms"]}})), files(tmp_path)
    )
    assert told.startswith("scales: measured v1 of a store now reads as")


@pytest.mark.parametrize("lacking", ["events/scales/measured.v1.json", "events/scales/measured.v2.json"])
def test_a_golden_file_that_is_dropped_is_told_by_type_and_version(tmp_path: Path, lacking: str) -> None:
    version = lacking.removesuffix(".json")[-1]
    assert f"scales: measured v{version} has no golden file. {checking.NEW}" in complaints(service(), files(tmp_path, lacking))


def test_a_type_that_no_codec_knows_any_more_is_told(tmp_path: Path) -> None:
    found = files(tmp_path)
    assert [each.split(". ")[0] for each in checking.without_codec({"scales": []}, found)] == [
        f"{each}: no codec of scales reads measured v{each.version}" for each in found
    ]


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (changed(weight=int, by=str | None), ["field `grams` is gone", "field `weight` is new"]),
        (changed(grams=int, by=str), ["field `by` was"]),
        (changed(grams=str, by=str | None), ["field `grams` was"]),
        (changed(grams=int), ["field `by` is gone"]),
    ],
)
def test_a_shape_that_changed_without_a_new_version_is_told_by_field(event: type[Event], said: list[str]) -> None:
    told = checking.reshaped(service(event), SHAPES)
    assert all(any(f"scales: measured v2: {each}" in complaint for complaint in told) for each in said), told


def test_another_default_is_another_shape() -> None:
    other = type("Other", (Measured,), {"__annotations__": {"by": str | None}, "by": "somebody"})
    (told,) = checking.reshaped(service(other), SHAPES)
    assert told.startswith("scales: measured v2: field `by` was")


def test_a_bare_file_that_is_missing_or_full_is_told(tmp_path: Path) -> None:
    found = files(tmp_path, "events/scales/measured.v2.bare.json")
    assert checking.incomplete(found, SHAPES) == ["scales/measured.v2: may lack by: write measured.v2.bare.json, which lacks them or holds null"]
    (tmp_path / "events/scales/measured.v2.bare.json").write_text(json.dumps(BODIES["events/scales/measured.v2.json"]))
    assert checking.incomplete(golden(tmp_path), SHAPES) == ["scales/measured.v2.bare: the bare file holds what may be null or absent (by)"]


def test_an_expectation_without_its_golden_file_is_told(tmp_path: Path) -> None:
    files(tmp_path, "events/scales/measured.v1.json")
    assert orphans(tmp_path) == ["scales/measured.v1.json"]


def test_writing_adds_what_is_new_and_changes_nothing_that_is_recorded() -> None:
    assert written(service(), {"scales": {"measured.v1": shape(MeasuredFirst)}}) == (SHAPES, [])
    after, refused = written(service(changed(grams=int)), SHAPES)
    assert after == SHAPES
    assert [each.split(". ")[0] for each in refused] == ["scales: measured v2 has another shape than was recorded"]


@pytest.mark.parametrize(
    ("before", "now", "reads"),
    [
        ({"codes": ["a"]}, {"codes": ["a", "b"]}, True),
        ({"codes": ["a", "b"]}, {"codes": ["a"]}, False),
        ({"is": "integer", "minimum": 1}, {"is": "integer"}, True),
        ({"is": "integer"}, {"is": "integer", "minimum": 1}, False),
        ({"is": "integer", "minimum": 1}, {"is": "integer", "minimum": 2}, False),
        ({"each": {"codes": ["a"]}}, {"each": {"codes": ["a", "b"]}}, True),
        ({"is": "string"}, {"is": "string", "null": True}, False),
        ({"is": "string"}, {"codes": ["a"]}, False),
    ],
)
def test_codes_may_be_added_and_limits_given_up_and_nothing_else(before: Any, now: Any, reads: bool) -> None:
    assert reads_what_was(before, now) is reads
