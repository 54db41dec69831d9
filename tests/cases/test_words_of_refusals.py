"""Whatever a person types into whichever form, each refusal has words in both languages and stands at a field of that form (people page, rules 2, 3)."""

from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from services.cases.commands.bodies import body_of
from services.cases.forms.faults import from_body, sentence_of
from services.cases.forms.filling import Filling, Typed
from services.cases.forms.wording import Form, forms_of

FORMS = forms_of()
BAD = ("", "kata \x00 \x07", "x" * 20_001, "999999999999", "-1", "1.5", "2026-13-45", "2026-02-30T25:00", "bukan-pilihan")
FILLING = Filling(ZoneInfo("Asia/Jakarta"), "key")
UNKNOWN = sentence_of("a code that nobody knows")


def fields_of(form: Form) -> list[str]:
    """The fields as a browser sends them; of rows those of the first."""
    return [name for each in form.questions for name in ([f"{each.name}-0-{part.name}" for part in each.rows] or [each.name])]


def typed_by(form: Form, bad: str) -> list[Typed]:
    """The same into every field, and into each alone."""
    judged = {each.name for each in form.questions if each.field.widget == "judged"}
    sent = {f"{name}-x" if name in judged else name: [bad] for name in fields_of(form)}
    return [sent, *({name: value} for name, value in sent.items())]


@pytest.mark.parametrize("called", sorted(FORMS))
def test_every_refusal_of_every_field_has_words_beside_it(called):
    form = FORMS[called]
    places = fields_of(form)
    for typed in (each for bad in BAD for each in typed_by(form, bad)):
        try:
            body_of(form.command).model_validate(FILLING.body(form, typed, {}))
        except ValidationError as error:
            told = from_body(form, error.errors(include_input=False, include_url=False), typed)
            assert set(told) <= set(places), "a fault that stands nowhere"
            assert UNKNOWN not in told.values(), f"refused without saying why: {error.errors(include_input=False)}"
            assert all(each.indonesian and each.english for each in told.values())
