"""Every strategy that there is, in the order of docs/domain.md. A new one is added here, and nowhere else (docs/adding-a-strategy.md)."""

from __future__ import annotations

from services.cases.domain.data_request import DATA_REQUEST
from services.cases.domain.official_reporting import REPORT
from services.cases.domain.referring.consent import REFERRAL
from services.cases.domain.steps.tells import Described
from services.cases.domain.strategies.conference import CONFERENCE
from services.cases.domain.strategies.consultation import CONSULTATION
from services.cases.domain.strategies.counselling import COUNSELLING
from services.cases.domain.strategies.group import GROUP_COUNSELLING
from services.cases.domain.strategies.parents import PARENTS
from services.cases.domain.strategies.partnership import PARTNERSHIP
from services.cases.domain.strategies.referral import INBOUND
from services.cases.domain.strategies.teacher import TEACHER
from services.cases.domain.strategies.visit import VISIT

STRATEGIES: tuple[Described, ...] = (
    COUNSELLING,
    GROUP_COUNSELLING,
    REFERRAL,
    INBOUND,
    TEACHER,
    PARENTS,
    PARTNERSHIP,
    CONSULTATION,
    CONFERENCE,
    VISIT,
    REPORT,
    DATA_REQUEST,
)
