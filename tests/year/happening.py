"""What happens to the people of a district: they come, move, marry, leave and come back. Each function says it for the diary, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.year.truth import FAMILY, Somebody, Truth

Happens = Callable[[Truth], str]


def _any(truth: Truth, people: list[Somebody]) -> Somebody | None:
    return truth.chance.choice(people) if people else None


def _school(truth: Truth, but: str = "") -> str:
    return truth.chance.choice([each for each in truth.schools if each != but])


def a_student_comes(truth: Truth) -> str:
    school = _school(truth)
    return f"{truth.enrol(school)[0].key} comes to {school}"


def twins_come(truth: Truth) -> str:
    school = _school(truth)
    return f"the twins {', '.join(each.key for each in truth.enrol(school, twins=2))} come to {school}"


def a_student_moves(truth: Truth) -> str:
    if not (student := _any(truth, truth.of("student"))):
        return ""
    to = _school(truth, student.school)
    truth.move(student, to)
    return f"{student.key} moves from {student.school} to {to}"


def a_student_leaves(truth: Truth) -> str:
    if not (student := _any(truth, truth.of("student"))):
        return ""
    truth.leave(student)
    return f"{student.key} leaves the district"


def somebody_comes_back(truth: Truth) -> str:
    if not (somebody := _any(truth, [each for each in truth.gone.values() if each.kind != "guardian"])):
        return ""
    to = somebody.school if somebody.school in truth.schools and truth.chance.random() < 0.5 else _school(truth)
    truth.come_back(somebody, to)
    return f"{somebody.key} is back, at {to}"


def somebody_marries(truth: Truth) -> str:
    if not (somebody := _any(truth, [*truth.of("staff"), *truth.of("guardian")])):
        return ""
    truth.change(somebody, family=truth.chance.choice(FAMILY))
    return f"{somebody.key} marries"


def an_address_changes(truth: Truth) -> str:
    somebody = _any(truth, list(truth.people.values()))
    if somebody is None:
        return ""
    truth.change(somebody, email=truth.chance.choice(("", f"{somebody.key}-2@contoh.invalid", f"{somebody.key}@mati.invalid")))
    return f"{somebody.key} has another address, or none"


def staff_come(truth: Truth) -> str:
    school, role = _school(truth), truth.chance.choice(("counsellor", "coordinator", "subject-teacher"))
    return f"{truth.hire(school, role).key} begins at {school} as {role}"


def staff_leave(truth: Truth) -> str:
    if not (staff := _any(truth, truth.of("staff"))):
        return ""
    truth.leave(staff)
    return f"{staff.key} ({staff.roles}) leaves"


def staff_move(truth: Truth) -> str:
    if not (staff := _any(truth, truth.of("staff"))):
        return ""
    to = _school(truth, staff.school)
    truth.transfer(staff, to)
    return f"{staff.key} ({staff.roles}) moves to {to}"


def a_role_changes(truth: Truth) -> str:
    if not (staff := _any(truth, truth.of("staff"))):
        return ""
    role = truth.chance.choice(("counsellor", "coordinator", "principal", "homeroom", "subject-teacher"))
    truth.change(staff, roles=((staff.school, role), *(each for each in staff.roles if each[0] != staff.school)))
    return f"{staff.key} ({staff.roles}) is {role} now"


def a_second_school(truth: Truth) -> str:
    """Somebody works at another school, too."""
    if not (staff := _any(truth, truth.of("staff"))):
        return ""
    post = _school(truth, staff.school), truth.chance.choice(("counsellor", "subject-teacher", "principal"))
    truth.change(staff, roles=(*staff.roles, post) if post not in staff.roles else staff.roles)
    return f"{staff.key} is {post[1]} at {post[0]}, too"


def the_school_year_ends(truth: Truth) -> str:
    truth.next_grades()
    return "the school year ends: everybody is a class further, the last class graduates"


def two_schools_become_one(truth: Truth) -> str:
    school = truth.chance.choice(sorted(SAME_KIND))
    into = SAME_KIND[school]
    truth.close(school, into)
    return f"{school} closes; its people go to {into}"


SAME_KIND = {"sd2": "sd1", "sd1": "sd2", "smp1": "sma1"}
"""Which school takes in which; the last one is a school under one roof (satu atap)."""

HAPPENINGS: Mapping[Happens, int] = {
    a_student_comes: 2, twins_come: 1, a_student_moves: 6, a_student_leaves: 3, somebody_comes_back: 4, somebody_marries: 2, an_address_changes: 3,
    staff_come: 2, staff_leave: 4, staff_move: 3, a_role_changes: 3, a_second_school: 2, the_school_year_ends: 1, two_schools_become_one: 1,
}  # fmt: skip
"""What may happen, and how often."""
