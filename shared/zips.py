"""Zips that others made."""

import zipfile
import zlib

NO_ZIP = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What Python's reader raises for a zip that is cut, damaged, locked or packed in a way it does not know: it has no error of its own for them all."""


def files_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Everything in it but folders. Raises: BadZipFile: something in it has no name, and Python's own question for a folder fails on that."""
    listed = archive.infolist()
    if not all(each.filename for each in listed):
        raise zipfile.BadZipFile("a member has no name")
    return [each for each in listed if not each.is_dir()]
