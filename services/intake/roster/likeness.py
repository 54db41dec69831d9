"""Which students of a school are likely one child under two ids: the same name, and no birth date that says otherwise (ADR 58). Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from services.intake.roster.person import Person


def spelled(name: str) -> str:
    """A name as it is compared: without accents, marks, doubled spaces and the difference of large and small letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter) and letter not in "'’`")
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


def of_one_name(names: Mapping[str, str]) -> list[Sequence[str]]:
    """Groups of people whose names are spelled alike. names: by id."""
    found: dict[str, list[str]] = defaultdict(list)
    for person, name in names.items():
        if key := spelled(name):
            found[key].append(person)
    return [people for people in found.values() if len(people) > 1]


def likely(people: Iterable[Person]) -> list[tuple[Person, Person]]:
    """Pairs of a group of one name. Two birth dates that differ are two children; one that nobody knows says nothing."""
    return [(one, other) for one, other in combinations(people, 2) if one.born == other.born or not (one.born and other.born)]
