"""Leave (domain.md, Urgency: duty). Security, row 3: one's own, or by a leader; the deputy exists and may; a school without anybody is an alarm."""

from datetime import timedelta

import pytest

from services.cases.domain.duty import DUTY, EndLeave, OwnDeputy, RecordLeave
from services.cases.domain.successor import Staff
from shared.events import DutyChanged, NobodyReachable
from shared.testing import given
from tests.cases.asking import faults
from tests.cases.desk import soon
from tests.cases.people import NOW, later, step

STAFF = Staff({"counsellor": ["ani"], "coordinator": ["citra"], "principal": ["dewi"], "district-duty": ["eka"], "homeroom": ["hadi"]})
DAY = timedelta(days=1)


def leave(person, begins=0, days=3, deputy=None):
    return step(
        RecordLeave, by=person, school="smp1", person=person, away_from=NOW + begins * DAY, away_until=NOW + (begins + days) * DAY, deputy=deputy, staff=STAFF
    )  # fmt: skip


def away(person, begins=0, days=3, deputy=None):
    return DutyChanged(school="smp1", person=person, away_from=NOW + begins * DAY, away_until=NOW + (begins + days) * DAY, deputy=deputy)


def alone(begins):
    return NobodyReachable(school="smp1", since=NOW + begins * DAY, told=("citra", "eka"))


def test_the_last_one_who_goes_alarms_coordinator_and_district_at_once():
    given(DUTY, away("ani"), away("dewi")).when(leave("citra")).then(away("citra"), alone(0))


def test_somebody_who_stands_in_is_somebody():
    given(DUTY, away("ani"), away("dewi")).when(leave("citra", deputy="eka")).then(away("citra", deputy="eka"))
    given(DUTY, away("ani"), away("dewi", deputy="eka")).when(leave("citra")).then(away("citra"))
    given(DUTY, away("ani")).when(leave("citra")).then(away("citra"))


def test_a_deputy_who_is_not_there_is_nobody():
    given(DUTY, away("ani", deputy="gone"), away("dewi")).when(leave("citra")).then(away("citra"), alone(0))


@pytest.mark.parametrize(("begins", "days", "since"), [(0, 9, 2), (3, 1, 3), (4, 9, 4), (6, 3, None), (0, 1, None)])
def test_it_is_told_also_where_it_lies_ahead(begins, days, since):
    told = [alone(since)] if since is not None else []
    given(DUTY, away("ani", 2, 3), away("dewi", 1, 4)).when(leave("citra", begins, days)).then(away("citra", begins, days), *told)


def test_nobody_stands_in_for_themselves_or_while_away():
    given(DUTY).when(leave("ani", deputy="ani")).refuses(OwnDeputy)
    given(DUTY, away("citra", deputy="ani")).when(leave("ani", deputy="citra")).refuses(OwnDeputy)


def test_whoever_comes_back_and_goes_again_is_looked_at_anew():
    back = step(EndLeave, by="ani", school="smp1", person="ani")
    here = DutyChanged(school="smp1", person="ani", away_from=None, away_until=None, deputy=None)
    given(DUTY, away("ani")).when(back).then(here)
    given(DUTY, away("ani"), here, away("dewi")).when(leave("citra")).then(away("citra"))


# over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_security_3_a_counsellor_sends_nobody_else_on_leave(cases):
    school = await cases.school()
    path, span = f"schools/{school.id}/record-leave", {"away_from": soon(days=-1), "away_until": soon(days=3)}
    for person in ("coordinator", "principal", "other"):
        assert (await cases.post(path, school.counsellor, person=school.named(person), **span)).status_code == 403
        assert (await cases.post(f"schools/{school.id}/end-leave", school.counsellor, person=school.named(person))).status_code == 403
    nobody = await cases.post(path, school.counsellor, person=school.named("counsellor"), deputy="nobody-at-all", **span)
    assert faults(nobody) == [("/deputy", "unknown-person")]
    teacher = await cases.post(path, school.counsellor, person=school.named("counsellor"), deputy=school.named("homeroom"), **span)
    assert faults(teacher) == [("/deputy", "role-may-not")]
    assert (await cases.post(path, school.counsellor, person=school.named("counsellor"), **span)).status_code == 200
    assert (await cases.post(path, school.coordinator, person=school.named("other"), **span)).status_code == 200
    assert (await cases.post(f"schools/{school.id}/end-leave", school.counsellor, person=school.named("counsellor"))).status_code == 200


@pytest.mark.anyio
async def test_security_3_a_school_without_anybody_reachable_is_told_of(cases):
    await cases.hear_duty()
    school = await cases.school()
    path, span = f"schools/{school.id}/record-leave", {"away_from": soon(days=-1), "away_until": soon(days=3)}
    for person in ("counsellor", "other", "principal", "coordinator"):
        assert (await cases.post(path, cases.duty, person=school.named(person), **span)).status_code == 200
    rows = await cases.sql("SELECT body FROM event WHERE stream = %s AND type = 'nobody-reachable'", f"duty-{school.id}")
    (told,) = [NobodyReachable.model_validate_json(body).told for (body,) in rows]
    assert told == (school.named("coordinator"), "duty")


def test_a_leave_of_days_ends():
    assert not DUTY.fold([away("ani")]).is_away("ani", later(days=4))
