import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.installed import Installed, allow_writing, build, install


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """As the Dockerfile makes it: once a worker."""
    built = build(tmp_path_factory.mktemp("image"))
    yield built
    allow_writing(built)


@pytest.fixture
def installed(image: Path, tmp_path: Path) -> Installed:
    """On SQLite, with a chat that has no pages of its own, and no schema yet."""
    return install(image, tmp_path / "installed")


@pytest.fixture(scope="session")
def newly_upgraded(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of an installation after `fagtraad db upgrade`: made once, since it takes a process and seconds."""
    made = install(image, tmp_path_factory.mktemp("upgraded") / "installed")
    made.run("db", "upgrade")
    return made.data


@pytest.fixture
def upgraded(installed: Installed, newly_upgraded: Path) -> Installed:
    shutil.copytree(newly_upgraded, installed.data, dirs_exist_ok=True)
    return installed
