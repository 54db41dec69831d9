"""Gives the answer of a form: of a link, of the portal, of a call that staff note. A form sent twice is one answer;
one that comes back with other words is another answer, or is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from services.notifications.domain.task.moving import InvalidTransition
from services.notifications.domain.task.state import Task
from services.notifications.partners.answering import Answering, Channel, Said, transition_of
from services.notifications.partners.typed import Typed, read
from shared.message import TANGGAP, Occasion, derived_id
from shared.pages import Text, say

NOT_NOW: Mapping[str, Text] = {"answer": say("Keadaan rujukan sudah berubah. Pilih lagi dari jawaban yang sekarang mungkin.")}


@dataclass(frozen=True, slots=True)
class Giving:
    """Decides about forms. zone: the district's, for the time of an appointment."""

    answering: Answering
    zone: str

    async def given(self, task_id: str, task: Task, typed: Typed, channel: Channel, look: Occasion) -> Mapping[str, Text]:
        """What is wrong with it, by field, and then nothing was changed. look: who gives it, when. Raises: Unavailable."""
        form = _form_id(task_id, look.actor, typed)
        if transition_of(form) in task.transitions:
            return {}
        said = read(typed, task, self.zone, channel)
        if not isinstance(said, Said):
            return said
        try:
            await self.answering.give(task_id, task, said, replace(look, cause=form, correlation=form))
        except InvalidTransition:
            return NOT_NOW
        return {}


def _form_id(task_id: str, who: str, typed: Typed) -> UUID:
    """Of what was sent with this form by this person on this task: the same once more is one answer, something else is another one."""
    said = f"{typed.answer}\n{typed.reason}\n{typed.at}\n{typed.how}\n{typed.words}"
    return derived_id(TANGGAP, "form-of-answer", task_id, who, typed.form[:100], sha256(said.encode()).hexdigest())
