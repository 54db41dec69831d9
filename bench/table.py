"""The rows of the benchmark table: what was measured, our figure, the peer's, the ratio, and the target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """ours, peer: figures in `unit`. bar: the target that the project promises, in words."""

    what: str
    ours: float
    unit: str
    bar: str
    peer: float | None = None

    @property
    def ratio(self) -> str:
        return f"{self.ours / self.peer:.1f}x" if self.peer else ""


def medians(measure: Callable[[], float], runs: int = 3) -> float:
    """The median of several runs, because the machine is noisy."""
    return median(measure() for _ in range(runs))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a `share` of all values (0 to 1) does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def show(rows: Sequence[Row]) -> None:
    """Prints the table."""
    print(f"{'what':58} {'ours':>12} {'peer':>12} {'ratio':>7}  bar")
    for row in rows:
        peer = f"{row.peer:,.0f}" if row.peer else "-"
        print(f"{row.what:58} {row.ours:>9,.1f} {row.unit:>4} {peer:>10} {row.ratio:>7}  {row.bar}")
