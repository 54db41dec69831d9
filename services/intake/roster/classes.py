"""The homeroom class of each student: a class of the type homeroom; where the export has no types, any class."""

from __future__ import annotations

from collections import defaultdict

from services.intake.roster.cells import wrong_date
from services.intake.roster.reading import Row
from services.intake.roster.sifting import Sifted


class Classes:
    """All classes of a bundle. titles: of the homeroom classes, by source id. others: the remaining ones."""

    def __init__(self, sifted: Sifted) -> None:
        self._sifted = sifted
        self.titles = {row["sourcedId"]: row["title"] for row in sifted.rows["classes"] if self._is_homeroom(row)}
        self.others = {row["sourcedId"] for name in (sifted.rows, sifted.gone) for row in name["classes"]} - self.titles.keys()

    def _is_homeroom(self, row: Row) -> bool:
        return row["classType"].lower() == "homeroom" or not self._sifted.has_column("classes", "classType")


class Homerooms:
    """Joins the enrollments of some people with classes. Enrollments that lead nowhere, or to two homerooms, are set aside."""

    def __init__(self, sifted: Sifted, classes: Classes) -> None:
        self._sifted, self._titles = sifted, classes.titles
        enrolled: dict[str, list[Row]] = defaultdict(list)
        for row in sifted.rows["enrollments"]:
            if row["role"].lower() == "student" and row["classSourcedId"] not in classes.others:
                enrolled[row["userSourcedId"]].append(row)
        self._homerooms = {key: self._one(rows) for key, rows in enrolled.items()}

    def _one(self, rows: list[Row]) -> str | None:
        """The title of the class, where there is one; among several enrollments with dates, of the latest."""
        known = [row for row in rows if self._is_known(row)]
        dated = all(row["beginDate"] and not wrong_date(row["beginDate"]) for row in known)
        latest = max(row["beginDate"] for row in known) if known and dated else None
        titles = {self._titles[row["classSourcedId"]] for row in known if latest in (None, row["beginDate"])}
        if len(titles) > 1:
            for row in known:
                self._sifted.put_row_aside("enrollments", row, "classSourcedId", "two-homerooms")
        return titles.pop() if len(titles) == 1 else None

    def _is_known(self, row: Row) -> bool:
        if row["classSourcedId"] not in self._titles:
            self._sifted.put_row_aside("enrollments", row, "classSourcedId", "unknown-class")
        return row["classSourcedId"] in self._titles

    def of(self, student: str) -> str | None:
        """The title of the student's homeroom class. student: source id."""
        return None if ("enrollments", student) in self._sifted.spoiled else self._homerooms.get(student)

    def is_told(self, student: str) -> bool:
        """Whether the bundle says in which homeroom class the student is, or that there is none."""
        if ("enrollments", student) in self._sifted.spoiled:
            return False
        return student in self._homerooms or (self._sifted.proves_absence("enrollments") and self._sifted.proves_absence("classes"))
