"""Rows of the benchmark table: what was measured, ours, the peer's, the ratio, and the bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Row:
    """ours, peer: in `unit`. bar: what the project promises, in words."""

    what: str
    ours: float
    unit: str
    bar: str
    peer: float | None = None

    @property
    def ratio(self) -> str:
        return f"{self.ours / self.peer:.1f}x" if self.peer else ""


def medians(measure: Callable[[], float], runs: int = 3) -> float:
    """The median of several runs: the machine is noisy."""
    return median(measure() for _ in range(runs))


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def show(rows: Sequence[Row]) -> None:
    """Prints the table."""
    print(f"{'what':58} {'ours':>12} {'peer':>12} {'ratio':>7}  bar")
    for row in rows:
        peer = f"{row.peer:,.0f}" if row.peer else "-"
        print(f"{row.what:58} {row.ours:>9,.1f} {row.unit:>4} {peer:>10} {row.ratio:>7}  {row.bar}")
