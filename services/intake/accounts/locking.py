"""How many accounts of a school one leader locks alone (people.md, Signing in).

A stolen telephone cannot wait for a second person, so one leader locks at once. But whoever sits in a leader's session must not shut a whole school
out: the last leader who could unlock, a fourth account, or more than stay open, takes somebody of the district besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import Refused

AT_MOST = 3
"""Accounts of a school that are locked at once without the district."""


class Colleague(NamedTuple):
    """Somebody with an account at the school, who is not the one who locks. leads: may unlock others there."""

    person: str
    leads: bool
    locked: bool


class LockNeedsDistrict(Refused):
    code = "lock-needs-district"
    indonesian = (
        "Akun ini tidak dapat dikunci oleh satu orang dari sekolah: terlalu banyak akun akan terkunci, atau tidak ada pimpinan lain"
        " yang dapat membukanya. Mintalah petugas piket dinas menguncinya."
    )
    english = (
        "One person of the school cannot lock this account: too many would be locked, or no other leader could unlock them."
        " Ask the district's duty officer to lock it."
    )


def require_lockable(person: str, others: Sequence[Colleague]) -> None:
    """others: everybody else of the school with an account, locked or not, the person among them. Raises: LockNeedsDistrict."""
    locked = {each.person for each in others if each.locked} | {person}
    left = [each for each in others if each.person not in locked]
    leads = any(each.leads for each in others if each.person == person)
    last_leader = leads and not any(each.leads for each in left)
    too_many = len(locked) > AT_MOST or (len(locked) > 1 and len(left) < len(locked))
    if last_leader or too_many:
        raise LockNeedsDistrict
