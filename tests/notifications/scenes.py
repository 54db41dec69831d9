"""Events that the tests of sending publish, and what they wait for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.events import CaseTriaged, GuardianToBeTold, ReferralQuestionAnswered, ReferralSent
from shared.sealed import Sealed
from shared.testing import eventually
from tests.logins import past_the_wall

SEALED = Sealed(kid="k", context="c", box="Ym94")


def now() -> datetime:
    return datetime.now(UTC)


def triaged(case: str, urgency: str = "emergency", excluded: tuple[str, ...] = ()) -> CaseTriaged:
    soon = now() + timedelta(minutes=15)
    return CaseTriaged(
        case=case,
        student="siswa",
        school="school-1",
        concern="c1",
        urgency=urgency,
        desk="school",
        excluded=excluded,
        acknowledge_by=soon,
        decide_by=soon,
    )


def to_be_told(case: str, guardian: str = "ibu", **more: Any) -> GuardianToBeTold:
    asked = {"second": None, "words": SEALED, "asks": "reading", "about": None, "meet_at": None, "not_before": now(), "by": "ani"} | more
    return GuardianToBeTold(case=case, student="siswa", school="school-1", notice=str(uuid4()), guardian=guardian, **asked)


def sent(case: str, agency: str, package: Sealed = SEALED, priority: str = "routine", opens: str = "after-acceptance") -> ReferralSent:
    return ReferralSent(
        case=case, student="siswa", school="school-1", referral=str(uuid4()), agency=agency, priority=priority, respond_by=now() + timedelta(hours=1),
        package=package, package_opens=opens,
    )  # fmt: skip


def question_answered(told: ReferralSent, words: Sealed, answer: str = "answer-1") -> ReferralQuestionAnswered:
    return ReferralQuestionAnswered(
        case=told.case, student=told.student, school=told.school, referral=told.referral, agency=told.agency, answer=answer, words=words
    )  # fmt: skip


async def staffed(running) -> None:
    await running.school()
    for person, role in (("ani", "counsellor"), ("citra", "coordinator"), ("eka", "principal"), ("dewi", "district-duty")):
        await running.person(person, "staff", role)
    await running.person("siswa", "student", guardians=("ibu", "ayah"))
    for guardian in ("ibu", "ayah"):
        await running.person(guardian, "guardian")


async def in_states(running, case: str, *states: str) -> None:
    async def reached() -> bool:
        return sorted(await running.states(case)) == sorted(states)

    await eventually(reached)


async def attempts(running, case: str, receiver: str) -> list[str]:
    """How each attempt to reach this receiver ended."""
    return [attempt["outcome"] for each in await running.deliveries(case) if each["receiver"] == receiver for attempt in each["attempts"]]


async def attempted(running, case: str, receiver: str, *ended: str) -> None:
    async def reached() -> bool:
        return await attempts(running, case, receiver) == list(ended)

    await eventually(reached)


async def time_passes(running, minutes: int) -> None:
    """For every waiting message."""
    async with past_the_wall(running.kernel.database).connection() as connection:
        await connection.execute(
            "UPDATE outbox_v1 SET due_at = due_at - make_interval(mins => %s), queued_at = queued_at - make_interval(mins => %s)", (minutes, minutes)
        )


async def folded(running) -> None:
    """Until the outbox has every event: a late one would say again what a test has just undone."""

    async def reached() -> bool:
        query = "SELECT (SELECT position FROM view_checkpoint WHERE view = 'outbox_v1') >= (SELECT max(position) FROM event)"
        async with past_the_wall(running.kernel.database).connection() as connection:
            row = await (await connection.execute(query)).fetchone()
        return bool(row[0])

    await eventually(reached)
