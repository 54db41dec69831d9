"""What the case itself tells: everything of it that belongs to no strategy, as one chapter."""

from __future__ import annotations

from services.cases.domain.case import (
    additions,
    answering,
    expecting,
    families,
    guardians,
    opening,
    owing,
    own_words,
    paper,
    revealing,
    strands,
)
from services.cases.domain.case.additions import ADDITIONS
from services.cases.domain.case.conflict import CONFLICT
from services.cases.domain.case.families import FAMILIES
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.own_words import OBJECTIONS
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.revealing import REVEALING
from services.cases.domain.case.transferring import StudentMoved
from services.cases.domain.referring.disclosure import DISCLOSURE
from services.cases.domain.steps import deadline, endings, files
from services.cases.domain.steps.tells import NOTHING, Chapter, Document
from shared.events import AlertsPassedOn, CaseAcknowledged, CaseClosed, CasePeopleChanged, SchoolToBeTold, StaffToBeTold, WorkOverdue

_PARTS = (HANDLING, CONFLICT, PROTECTION, MOVING, DISCLOSURE, ADDITIONS, FAMILIES, OBJECTIONS, REVEALING)

THE_CASE_ITSELF = Chapter(
    "case",
    {
        **strands.TELLS, **paper.TELLS, **revealing.TELLS,
        **owing.TELLS, **additions.TELLS, **answering.TELLS, **guardians.TELLS, **families.TELLS, **own_words.TELLS, **files.TELLS, **deadline.TELLS,
        **endings.TELLS,
        StaffToBeTold: NOTHING, SchoolToBeTold: NOTHING, AlertsPassedOn: NOTHING, CasePeopleChanged: NOTHING, WorkOverdue: NOTHING,
        StudentMoved: NOTHING,
        **{event: tells for part in _PARTS for event, tells in part.tells.items()},
    },
    awaits=(*opening.CLOCKS, expecting.NEXT_STEP, expecting.ACTIVITY_STEP, *endings.AWAITS, *(code for part in _PARTS for code in part.awaits)),
    documents=(
        Document("case-closing", "Surat keterangan selesai layanan", "Letter that the service has ended", CaseClosed),
        Document("case-summary", "Ringkasan kasus untuk serah terima", "Case summary for a hand-over", CaseAcknowledged, whole=True),
        Document("subject-access", "Keterangan tentang data pribadi murid", "What is kept about the student", strands.StrandAdded, whole=True),
    ),
    subject="case",
)  # fmt: skip
