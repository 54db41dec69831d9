"""Which states are remembered, and which are dropped."""

from shared.eventstore.states import Loaded, States


def loaded(version: int, stream: str = "a-1") -> Loaded[str]:
    return Loaded(stream, version, f"{stream} at {version}")


def test_the_newest_state_is_kept_whatever_comes_later():
    states = States()
    for version in (3, 5, 4):
        states.keep(loaded(version))
    assert states.known("a-1") == loaded(5)


def test_a_stream_without_events_takes_no_place():
    states = States()
    states.keep(loaded(0))
    assert states.known("a-1") is None


def test_where_it_is_too_much_what_was_used_longest_ago_goes():
    states = States(folded=10)
    for stream in ("a-1", "a-2", "a-3"):
        states.keep(loaded(3, stream))
    states.keep(loaded(3, "a-1"))
    states.keep(loaded(3, "a-4"))
    assert [states.known(f"a-{number}") is not None for number in (1, 2, 3, 4)] == [True, False, True, True]


def test_what_grows_weighs_what_it_has_grown_to():
    states = States(folded=10)
    states.keep(loaded(3, "a-1"))
    for version in range(1, 9):
        states.keep(loaded(version, "a-2"))
    assert states.known("a-1") is None
    assert states.known("a-2") == loaded(8, "a-2")
    states.keep(loaded(10, "a-1"))
    assert (states.known("a-1"), states.known("a-2")) == (loaded(10), None)


def test_what_was_forgotten_takes_no_place():
    states = States(folded=6)
    states.keep(loaded(3, "a-1"))
    states.keep(loaded(3, "a-2"))
    states.forget("a-1")
    states.forget("a-9")
    assert (states.known("a-1"), states.known("a-2")) == (None, loaded(3, "a-2"))
    states.keep(loaded(3, "a-3"))
    assert states.known("a-2") is not None


def test_a_stream_that_is_too_long_drives_no_other_out():
    states = States(folded=10)
    states.keep(loaded(9, "a-1"))
    states.keep(loaded(1, "a-2"))
    states.keep(loaded(11, "a-1"))
    assert (states.known("a-1"), states.known("a-2")) == (None, loaded(1, "a-2"))


def test_what_was_known_before_an_outage_gives_way():
    states = States()
    states.keep(Loaded("a-1", 7, "before", 0))
    states.keep(Loaded("a-1", 2, "after", 1))
    states.keep(Loaded("a-1", 8, "before", 0))
    assert states.known("a-1") == Loaded("a-1", 2, "after")
