"""Which version of the checks a file passed, and what becomes of one that passes today's no more (ADR 100)."""

from __future__ import annotations

from shared.errors import Refused

CHECKS = 4
"""Of everything that a file is looked through for as it comes. Whoever makes a check stricter raises it: what is stored is looked through again."""


class FileWithheld(Refused):
    """It is kept as evidence, and nobody gets it: it was taken once, and would not be taken today."""

    code = "file-withheld"
    indonesian = "Berkas ini ditahan, karena pemeriksaan yang lebih ketat menemukan isi yang berbahaya. Minta foto atau gambar layar dari isinya."
    english = "This file is withheld, because a stricter check found something harmful in it. Ask for a photo or a screenshot of what it shows."
