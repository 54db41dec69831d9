"""What became of an attempt is said in words, never as the code under which it is kept (people.md, The desk)."""

from typing import get_args

from services.notifications.domain.outcome import Accepted, Later, Never, Why
from services.notifications.reasons import attempt_text, reasons


def test_an_attempt_is_said_with_its_mend_in_both_languages():
    assert attempt_text(str(Accepted())) == "diterima oleh server penerima"
    for why in get_args(Why):
        sentence = reasons()[why]
        assert attempt_text(str(Later(why))) == attempt_text(str(Never(why, "550 5.1.1"))) == (sentence.id, sentence.en)
