"""What every document's model is: fields of its own subject only, ready to be printed, and nothing of whatever else happened."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of all of them, and of the lines of their tables. A text that is not there is None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def several(self, name: str) -> tuple[Model, ...]:
        """A field that holds several things."""
        found: tuple[Model, ...] = dict(self)[name]
        return found


class AboutStudent(Model):
    """student, homeroom: name, and class where the roster knows it."""

    student: str
    homeroom: str | None
