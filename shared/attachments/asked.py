"""What one service asks of another about a file that lies there."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from shared.attachments.boxes import Part


class Wanted(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    attachment: str
    part: Part
