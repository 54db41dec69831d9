"""The history in words: every event of a case has a sentence in both languages, and every deadline has a name."""

import re
from pathlib import Path

from services.cases.domain.case.case import CASE
from services.cases.domain.strategies.group import GROUP
from services.cases.domain.without_case import WITHOUT_CASE
from services.cases.reading.words import WORK, sentence

DATA = {
    "urgency": "high", "by": None, "outcome": "sent", "chosen": "continue", "trigger": "accept", "safe": True, "kind": "laiseg", "summons": 2,
    "what": "commitment", "reached": True, "conflicted": False,
}  # fmt: skip


def test_every_event_type_has_words_in_both_languages():
    for decider in (CASE, GROUP, WITHOUT_CASE):
        for event_type in decider.codec.types:
            outcome = "not-proven" if event_type == "allegation-judged" else DATA["outcome"]
            indonesian, english = sentence(event_type, DATA | {"outcome": outcome})
            assert indonesian.endswith(".")
            assert english.endswith(".")
            assert indonesian != english
            assert event_type not in (indonesian, english)


def test_every_deadline_has_words():
    source = "".join(path.read_text() for path in Path("services/cases/domain").rglob("*.py"))
    wanted = set(re.findall(r'Expected\(f?"[^"]*", "([a-z-]+)"', source)) | {"acknowledge", "decide", "assess", "contact", "plan", "refer"}
    assert len(wanted) > 20
    assert wanted <= set(WORK), sorted(wanted - set(WORK))
