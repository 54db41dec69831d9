"""What a strategy must know of its case to decide: whose it is, whether it is handled, and who must not be near it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.errors import Refused
from shared.events import Category, NoticeAsks, Urgency


@dataclass(frozen=True, slots=True)
class About:
    """One case, as far as its strategies are concerned.

    version: of the case before the command. categories: of all its concerns, and those of the dangers that were told of.
    handling: a person took it in hand and it is not closed. named: everybody named in a strand or suspended for conflict; they work nothing and
    are invited to nothing. accused: students reported as accused in an incident of this case. safe_home: guardians a counsellor judged safe.
    implicated: guardians who are accused or unsafe. kept_from_home: everybody named, but for whom nothing speaks against than being family.
    unsafe_home: an accused guardian without a name was told of.
    refused: consents that a guardian refused or withdrew, and has not given since.
    """

    case: str
    student: str | None
    school: str
    handling: bool = True
    version: int = 0
    urgency: Urgency = "low"
    categories: tuple[Category, ...] = ()
    named: frozenset[str] = frozenset()
    accused: frozenset[str] = frozenset()
    sexual_violence: bool = False
    safe_home: frozenset[str] = frozenset()
    implicated: frozenset[str] = frozenset()
    kept_from_home: frozenset[str] = frozenset()
    unsafe_home: bool = False
    self_report: bool = False
    refused: frozenset[NoticeAsks] = frozenset()


class NoMarriageSettlement(Refused):
    code = "no-marriage-settlement"
    indonesian = (
        "Masalah murid tidak pernah diselesaikan dengan pernikahan. Jika ada yang mengusulkannya, catat sebagai laporan perkawinan anak "
        "dan buat pelaporan resmi."
    )
    english = (
        "What happened to a student is never settled by marriage. Where somebody proposes it, record that as a concern (child marriage) "
        "and report it officially."
    )


class NoSettlement(Refused):
    code = "no-settlement"
    indonesian = "Pada kekerasan seksual tidak ada mediasi atau surat perdamaian."
    english = "In a case of sexual violence there is no mediation and no peace letter."
