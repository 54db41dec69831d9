"""Group counselling: the plan, the report, who was there. A member's note lives in that member's case only and stands in none of them."""

from __future__ import annotations

from services.cases.domain.strategies.group_steps import GroupClosed, GroupFormed, MemberAdded, MemberRefused, MemberRemoved, SessionHeld
from services.cases.letters.material import Material, coded
from services.cases.letters.model import Model


class Member(Model):
    name: str


class GroupPlan(Model):
    """Rencana layanan kelompok: purpose and members, as the group was formed."""

    leader: str
    field: str
    formed: str
    purpose: str
    members: tuple[Member, ...]


def group_plan(material: Material) -> GroupPlan:
    formed = material.of(GroupFormed)
    return GroupPlan(
        leader=material.name(formed.by),
        field=coded("field", formed.field),
        formed=material.day(formed.at),
        purpose=material.text(formed.purpose),
        members=tuple(Member(name=material.name(each.student)) for each in formed.members),
    )


class Present(Model):
    """signed: empty, for a signature."""

    name: str
    came: str
    signed: str = ""


class GroupAttendance(Model):
    """Daftar hadir: one session."""

    leader: str
    session: int
    stage: str
    when: str
    hour: str
    members: tuple[Present, ...]


def group_attendance(material: Material) -> GroupAttendance:
    held = material.of(SessionHeld)
    came = [(each, "Hadir" if each in held.present else "Tidak hadir") for each in _members(material)]
    return GroupAttendance(
        leader=material.name(held.by),
        session=held.session,
        stage=coded("stage", held.stage),
        when=material.day(held.when),
        hour=material.hour(held.when),
        members=tuple(Present(name=material.name(student), came=told) for student, told in came),
    )


class Session(Model):
    session: int
    when: str
    stage: str
    present: int
    dynamics: str


class GroupReport(Model):
    """Laporan konseling kelompok: its sessions and its result."""

    leader: str
    field: str
    purpose: str
    members: tuple[Member, ...]
    sessions: tuple[Session, ...]
    result: str


def group_report(material: Material) -> GroupReport:
    formed, closed = material.of(GroupFormed), material.of(GroupClosed)
    return GroupReport(
        leader=material.name(closed.by),
        field=coded("field", formed.field),
        purpose=material.text(formed.purpose),
        members=tuple(Member(name=material.name(each)) for each in _members(material)),
        sessions=tuple(_session(each, material) for each in material.all(SessionHeld)),
        result=material.text(closed.result),
    )


def _session(held: SessionHeld, material: Material) -> Session:
    return Session(
        session=held.session,
        when=material.date(held.when),
        stage=coded("stage", held.stage),
        present=len(held.present),
        dynamics=material.text(held.dynamics),
    )


def _members(material: Material) -> list[str]:
    """The students of the group by then, in the order in which they came."""
    found: dict[str, None] = {}
    for event in material.events:
        match event:
            case GroupFormed(members=members):
                found |= {each.student: None for each in members}
            case MemberAdded(member=member):
                found[member.student] = None
            case MemberRemoved(student=student) | MemberRefused(student=student):
                found.pop(student, None)
            case _:
                pass
    return list(found)
