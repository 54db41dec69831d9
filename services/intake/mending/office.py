"""Mends a person of the roster by hand. The mend is stored first and then applied; an import in between applies it as well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from uuid import uuid4

from services.intake.domain.mends import MENDS, Key, MendCommand, Mended, MendField, Mends, UndoMend, mends_stream
from services.intake.domain.roster import ROSTER
from services.intake.mending.holding import opened
from services.intake.mending.putting import is_with, of, put, without_guardian
from services.intake.roster.cells import wrong_date, wrong_text, wrong_title
from services.intake.roster.importing import RosterImport
from services.intake.roster.likeness import spelled
from services.intake.roster.person import Person
from services.intake.roster.registered import Registered
from services.intake.roster.registering import Registering
from services.intake.views import Directory
from shared.access import Principal
from shared.decider import execute, load
from shared.errors import NotFound, Refused
from shared.message import Occasion
from shared.sealed import Erased, Sealed
from shared.sealing import ToSeal

MENDS_ROSTERS = ("school-operator", "coordinator")
"""The roles that may mend, each for their own school."""


class NotSuchAValue(Refused):
    code = "not-such-a-value"
    status = 422
    indonesian = "Isi ini tidak dapat dipakai. Nama dan kelas ditulis sebagai teks, dan tanggal lahir adalah tanggal yang sudah lewat."
    english = "This cannot be used. A name or a class is written as text, and a birth date is a day in the past."


class NoGuardianOfThisName(Refused):
    code = "no-guardian-of-this-name"
    status = 422
    indonesian = "Tidak ada orang tua/wali dengan nama ini di data sekolah Anda. Periksa ejaannya, atau tambahkan orangnya di sistem asal."
    english = "No guardian of this name is in your school's roster. Check the spelling, or add the person in the source."


class SeveralOfThisName(Refused):
    code = "several-guardians-of-this-name"
    status = 422
    indonesian = "Beberapa orang tua/wali bernama demikian, jadi kami tidak memilih. Tambahkan hubungannya di sistem asal."
    english = "Several guardians have this name, so none is chosen. Add the link in the source."


@dataclass(frozen=True, slots=True)
class MendingOffice:
    """importing: no import goes on while somebody is changed."""

    importing: RosterImport
    directory: Directory

    async def of(self, school: str) -> Mends:
        """What is open and what stands at a school."""
        return (await load(self.importing.kernel.store, MENDS, mends_stream(school))).state

    async def person(self, principal: Principal, person: str) -> Person:
        """As registered last. Raises: NotFound: nobody of the principal's schools."""
        last = await self._present(person)
        if last is None or last.school not in principal.schools(*MENDS_ROSTERS):
            raise NotFound("nobody of your school has this id")
        return last

    async def mend(self, principal: Principal, person: str, field: Mended, typed: str) -> None:
        """Raises: NotFound, Unavailable, a refusal."""
        async with self.importing.alone():
            await self.importing.caught_up()
            last = await self.person(principal, person)
            if last.kind != "student" and field != "name":
                raise NotFound("only students have this")
            value = await self._guardian(last.school, typed) if field == "guardian" else self._right(field, typed)
            if is_with(last, field, value):
                return
            await self._store(principal, last, field, value)
            await self._apply(put(last, field, value), principal.id)

    async def undo(self, principal: Principal, person: str, field: Mended) -> None:
        """The person has the earlier value again; the next import brings what the source says. Raises: NotFound, NoSuchMend, Unavailable."""
        async with self.importing.alone():
            await self.importing.caught_up()
            last = await self.person(principal, person)
            standing = (await self.of(last.school)).standing.get(Key(person, field))
            command = UndoMend(school=last.school, person=person, field=field, by=principal.id)
            await self._execute(last.school, command, principal.id)
            for mend in await opened([standing] if standing else [], self.importing.kernel.vault):
                is_linked = field == "guardian" and mend.told.was is None
                before = without_guardian(last, mend.value) if is_linked else put(last, field, mend.was)
                await self._apply(before, principal.id)

    def _right(self, field: Mended, typed: str) -> str:
        """What was typed, as the roster has it. Raises: NotSuchAValue."""
        text = " ".join(typed.split())
        check = {"name": wrong_text, "born": wrong_date, "homeroom": wrong_title}[field]
        if not text or check(text) or (field == "name" and not any(letter.isalpha() for letter in text)):
            raise NotSuchAValue
        if field == "born" and not _is_past(text, self.importing.kernel.clock.now().date()):
            raise NotSuchAValue
        return text

    async def _guardian(self, school: str, name: str) -> str:
        """Raises: NoGuardianOfThisName, SeveralOfThisName."""
        people = await self.directory.people("guardian", school, schools=school)
        boxes = {str(each["person"]): each["name"] for each in people if isinstance(each["name"], Sealed)}
        names = await self.importing.kernel.vault.open_many(list(boxes.values()))
        found = [each for each, told in zip(boxes, names, strict=True) if not isinstance(told, Erased) and spelled(told) == spelled(name)]
        if not found or not spelled(name):
            raise NoGuardianOfThisName
        if len(found) > 1:
            raise SeveralOfThisName
        return found[0]

    async def _store(self, principal: Principal, last: Person, field: Mended, value: str) -> None:
        context, was = f"{mends_stream(last.school)}/{last.id}/{field}", of(last, field)
        wanted = [ToSeal(last.id, "identity", text, f"{context}/{place}") for place, text in (("value", value), ("was", was)) if text]
        boxes = await self.importing.kernel.vault.seal_many(wanted)
        before = boxes[1] if was else None
        mend = MendField(school=last.school, person=last.id, field=field, value=boxes[0], was=before, by=principal.id)
        await self._execute(last.school, mend, principal.id)

    async def _apply(self, person: Person, by: str) -> None:
        registering = Registering(self.importing.kernel, self._occasion(by))
        await registering.append((await registering.sealed([person])).registrations)
        await self.importing.caught_up()

    async def _present(self, person: str) -> Person | None:
        """None for whoever left, or was erased."""
        kernel = self.importing.kernel
        if not (await load(kernel.store, ROSTER, f"person-{person}")).state.present:
            return None
        return await Registered(kernel.store, kernel.vault).last(person)

    async def _execute(self, school: str, command: MendCommand, by: str) -> None:
        await execute(self.importing.kernel.store, MENDS, mends_stream(school), command, replace(self._occasion(by), school=school))

    def _occasion(self, by: str) -> Occasion:
        cause = uuid4()
        return Occasion(by, None, self.importing.kernel.clock.now(), cause, cause)


def _is_past(text: str, today: date) -> bool:
    try:
        return date.fromisoformat(text) < today
    except ValueError:
        return False
