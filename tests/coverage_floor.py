"""Shows what the tests cover, package by package, and holds it above a floor that only rises: `make coverage`."""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOOR = Path(".ci/coverage")
SLACK = 1.0
"""Points above the floor after which it should rise."""


@dataclass(frozen=True)
class Lines:
    """How many lines there are, and how many of them ran."""

    all: int = 0
    ran: int = 0

    def __add__(self, other: "Lines") -> "Lines":
        return Lines(self.all + other.all, self.ran + other.ran)

    @property
    def percent(self) -> float:
        """Rounded down, so that 100 means all."""
        return int(1000 * self.ran / self.all) / 10 if self.all else 100.0


def by_package(files: Mapping[str, Lines]) -> dict[str, Lines]:
    """Of each package of two levels (`services/cases`), and `total` at the end."""
    told: defaultdict[str, Lines] = defaultdict(Lines)
    for path, lines in files.items():
        parts = Path(path).parts
        told["/".join(parts[:2]) if len(parts) > 2 else parts[0]] += lines
    return dict(sorted(told.items())) | {"total": sum(files.values(), Lines())}


def verdict(percent: float, floor: float, earlier: Iterable[float]) -> tuple[str, bool]:
    """A sentence, and whether it is well. earlier: the floors that the repository remembers."""
    highest = max(earlier, default=floor)
    if floor < highest:
        return f"{FLOOR} was {highest} before and is {floor}: the floor only rises; put {highest} back and add tests", False
    if percent < floor:
        return f"the tests cover {percent} %, and {FLOOR} asks for {floor} %: add tests for what is new", False
    if percent > floor + SLACK:
        return f"the tests cover {percent} %: raise {FLOOR} from {floor} to {percent - SLACK / 2:.1f}", True
    return f"the tests cover {percent} %; the floor is {floor} %", True


def measured(report: Path) -> dict[str, Lines]:
    """The files of a report that `coverage json` wrote."""
    told = json.loads(report.read_text(encoding="utf-8"))["files"]
    return {name: Lines(each["summary"]["num_statements"], each["summary"]["covered_lines"]) for name, each in told.items()}


def remembered() -> list[float]:
    """Every floor that was ever committed, as far as this clone reaches back."""
    commits = _git("log", "--format=%H", "--", str(FLOOR)).split()
    return [float(_git("show", f"{commit}:{FLOOR}")) for commit in commits]


def _git(*given: str) -> str:
    return subprocess.run(("git", *given), cwd=ROOT, capture_output=True, text=True, check=True).stdout


def main(report: Path) -> int:
    """Prints the table and the verdict; gives the exit code."""
    packages = by_package(measured(report))
    for name, lines in packages.items():
        print(f"{name:<28}{lines.ran:>7} of {lines.all:>6} lines {lines.percent:>6.1f} %")
    sentence, well = verdict(packages["total"].percent, float((ROOT / FLOOR).read_text(encoding="utf-8")), remembered())
    print(sentence)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
