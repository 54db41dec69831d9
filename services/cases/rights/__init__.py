"""Who may read what of a case and who may work on it, decided at the moment of asking (domain.md, Who is who; ADR 31)."""

from services.cases.rights.activities import glass_until, is_of, may_open, may_read
from services.cases.rights.alone import (
    is_leader,
    is_nobodys,
    may_take,
    require_at_school,
    require_giver,
    require_giver_of,
    require_leader,
    require_party,
    require_reader,
)
from services.cases.rights.case import is_there, require_content, require_right, rights, standing_of
from services.cases.rights.explaining import explained
from services.cases.rights.lists import OF_THE_SCHOOL, Sight, schools_of, sight_of
from services.cases.rights.reasons import ReadingReason, ReadingReasonNeeded, require_reason
from shared.rights.matrix import Level as Rights

__all__ = [
    "OF_THE_SCHOOL",
    "ReadingReason",
    "ReadingReasonNeeded",
    "Rights",
    "Sight",
    "explained",
    "glass_until",
    "is_leader",
    "is_nobodys",
    "is_of",
    "is_there",
    "may_open",
    "may_read",
    "may_take",
    "require_at_school",
    "require_content",
    "require_giver",
    "require_giver_of",
    "require_leader",
    "require_party",
    "require_reader",
    "require_reason",
    "require_right",
    "rights",
    "schools_of",
    "sight_of",
    "standing_of",
]
