"""Which files came with a concern, as cases keeps it."""

import pytest

from services.cases.attached.kept import AttachedFiles
from shared.events import ConcernAttached
from shared.sealed import Sealed
from tests.cases.desk import Desk

pytestmark = pytest.mark.anyio


def file(concern: str, student: str | None) -> ConcernAttached:
    return ConcernAttached(
        concern=concern, attachment=f"file-of-{concern}", addition="a", school="smp1", student=student, kind="pdf", octets=1, digest="d",
        key=Sealed(kid="k", context="c", box="b"),
    )  # fmt: skip


async def test_the_end_of_concerns_takes_nothing_of_other_students_whom_no_concern_identifies(cases: Desk):
    files = AttachedFiles(cases.kernel.database)
    for position, (concern, student) in enumerate((("c1", None), ("c2", None), ("c3", "ani"), ("c4", "budi"))):
        await files.keep(file(concern, student), position)
    assert await files.forget("", ["c1"]) == 1
    assert await files.forget("ani", []) == 1
    assert [each.concern for each in await files.of(["c1", "c2", "c3", "c4"], "budi")] == ["c2", "c4"]
