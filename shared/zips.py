"""Zips that others made."""

import zipfile
import zlib

NO_ZIP = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What Python's reader raises for a zip that is cut, damaged, locked or packed in a way it does not know: it has no error of its own for them all."""
