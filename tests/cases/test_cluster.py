"""A school without a counsellor is served by those of its cluster (gugus; domain.md, Urgency: duty): whoever is alerted for it works on its cases, too,
as long as it has none of its own.
"""

import pytest

from shared.events import PersonLeft

pytestmark = pytest.mark.anyio


async def small_school(cases):
    """A school whose counsellors left, and one of the same cluster that has two."""
    small, near = await cases.school(), await cases.school()
    await cases.cluster(f"gugus-{small.id}", small, near)
    for role in ("counsellor", "other"):
        await cases.hear(PersonLeft(person=small.named(role), school=small.id))
    return small, near


async def test_a_counsellor_of_the_cluster_opens_and_takes_what_they_are_alerted_to(cases):
    small, near = await small_school(cases)
    far = await cases.school()
    case = await small.concern()
    assert (await cases.get(f"cases/{case}", far.counsellor)).status_code == 404
    await cases.done(case, "acknowledge", near.counsellor)
    await cases.done(case, "assess-case", near.counsellor, field="social", findings="x", safe=True)
    assert (await cases.get(f"cases/{case}", near.counsellor)).json()["acknowledged_by"] == near.named("counsellor")


async def test_nobody_of_the_cluster_reads_what_the_school_s_own_counsellor_has(cases):
    school, near = await cases.school(), await cases.school()
    await cases.cluster(f"gugus-{school.id}", school, near)
    case = await school.concern()
    assert (await cases.get(f"cases/{case}", near.counsellor)).status_code == 404
    assert (await cases.act(case, "assign", school.coordinator, to=near.named("counsellor"))).status_code == 422
