"""The five laws of a district's year. Each returns what is wrong with it, in words; nothing where it holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from services.cases.domain.case.state import Case
from services.cases.rights import Rights, may_read, rights, schools_of, sight_of
from services.notifications.domain.alert import LAST_RESORT_STEP, Alert
from shared.access import EVERYWHERE, Principal
from shared.errors import NotAllowed, NotFound
from shared.events import ConcernRaised
from tests.year.people import People
from tests.year.services import Services


def seen(principal: Principal, case: Case, services: Services) -> Rights | None:
    """What somebody may read of a case; None for nothing."""
    try:
        return rights(principal, case, services.now)
    except (NotFound, NotAllowed):
        return None


def lists(principal: Principal, case: Case, school: str, step: int) -> bool:
    """Whether what nobody has in a case stands on somebody's list *without an owner* (`reading.lists`, `reading.worklist`)."""
    if principal.id in case.named or not principal.holds("counsellor", "coordinator", "principal", "supervisor", "district-officer", "district-duty"):
        return False
    schools, sight = schools_of(principal).split(","), sight_of(principal)
    wall = "*" in schools or (school in schools and case.desk == "school") or f"desk:{school}" in schools
    return wall and (sight.whole == EVERYWHERE or school in sight.whole or (step > 0 and (sight.late == EVERYWHERE or school in sight.late)))


# 1: what is expected, and whose it is ------------------------------------------------------------------------------


def expected_and_owned(services: Services) -> Iterator[str]:
    """Every open case has something expected of somebody by some time, and exactly one owner who may open it, or stands on a list as without one."""
    for case in services.book.open:
        if not case.deadlines:
            yield f"nothing is expected of {case.case}"
        elif case.owner is None:
            yield from _without_owner(services, case)
        elif seen(services.principal(case.owner), case, services) not in ("content", "summary"):
            yield f"{case.case} is {case.owner}'s, who may not open it"


def _without_owner(services: Services, case: Case) -> Iterator[str]:
    nobodys = [each for each in case.deadlines.values() if each.owner is None]
    given_away = [each for each in case.deadlines.values() if each.what == "without-owner" and each.owner]
    if any(seen(services.principal(each.owner or ""), case, services) for each in given_away):
        return  # somebody by name is to give it to a colleague by then
    if not nobodys:
        yield f"{case.case} has no owner, and all that is expected is of somebody"
    people = (services.principal(person) for person in services.roster.posts.posts_of)
    if nobodys and not any(lists(each, case, case.school, max(one.step for one in nobodys)) for each in people):
        yield f"{case.case} has no owner and stands on nobody's list"


# 2: concerns -------------------------------------------------------------------------------------------------------


def concerns_in_one_case(services: Services) -> Iterator[str]:
    """Every concern is in exactly one case that goes on, once for each student whom it names."""
    raised = (ConcernRaised.model_validate_json(event.body) for event in services.intake.events if event.type == "concern-raised")
    wanted = Counter(each.concern for each in raised)
    held = Counter(concern for case in services.book.cases.values() if case.moves.merged_into is None for concern in _strands(services, case))
    for concern in wanted.keys() | held.keys():
        if held[concern] != wanted[concern]:
            yield f"concern {concern}, told of {wanted[concern]} students, stands {held[concern]} times in cases that go on"


def _strands(services: Services, case: Case) -> Iterator[str]:
    """The concerns of its own strands, and of strands that came with merged cases."""
    yield from _own(case)
    yield from (each.concern for each in case.moves.carried if each.concern in _own(services.book.cases[each.case]))


def _own(case: Case) -> list[str]:
    return [strand.concern.concern for strand in case.strands]


# 3: alerts ---------------------------------------------------------------------------------------------------------


def alerts_end(services: Services, alerts: dict[str, Alert]) -> Iterator[str]:
    """Every alert ends with a person or on the district's desk; until then something is still to come."""
    pending = {each.stream for each in services.post.outbox.waiting.values()} | {each.stream for each in services.post.outbox.climbs.values()}
    for stream, alert in alerts.items():
        if alert.raised is None or stream in pending or alert.acknowledged_by:
            continue
        if alert.raised.plain and alert.told:
            continue
        if not alert.exhausted:
            yield f"{stream} ({alert.raised.urgency}) has not ended, and nothing is to come"
        elif not any(step == LAST_RESORT_STEP for _, step in alert.told) and not _on_a_desk(services, alert):
            yield f"{stream} of {alert.raised.case} is exhausted, and reached nobody"


def _on_a_desk(services: Services, alert: Alert) -> bool:
    """The case is over, or what is expected of it stands on the district's list; for a plain message, on that of whoever has the case."""
    assert alert.raised
    case = _going_on(services, alert.raised.case)
    if case is None or case.closed:
        return True
    if alert.raised.plain and case.owner and seen(services.principal(case.owner), case, services):
        return bool(case.deadlines)
    people = (services.principal(person) for person in services.roster.posts.posts_of)
    step = max((each.step for each in case.deadlines.values()), default=-1)
    return any(each.holds("district-duty", "district-officer", "supervisor") and lists(each, case, case.school, step) for each in people)


def _going_on(services: Services, case_id: str) -> Case | None:
    case = services.book.cases.get(case_id)
    while case and case.moves.merged_into:
        case = services.book.cases.get(case.moves.merged_into)
    return case


# 4: who left -------------------------------------------------------------------------------------------------------


def who_left_opens_nothing(services: Services, gone: set[str]) -> Iterator[str]:
    """Nobody who left, or is suspended, opens anything; nor reads an activity, whatever it says of its readers."""
    for person in gone:
        principal = services.principal(person)
        if principal.posts:
            yield f"{person} is gone and holds {sorted(map(str, principal.posts))}"
        for case in services.book.cases.values():
            found = seen(principal, case, services)
            if found:
                opened = [each.activity for each in case.activities.values() if may_read(principal, case, each, found, services.now)]
                yield f"{person} is gone and reads {case.case} ({found}) and {opened}"


# 5: the roster -----------------------------------------------------------------------------------------------------


def roster(services: Services) -> dict[str, tuple[object, ...]]:
    """Everybody of the exports, as cases and notifications have them; what the district appointed stands in no export."""
    cases, told = services.roster.posts, services.notified.posts
    return {
        person: (
            kept.kind, kept.school, kept.name.box, kept.born and kept.born.box, sorted(kept.guardians), services.whereabouts.where.get(person),
            {each.post for each in cases.posts_of[person] if not each.appointed}, _notified(told, person),
        )
        for person, kept in cases.people.items() if kept.school is not None
    }  # fmt: skip


def _notified(told: People, person: str) -> tuple[object, ...]:
    kept = told.people[person]
    return kept.school, kept.email and kept.email.box, sorted(kept.guardians), {each.post for each in told.posts_of[person] if not each.appointed}
