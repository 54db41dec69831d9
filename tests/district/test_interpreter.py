"""The Python for .venv: the first one that fits, unless another is clearly faster."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

CHECKOUT = Path(__file__).parents[2]


def chosen(*folders: Path | str) -> subprocess.CompletedProcess[str]:
    """What deploy/interpreter.sh says with these folders as PATH, behind those of the system's own tools without a Python."""
    path = ":".join(map(str, folders))
    return subprocess.run(
        ["/bin/sh", str(CHECKOUT / "deploy" / "interpreter.sh")], env={"PATH": path}, capture_output=True, text=True, check=False, timeout=60
    )


def script(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)
    return folder


def test_the_python_of_an_environment_is_not_chosen(tmp_path):
    base = Path(sys.base_prefix) / "bin"
    told = chosen(Path(sys.prefix) / "bin", base)
    assert told.returncode == 0, told.stderr
    assert Path(told.stdout.strip()).parent == base


def test_a_clearly_quicker_python_is_chosen_and_one_that_says_nothing_sensible_never(tmp_path):
    slow, quick = script(tmp_path / "a b", "python3.12", "echo 1000"), script(tmp_path / "c", "python3.11", "echo 700")
    similar, odd = script(tmp_path / "d", "python3", "echo 690"), script(tmp_path / "e", "python3.12", "echo hello")
    assert chosen(odd, slow).stdout.strip() == str(slow / "python3.12")
    assert chosen(odd, slow, quick, similar).stdout.strip() == str(quick / "python3.11")


def test_where_no_python_fits_it_says_what_to_install(tmp_path):
    told = chosen(script(tmp_path / "f", "python3", "exit 1"))
    assert told.returncode == 2
    assert "python3.12-venv" in told.stderr
