"""What the agency will read: the package, put together from what the counsellor wrote, and what else is printed in the letter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.cases.domain.case.state import Case
from services.cases.domain.steps.home import is_unsafe
from services.cases.pages.around import Around
from services.cases.pages.people import Names
from services.cases.reading.whereabouts import Whereabouts
from services.cases.referring.typed import Said
from shared.pages import Text, say
from shared.sealed import Erased
from shared.service import Kernel

IDENTITY: Mapping[str, Text] = {"name": say("Nama"), "age": say("Umur"), "homeroom": say("Kelas")}
"""What of the student's identity may stand in the package."""


@dataclass(frozen=True, slots=True)
class Student:
    """As the roster has the student now; empty or None where it does not say."""

    name: str = ""
    age: int | None = None
    homeroom: str = ""
    born: date | None = None
    guardians: Sequence[tuple[str, str]] = ()
    """By id and name; without those who are accused or unsafe, who consent to nothing and whom no agency is told of."""

    def told(self) -> Mapping[str, str]:
        """What may be ticked, as it would be written."""
        found = {"name": self.name, "age": f"{self.age} tahun" if self.age is not None else "", "homeroom": self.homeroom}
        return {what: text for what, text in found.items() if text}


@dataclass(frozen=True, slots=True)
class AboutStudent:
    """Looks up the student of a case."""

    kernel: Kernel
    around: Around
    names: Names

    async def of(self, case: Case) -> Student:
        """Everything empty while nobody is identified."""
        person = await self.around.roster.person(case.student) if case.student else None
        if person is None or case.student is None:
            return Student()
        known = await self.names.of([case.student, *person.guardians])
        born = await self.kernel.vault.open(person.born) if person.born else None
        return Student(
            name=known.get(case.student, ""),
            age=await self.around.age(case.student, case.school),
            homeroom=await Whereabouts(self.kernel.database).homeroom(case.student) or "",
            born=date.fromisoformat(born) if born and not isinstance(born, Erased) else None,
            guardians=[(each, known[each]) for each in person.guardians if each in known and not is_unsafe(each, case.about)],
        )


def package(said: Said, student: Student) -> str:
    """Exactly what the agency will read. It is Indonesian, as the letter is."""
    return "\n\n".join(_paragraphs(said, student))


def _paragraphs(said: Said, student: Student) -> Iterator[str]:
    identity = [text for what, text in student.told().items() if what in said.all("identity")]
    if identity:
        yield f"Murid: {', '.join(identity)}"
    headed = {"problem": "Masalah yang dirujuk", "done": "Yang sudah dilakukan sekolah", "wanted": "Yang diminta"}
    yield from (f"{heading}:\n{said.one(name)}" for name, heading in headed.items() if said.one(name))
