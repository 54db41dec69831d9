"""The image of `operate` needs nothing else: it makes the backup of every night with no more than the chart gives it (ADR 84)."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from pyrage.x25519 import Identity

from district.backups.checking import check
from district.deployment import new_secrets
from shared.secretfile import write_secrets

ROOT = Path(__file__).parents[2]


def image(folder: Path) -> Path:
    """What the image holds, copied as the Dockerfile says."""
    recipe = (ROOT / "Dockerfile").read_text().split("FROM ")
    (base,), (operate,) = ([each for each in recipe if each.startswith(begin)] for begin in ("python:", "base AS operate\n"))
    for source, target in re.findall(r"^COPY (\S+/) (\S+/)$", base + operate, re.MULTILINE):
        shutil.copytree(ROOT / source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_image_of_operate_makes_a_backup_that_opens_with_the_key_kept_elsewhere(database, tmp_path):
    key, secrets, backups = Identity.generate(), tmp_path / "secrets", tmp_path / "backups"
    write_secrets(secrets, new_secrets())
    given = {
        "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "DATABASE_ADMIN_URL": database, "TANGGAP_BACKUP_RECIPIENT": str(key.to_public()),
        "TANGGAP_HOME": str(tmp_path / "home"), "TANGGAP_SECRETS_FILE": str(secrets),
    }  # fmt: skip
    command = (sys.executable, "-m", "district", "backup", "keep", str(backups), "--json")
    done = subprocess.run(command, cwd=image(tmp_path / "app"), env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (file,) = backups.iterdir()
    assert json.loads(done.stdout)["file"] == str(file)
    assert check(file, key).events == 0
