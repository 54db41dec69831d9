"""Who may give and take which posts of the district on a page. Nobody does so for themselves, and an administrator opens no content to anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.errors import NotAllowed, Refused
from shared.events import StaffRole

GIVES: Mapping[StaffRole, Sequence[StaffRole]] = {
    "district-officer": ("district-duty", "supervisor", "district-officer", "auditor", "system-administrator"),
    "system-administrator": ("district-officer", "system-administrator"),
}
"""By the role of who gives: the head of the office gives all posts; an administrator who begins a district gives the head's."""

OF_THE_OFFICE: tuple[StaffRole, ...] = ("district-duty", "supervisor", "district-officer", "auditor", "system-administrator")


class OwnPost(Refused):
    code = "own-post"
    indonesian = "Tidak seorang pun mengangkat atau memberhentikan dirinya sendiri: mintalah kepada petugas dinas lain."
    english = "Nobody appoints or dismisses themselves: ask somebody else of the district."


def given_by(roles: frozenset[str]) -> list[StaffRole]:
    """The posts that somebody with these roles gives, in the order of `OF_THE_OFFICE`."""
    found = {role for giver, given in GIVES.items() if giver in roles for role in given}
    return [role for role in OF_THE_OFFICE if role in found]


def require_gives(roles: frozenset[str], giver: str, person: str, role: str) -> None:
    """person: empty for somebody new. Raises: NotAllowed: not a post that they give; OwnPost."""
    if role not in given_by(roles):
        raise NotAllowed
    if giver == person:
        raise OwnPost
