"""A unit test that reaches outside fails in every run; `make unit` leaves out what needs servers, by what a test asks for."""

from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CHECKOUT = Path(__file__).parents[1]
CONFTEST = """
import pytest
from tests.unit import pytest_addoption, pytest_collection_modifyitems, pytest_configure, pytest_runtest_setup, pytest_runtest_teardown

@pytest.fixture
def postgres():
    return "a server"

@pytest.fixture
def database(postgres):
    return postgres
"""
OUTSIDE = """
import asyncio, contextlib, os, socket, subprocess
import pytest

def test_connects():
    socket.socket().connect(("127.0.0.1", 9))

def test_listens():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))

def test_starts_a_process():
    subprocess.run(["true"])

def test_asks_for_a_name():
    socket.getaddrinfo("host.invalid", 80)

def test_connects_and_says_nothing():
    with contextlib.suppress(Exception), socket.socket() as caller:
        caller.connect(("127.0.0.1", 9))
"""
INSIDE = """
import asyncio, socket
import pytest

def test_runs_an_event_loop():
    asyncio.run(asyncio.sleep(0))

def test_asks_for_a_server(database):
    raise AssertionError

@pytest.mark.servers
def test_is_marked():
    raise AssertionError

@pytest.mark.long
def test_takes_long():
    raise AssertionError

@pytest.mark.parametrize("kind", ["memory", "postgresql"])
def test_runs_on_both(kind):
    assert kind == "memory"
"""


@pytest.fixture
def tried(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Runs pytest over one file of tests, in a process of its own: an audit hook stays for ever."""
    pytester.makeconftest(CONFTEST)
    pytester.makeini(f"[pytest]\npythonpath = {CHECKOUT}\nmarkers =\n    districts\n    servers\n    long\n    faults\n")

    def run(tests: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(tests)
        return pytester.runpytest_subprocess(*options, "-p", "no:anyio", "-p", "no:hypothesispytest")

    return run


@pytest.mark.servers
@pytest.mark.parametrize("options", [["--unit"], []], ids=["alone", "among all"])
def test_whatever_reaches_outside_fails_also_where_the_test_swallows_it(tried, options):
    outcomes = tried(OUTSIDE, *options)
    outcomes.assert_outcomes(failed=4, passed=1, errors=5)
    outcomes.stdout.fnmatch_lines_random(
        ["*ReachedOutside: socket.connect in a unit test: *", "*the test went on although it was refused socket.connect*"]
    )


@pytest.mark.servers
def test_a_test_that_needs_servers_or_takes_long_is_left_out(tried):
    tried(INSIDE, "--unit").assert_outcomes(passed=2, deselected=4)


@pytest.mark.servers
def test_among_all_tests_one_with_servers_reaches_them(tried):
    tried("import pytest\npytestmark = pytest.mark.servers\n" + OUTSIDE.replace('connect(("127.0.0.1", 9))', "close()")).assert_outcomes(
        passed=4, failed=1
    )


@pytest.mark.servers
def test_what_starts_a_whole_district_is_a_matter_of_its_own_but_not_the_unit_tests_beside_it(pytester, tried):
    folder = pytester.mkpydir("district")
    (folder / "test_whole.py").write_text(
        "import pytest\n\ndef test_computes():\n    pass\n\n@pytest.mark.servers\ndef test_starts_it():\n    pass\n"
    )
    alone = "import pytest\n\n@pytest.mark.servers\ndef test_asks_one_server():\n    pass\n"
    tried(alone, "-m", "districts").assert_outcomes(passed=1, deselected=2)
    tried(alone, "-m", "not districts").assert_outcomes(passed=2, deselected=1)
