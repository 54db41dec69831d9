"""Unit tests need nothing but Python. What a test asks for decides, and a guard proves it in every run; `pytest --unit` runs them alone."""

import sys
import threading
from collections.abc import Generator

import pytest

SERVERS = frozenset({"postgres", "redis_server", "district"})
"""The fixtures behind which servers run; every other one that needs a server asks for one of them."""

ON_SERVERS = "postgresql"
"""The value of a parameter by which a test that runs on memory and on PostgreSQL takes the latter."""

_FORBIDDEN = frozenset({"socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.fork", "os.posix_spawn"})
"""Audit events of Python: whoever raises one reaches outside the process. An event loop's own pair of sockets raises none of them."""

DISTRICTS = frozenset({"browser", "district", "system"})
"""The folders whose tests with servers start whole services, districts or a browser: run by `make districts`, left out of `make test`."""

_LEFT_OUT = ("servers", "long", "thorough", "faults")

_alone = pytest.StashKey[bool]()


class ReachedOutside(AssertionError):
    """A unit test used the network or started a process: it belongs to the tests with servers."""


class _Guard:
    """Python takes an audit hook back from nobody, so it is switched on and off. reached: what was refused, also where the test swallowed it.

    It looks at the thread of the tests alone: beside it may run what tests with servers share.
    """

    def __init__(self) -> None:
        self.on, self.reached = False, list[str]()

    def __call__(self, event: str, _: tuple[object, ...]) -> None:
        if self.on and event in _FORBIDDEN and threading.current_thread() is threading.main_thread():
            self.reached.append(event)
            raise ReachedOutside(f"{event} in a unit test: use a fixture of tests/unit.py, or mark it with pytest.mark.servers")


_guard = _Guard()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--unit", action="store_true", help="only tests without servers, sockets and processes")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_alone] = bool(config.getoption("--unit"))
    sys.addaudithook(_guard)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks every test with servers, and those of whole districts among them; `--unit` leaves them out."""
    for item in items:
        if isinstance(item, pytest.Function) and _needs_servers(item):
            item.add_marker("servers")
        if item.get_closest_marker("servers") and DISTRICTS.intersection(item.path.relative_to(config.rootpath).parts):
            item.add_marker("districts")
    if config.stash[_alone]:
        left_out = {item for item in items if not _is_unit(item)}
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=list(left_out))


def _is_unit(item: pytest.Item) -> bool:
    return not any(item.get_closest_marker(name) for name in _LEFT_OUT)


def _needs_servers(item: pytest.Function) -> bool:
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return bool(SERVERS.intersection(item.fixturenames)) or any(value == ON_SERVERS for value in parameters)


def pytest_runtest_setup(item: pytest.Item) -> None:
    _guard.on = _is_unit(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """In a run of all tests, what ends with a unit test may be a server that its module shared."""
    _guard.on = _guard.on and item.config.stash[_alone]
    try:
        return (yield)
    finally:
        _guard.on, reached = False, _guard.reached[:]
        _guard.reached.clear()
        if reached:
            raise ReachedOutside(f"the test went on although it was refused {', '.join(reached)}")
