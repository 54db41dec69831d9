"""`python -m district.privacy`: writes docs/privacy."""

from __future__ import annotations

from district.privacy.pages import FOLDER, impact_assessment, record_of_processing

PAGES = {"record-of-processing.md": record_of_processing, "impact-assessment.md": impact_assessment}

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")
