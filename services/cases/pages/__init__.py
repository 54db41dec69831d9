"""Pages of cases: the list, one case, and the question why somebody reads it."""

from services.cases.pages.routes import router

__all__ = ["router"]
