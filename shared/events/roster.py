"""Who is who, and where: schools, people, the posts they hold, and who may do nothing for now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from shared.message import Outlives, PublicEvent
from shared.sealed import ContactText, IdentityText

StaffRole = Literal[
    "counsellor", "coordinator", "homeroom", "mentor", "subject-teacher", "vice-principal", "principal", "supervisor",
    "district-officer", "district-duty", "auditor", "system-administrator", "school-operator",
]  # fmt: skip
PartnerRole = Literal["agency-officer"]
"""Of people who work at a partner agency. No roster gives it."""

Role = Literal[StaffRole, "student", "guardian", PartnerRole]
"""What a person can be."""

SchoolKind = Literal["regency", "province", "kemenag"]
"""Who is responsible for a school: kabupaten/kota, provinsi, or Kemenag (domain.md, Who is who)."""


@dataclass(frozen=True, slots=True)
class Post:
    """A role and where it holds: at one school, at all schools of a kind, or in the whole district where neither is said.

    school: of an agency's officer the id of the agency, which is no school's.
    """

    role: Role
    school: str | None = None
    kind: SchoolKind | None = None


DISTRICT_ROLES: frozenset[str] = frozenset({"supervisor", "district-officer", "district-duty", "auditor", "system-administrator"})
"""The roles of the district's own people. They stand in no school's export (domain.md, People come and go)."""

_MADRASAHS = frozenset({"ra", "mi", "mts", "ma", "mak", "min", "mtsn", "man", "makn"})
"""How the names of Kemenag's schools begin."""


class SchoolRegistered(PublicEvent):
    """A school of the district; name and number are not personal. `kind` is the organisation's type in the roster."""

    type: Literal["school-registered"] = "school-registered"
    version: Literal[1] = 1
    school: str
    npsn: str | None
    name: str
    level: Literal["sd", "smp", "sma", "smk", "slb", "other", "district"]
    cluster: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.school

    @property
    def kind_of_school(self) -> SchoolKind | None:
        """Who is responsible: Kemenag for madrasahs, the province from upper secondary on and for special schools, else the regency or city.

        None for an office, which is no school.
        """
        if self.level == "district":
            return None
        if self.name.lower().split(" ", 1)[0].rstrip(".") in _MADRASAHS:
            return "kemenag"
        return "province" if self.level in ("sma", "smk", "slb") else "regency"


class PersonRegistered(PublicEvent):
    """A person of the roster as it stands now (sent again on change). Names, birth date and contacts are sealed under the person's
    own key, purpose `identity` (name, born) and `contact` (email, phone).

    school: where a student is; of others the main one. posts: the roles of staff, each at the school where it holds.
    """

    type: Literal["person-registered"] = "person-registered"
    version: Literal[2] = 2
    person: str
    kind: Literal["student", "staff", "guardian"]
    school: str
    posts: tuple[Post, ...] = ()
    name: IdentityText
    born: IdentityText | None = None
    email: ContactText | None = None
    phone: ContactText | None = None
    guardians: tuple[str, ...] = ()
    homeroom: str | None = None

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonLeft(PublicEvent):
    type: Literal["person-left"] = "person-left"
    version: Literal[1] = 1
    person: str
    school: str

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonAppointed(PublicEvent):
    """Somebody holds a post by the district's word. No import of a roster gives or takes it.

    name, email, phone: of somebody who stands in no roster; sealed under their own key, purposes `identity` and `contact`.
    """

    type: Literal["person-appointed"] = "person-appointed"
    version: Literal[1] = 1
    person: str
    post: Post
    name: IdentityText | None = None
    email: ContactText | None = None
    phone: ContactText | None = None

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonDismissed(PublicEvent):
    """An appointment ended."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["person-dismissed"] = "person-dismissed"
    version: Literal[1] = 1
    person: str
    post: Post

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonSuspended(PublicEvent):
    """Somebody may do nothing any more until they are reinstated, whatever posts they hold."""

    outlives: ClassVar[Outlives | None] = "always"
    type: Literal["person-suspended"] = "person-suspended"
    version: Literal[1] = 1
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


class PersonReinstated(PublicEvent):
    """A suspension ended."""

    outlives: ClassVar[Outlives | None] = "with-its-stream"
    type: Literal["person-reinstated"] = "person-reinstated"
    version: Literal[1] = 1
    person: str

    @property
    def ordering_key(self) -> str:
        return self.person


DOUBLES = "doubles"
"""The ordering key of every match: whoever was matched with one and then with another is so everywhere."""


class PersonsMatched(PublicEvent):
    """Somebody confirmed that the roster has one student under two ids. Each keeps its own history; what goes on, goes on as `person`.

    other: the second id. by: who confirmed it.
    """

    type: Literal["persons-matched"] = "persons-matched"
    version: Literal[1] = 1
    person: str
    other: str
    by: str

    @property
    def ordering_key(self) -> str:
        return DOUBLES


class PersonsUnmatched(PublicEvent):
    """They are two students after all. Each has again what was their own."""

    type: Literal["persons-unmatched"] = "persons-unmatched"
    version: Literal[1] = 1
    person: str
    other: str
    by: str

    @property
    def ordering_key(self) -> str:
        return DOUBLES


RosterFact = SchoolRegistered | PersonRegistered | PersonLeft | PersonAppointed | PersonDismissed | PersonSuspended | PersonReinstated
"""Everything that says who is who and where; each service keeps it (ADR 20)."""
