"""A service that builds its read models in small batches, so that it can be killed in the middle: `python -m tests.cases.slowly cases`."""

import importlib
import sys

from shared.eventstore import filling
from shared.service import run

if __name__ == "__main__":
    filling.BATCH = 2
    run(importlib.import_module(f"services.{sys.argv[1]}.app").create_app)
