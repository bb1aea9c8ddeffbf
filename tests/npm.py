"""Packages of npm's that tests need, installed at set-up as a lock beside the tests says."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import NO_NPM

CACHE = Path(__file__).parent.parent / "var" / "cache"  # ignored by git
INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")


def installed(lock_folder: Path, name: str) -> Path:
    """A folder with what package-lock.json in `lock_folder` names. Installed once, however many workers there are."""
    if not (shutil.which("node") and shutil.which("npm")):
        if os.environ.get("FAGTRAAD_NPM") == "required":
            pytest.fail(f"{NO_NPM}, and FAGTRAAD_NPM=required")
        pytest.skip(NO_NPM)
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = (lock_folder / "package-lock.json").read_text()
        done = folder / "installed"
        if not done.exists() or done.read_text() != wanted:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(lock_folder / file, folder)
            subprocess.run(INSTALL, cwd=folder, check=True, timeout=300)
            done.write_text(wanted)
    return folder
