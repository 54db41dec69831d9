"""`python -m services.cases`: this service alone, settings from the environment."""

from services.cases.app import create_app
from shared.service import run

run(create_app)
