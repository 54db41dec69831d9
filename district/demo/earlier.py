"""What an earlier start left on the same data: its account, or that of an earlier release, which kept none; or somebody else's district."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from district.commands.shell import checked
from district.demo.day import Day
from district.demo.kept import Kept, read_kept
from district.sample.faces import sample_schools
from shared.errors import StartRefused


def take_up(day: Day, steps: Sequence[str]) -> None:
    """Gives the day the account that there is of it. steps: the names of all.

    Raises: StartRefused: these are the data of a district of one's own, in which no invented concern may appear.
    """
    schools, kept = _schools(day), read_kept(day.file)
    if schools and not day.own.roster and schools != sample_schools() and not (kept and kept.begun):
        raise StartRefused(
            f"{day.stage.home.folder} holds the schools of another district, and the demonstration plays only among its own: "
            "set TANGGAP_HOME to another folder"
        )
    day.read_cases()
    if kept and _is_there(day, kept):
        day.kept = kept
    elif not kept and not day.own.given() and day.cases:
        day.kept = Kept(steps=list(steps), earlier=True)


def _schools(day: Day) -> frozenset[str]:
    told = checked(day.client.get(f"{day.stage.origin}/intake/api/schools"))
    return frozenset(each["school"] for each in told["items"])


def _is_there(day: Day, kept: Kept) -> bool:
    """The store has what the account tells: it is not of data that were removed."""
    if not kept.raised:
        return kept.earlier or bool(_schools(day))
    first = kept.raised[0]
    headers = day.stage.home.service_headers() | {"receipt": first.receipt}
    return day.client.get(f"{day.stage.origin}/intake/api/concerns/{first.concern}", headers=headers).status_code == httpx.codes.OK
