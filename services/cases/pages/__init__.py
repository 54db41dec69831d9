"""Pages of cases: the first page and its lists, the list of cases, one case, and the question why somebody reads it."""

from services.cases.pages.desk_routes import router as desk_router
from services.cases.pages.routes import router, since_of, told_by

__all__ = ["desk_router", "router", "since_of", "told_by"]
