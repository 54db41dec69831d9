"""`python -m services.notifications`: this service alone, settings from the environment."""

from services.notifications.app import create_app
from shared.service import run

run(create_app)
