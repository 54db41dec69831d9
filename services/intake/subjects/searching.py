"""The search for a person on the pages of erasures and requests: a name is sent in the body, because addresses carry no names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Form

from services.intake.subjects.finding import KINDS, MOST, SubjectFinder, Wanted
from shared.access import Principal
from shared.pages import Text, say

_FEWEST = 3
"""Letters of a name by which somebody is looked for."""

_Line = Annotated[str, Form(max_length=200)]


def _typed(sekolah: _Line = "", nama: _Line = "", nomor: _Line = "", keluar: _Line = "") -> Wanted:
    return Wanted(sekolah, nama.strip(), nomor.strip(), bool(keluar))


Typed = Annotated[Wanted, Depends(_typed)]
"""The search as the browser sent it."""


def errors_of(wanted: Wanted) -> Mapping[str, Text]:
    """What is missing, by field."""
    if wanted.number:
        return {}
    named = sum(letter.isalpha() for letter in wanted.name) >= _FEWEST
    return ({} if wanted.school else {"sekolah": say("Pilih sekolahnya.")}) | (
        {} if named else {"nama": say("Tuliskan paling sedikit tiga huruf namanya.")}
    )


async def told_of(finder: SubjectFinder, principal: Principal, wanted: Wanted | None = None) -> Mapping[str, object]:
    """Values for the templates of the search. wanted: None before a search. Raises: StillBuilding, BehindWrite."""
    errors = errors_of(wanted) if wanted else {}
    found = await finder.of(principal, wanted) if wanted and not errors else None
    return {
        "schools": await finder.schools(principal), "wanted": wanted or Wanted(), "search_errors": errors, "kinds": KINDS,
        "found_people": None if found is None else found[:MOST], "too_many": bool(found and len(found) > MOST),
    }  # fmt: skip
