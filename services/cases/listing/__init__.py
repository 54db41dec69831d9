"""*Kasus berjalan*: the list of cases, narrowed, sorted, turned page by page, and taken along as a file (people.md, The desk)."""

from services.cases.listing.routes import router

__all__ = ["router"]
