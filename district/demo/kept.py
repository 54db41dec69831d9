"""What the data folder keeps of the demonstration's day: so that a second start shows it, and one that was cut off goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from district.commands.directory import RefusedPart


@dataclass(frozen=True, slots=True)
class Raised:
    """A concern that was accepted. note: what it demonstrates."""

    concern: str
    receipt: str
    key: str
    note: str
    students: tuple[str, ...]


@dataclass
class Kept:
    """The account of a day. steps: the names of those that were played. seconds: how long they took.

    told: who was told. untold: who was not told, and why. shown: what else there is to see. missing: what did not happen in its time.
    left: what was left alone, and why. deputies: who stands in for a school's counsellor. refused: of a wrong export.
    earlier: an earlier release played, and kept no account.
    """

    steps: list[str] = field(default_factory=list)
    seconds: float = 0.0
    raised: list[Raised] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    untold: list[tuple[str, str]] = field(default_factory=list)
    shown: list[tuple[str, str]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    deputies: dict[str, str] = field(default_factory=dict)
    refused: list[RefusedPart] = field(default_factory=list)
    earlier: bool = False

    @property
    def begun(self) -> bool:
        """Something of the day was played by a program that has ended."""
        return bool(self.steps)


_KEPT = TypeAdapter(Kept)


def file_of(home: Path, own: tuple[Path, ...] = ()) -> Path:
    """Where the account of a day lies. own: the files of one's own that it plays, in place of the sample's: they make it another day."""
    if not own:
        return home / "demo-day.json"
    return home / f"demo-day-{digest_of(*own)}.json"


def digest_of(*files: Path) -> str:
    """Tells files, and folders with JSON files, by their content. Raises: OSError."""
    whole = [inside for each in files for inside in (sorted(each.glob("*.json")) if each.is_dir() else [each])]
    return sha256(b"".join(sha256(each.read_bytes()).digest() for each in whole)).hexdigest()[:12]


def read_kept(file: Path) -> Kept | None:
    """The account; None: there is none, or it was damaged."""
    try:
        return _KEPT.validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return None


def write_kept(file: Path, kept: Kept) -> None:
    """Replaces the account in one step, readable by its owner only: it holds receipts."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_bytes(_KEPT.dump_json(kept))
    fresh.replace(file)
