"""The data of every official document of a case: its strategies say which there are and when, its model what stands in it.

A document holds the fields of its own subject, as its reader may read them; where they may not, it says that it is there and no more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.cases.domain.casework import Casework
from services.cases.letters.gathering import Gathered
from services.cases.letters.kinds import Kind
from services.cases.letters.made import Made, made_of, material_of
from services.cases.letters.material import Material, NotComplete
from services.cases.reading.summary import WITHHELD


def documents_of(casework: Casework, kinds: Mapping[str, Kind[Material]], gathered: Gathered) -> list[dict[str, Any]]:
    """The documents that a history holds, in order."""
    return [told(each, kinds, gathered) for each in made_of(casework, gathered)]


def told(made: Made, kinds: Mapping[str, Kind[Material]], gathered: Gathered) -> dict[str, Any]:
    """One of them."""
    document = made.document
    return {
        "name": document.name,
        "id": document.indonesian,
        "en": document.english,
        "version": made.version,
        "happened_at": made.happened.at.isoformat(),
        "data": _data(made, kinds, gathered),
        **({"number": made.number, "replaced_by": made.replaced_by} if document.number else {}),
    }


def _data(made: Made, kinds: Mapping[str, Kind[Material]], gathered: Gathered) -> dict[str, Any]:
    try:
        return kinds[made.document.name].build(material_of(made, gathered)).model_dump(mode="json")
    except NotComplete:
        return {"withheld": WITHHELD}


def undocumented(casework: Casework, kinds: Mapping[str, Kind[Material]]) -> Sequence[str]:
    """Documents of strategies that have no model."""
    return [each.name for chapter in casework.chapters for each in chapter.documents if each.name not in kinds]
