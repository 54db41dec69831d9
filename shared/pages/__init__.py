"""The frame of all pages: one base, one sheet of components, one language at a time (ADR 27)."""

from shared.pages.frame import Frame
from shared.pages.languages import LANGUAGES, Language, Text, language_of
from shared.pages.paths import path_of_ours
from shared.pages.saying import say

__all__ = ["LANGUAGES", "Frame", "Language", "Text", "language_of", "path_of_ours", "say"]
