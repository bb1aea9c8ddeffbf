"""One process for each SQLite file: two would both queue their own writers, and each deliver the other's notices."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url


class InUse(Exception):
    """Another process serves this file."""


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite database; none for PostgreSQL."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Hold the file's lock. Raises `InUse`. The kernel lets go of it when the process ends, however it ends; the
    lock file stays, since removing it would let a third process in beside a second."""
    file = sqlite_file(url)
    if file is None or sys.platform == "win32":  # Windows has no flock
        yield
        return
    import fcntl

    with file.with_name(f"{file.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InUse from error
        yield
