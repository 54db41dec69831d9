"""Two demonstrations that start at once: where another district answers on the port, ours does not play in it."""

from pathlib import Path

import pytest

from district.demo import stage
from district.demo.stage import Place, Stage
from district.home import Home
from shared.errors import StartRefused


def test_a_district_that_answers_in_place_of_ours_is_not_played_in(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(stage, "_is_ready", lambda _: True)  # somebody else answers
    monkeypatch.setattr(stage, "START", 0.3)
    built = Stage(Home(tmp_path), "http://127.0.0.1:8000", "", tmp_path / "mails.jsonl", {}, "")
    with pytest.raises(StartRefused):
        stage._wait_ready(built, Place(8000, None))
    monkeypatch.setattr(stage, "port_in_use", lambda _: 8000)  # ours has written that it serves there
    stage._wait_ready(built, Place(8000, None))
