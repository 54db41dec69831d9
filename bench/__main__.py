"""`python -m bench [append replay casework guarding large latency hurried loop signin roster keeping workers attachments]`: prints the table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench import append, attachments, casework, guarding, keeping, latency, replay, roster, signin, workers
from bench.table import Row, show
from district.embedded.postgres import start_postgres
from district.logins import prepared


def main(wanted: list[str]) -> None:
    """Runs every benchmark, or those that are named."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-", ignore_cleanup_errors=True) as folder:
        if not wanted or {"append", "replay", "casework", "guarding"} & set(wanted):
            postgres = start_postgres(Path(folder) / "store")
            try:
                logins = prepared(postgres.url(), Path(folder) / "store")
                rows += append.run(postgres, logins["cases"]) if not wanted or "append" in wanted else []
                rows += casework.run(logins["cases"]) if not wanted or "casework" in wanted else []
                rows += guarding.run(logins["cases"], Path(folder) / "redis") if not wanted or "guarding" in wanted else []
                rows += replay.run(postgres, logins["intake"]) if not wanted or "replay" in wanted else []
            finally:
                postgres.stop()
        rows += casework.large(Path(folder) / "large") if not wanted or "large" in wanted else []
        rows += latency.run(Path(folder) / "latency") if not wanted or "latency" in wanted else []
        rows += latency.hurried(Path(folder) / "hurried") if not wanted or "hurried" in wanted else []
        rows += latency.loop(Path(folder) / "loop") if not wanted or "loop" in wanted else []
        rows += signin.run(Path(folder) / "signin") if not wanted or "signin" in wanted else []
        rows += roster.run(Path(folder) / "roster") if not wanted or "roster" in wanted else []
        rows += workers.run(Path(folder) / "workers") if not wanted or "workers" in wanted else []
        rows += keeping.run(Path(folder) / "keeping") if not wanted or "keeping" in wanted else []
    rows += attachments.run() if not wanted or "attachments" in wanted else []
    show(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
