"""Finds somebody by name, for the operator: names are sealed, so they are opened and compared."""

from __future__ import annotations

from services.intake.accounts.office import AccountOffice
from shared.errors import Fault, Invalid
from shared.sealed import Sealed


async def named(office: AccountOffice, told: str) -> str:
    """The id of a person, given it or their whole name; what is neither comes back as it is. Raises: Invalid: several people have this name."""
    if (await office.kernel.posts.of(told)).kind is not None:
        return told
    people = await office.directory.people("staff", None, schools="*")
    names = await office.kernel.vault.open_many([each["name"] for each in people if isinstance(each["name"], Sealed)])
    found = [str(each["person"]) for each, name in zip(people, names, strict=True) if _same(str(name), told)]
    if len(found) > 1:
        raise Invalid(Fault("/person", "several-people"), message=f"several people have this name; say which: {', '.join(sorted(found))}")
    return found[0] if found else told


def _same(name: str, told: str) -> bool:
    return name.casefold().split() == told.casefold().split()
