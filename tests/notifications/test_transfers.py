"""A case that goes to another district with its task: known before anything is sent, in the envelope only as a code, its cautions only for who accepts."""

from datetime import UTC, datetime

import orjson
import pytest

from services.notifications.districts.intake import named
from services.notifications.districts.messages import Package
from services.notifications.domain.task import TASK, HandOver, RequestTask
from services.notifications.domain.task.events import TaskHandsOver, TaskRequested
from services.notifications.senders.webhook import notice
from shared.testing import given
from tests.notifications.test_task import FIELDS, REQUESTED

AT = datetime(2026, 11, 29, tzinfo=UTC)
WITH_CASE = TaskHandsOver(cautions=("guardian-unsafe",))
GUARDIAN, OTHER = {"relation": "guardian", "role": "accused"}, {"relation": "outsider", "role": "involved"}


def test_that_the_case_goes_along_is_known_before_the_task_and_once():
    given(TASK).when(HandOver(cautions=("guardian-unsafe",))).then(WITH_CASE)
    given(TASK, WITH_CASE).when(HandOver(cautions=("guardian-unsafe",))).then()
    given(TASK, WITH_CASE).when(RequestTask(**FIELDS)).then(REQUESTED)
    given(TASK, REQUESTED).when(HandOver(cautions=())).then()


@pytest.mark.parametrize("hands_over", [False, True])
def test_the_envelope_says_a_transfer_and_nothing_of_whom_to_be_careful(hands_over):
    told = TaskRequested(**FIELDS)
    purpose = {"purpose": "transfer"} if hands_over else {}
    assert orjson.loads(notice("https://a.example", told, "evt_1", AT, hands_over=hands_over)) == {
        "specversion": "1.0", "id": "evt_1", "source": "https://a.example", "type": "id.tanggap.referral.requested.v1", "subject": f"tasks/{told.task}",
        "time": "2026-11-29T00:00:00+00:00", "datacontenttype": "application/json", "dataclassification": "restricted",
        "data": {
            "task": f"https://a.example/notifications/api/tasks/{told.task}", "priority": told.priority, "respond_by": told.respond_by.isoformat(),
            **purpose,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cautions", "people"),
    [
        ((), []),
        (("guardian-unsafe",), [GUARDIAN]),
        (("people-named",), [OTHER]),
        (("guardian-unsafe", "people-named"), [GUARDIAN, OTHER]),
        (("of-a-later-release",), [OTHER]),
    ],
)
def test_a_caution_becomes_somebody_without_a_name_in_the_concern_also_where_its_code_is_new(cautions, people):
    assert named(Package(package="x", cautions=cautions).cautions) == people
