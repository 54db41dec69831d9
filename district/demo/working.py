"""What happens to every case of the day: it is taken in hand, it is closed, and everybody who waits for a word gets it."""

from __future__ import annotations

from district.demo import result
from district.demo.day import Day


def take_in_hand(day: Day) -> None:
    """Staff acknowledge every case and decide whether to refer."""
    for case in day.own_cases():
        day.handle(case)
    day.read_cases()


def close_all(day: Day) -> None:
    """Closes what the stories left open."""
    day.read_cases()
    for case in day.own_cases():
        day.close(case)


def settle(day: Day) -> None:
    """Waits until nothing of the day is under way any more."""
    day.wait(lambda: result.settled(day), "everything sent, and every reporter's status closed")
