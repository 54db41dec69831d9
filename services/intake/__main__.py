"""`python -m services.intake`: this service alone, settings from the environment."""

from services.intake.app import create_app
from shared.service import run

run(create_app)
