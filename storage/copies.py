"""Copies of a SQLite database: whole, checked, and never half-made under the name that was asked for."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BESIDE = ("-wal", "-shm", "-journal")


class NotADatabase(Exception):
    """The file is none, or is damaged."""


def copy_whole(source: Path, to: Path) -> None:
    """A copy of the database as it is at one moment, though others write to it meanwhile. Raises `FileExistsError`,
    `NotADatabase`. An erasure cannot clear SQLite's log while this reads: it is tried again a minute later."""
    if to.exists():
        raise FileExistsError(to)
    with _unfinished(to) as file:
        copy_into(source, file)
        os.link(file, to)  # fails where somebody else made it meanwhile
        _settle(to.parent)


def copy_into(source: Path, file: Path) -> None:
    """Into a new file, to be thrown away where this raises."""
    try:
        with closing(_opened(source)) as original, closing(sqlite3.connect(file)) as copy:
            original.backup(copy)  # in one step: a step that meets a writer begins anew
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
            if copy.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                raise NotADatabase(source)
    except sqlite3.DatabaseError as error:
        if type(error) is sqlite3.DatabaseError:  # and none of its descendants: locked, full, away
            raise NotADatabase(source) from error
        raise
    _settle(file)


def put_in_place(file: Path, at: Path) -> None:
    """Instead of what is there. Nobody may have that open."""
    for end in BESIDE:
        at.with_name(at.name + end).unlink(missing_ok=True)
    file.replace(at)
    _settle(at.parent)


@contextmanager
def _unfinished(to: Path) -> Iterator[Path]:
    file = to.with_name(f"{to.name}.unfinished")
    file.unlink(missing_ok=True)
    try:
        yield file
    finally:
        for end in ("", *BESIDE):
            file.with_name(file.name + end).unlink(missing_ok=True)


def _opened(file: Path) -> sqlite3.Connection:
    """Not made where it is not there."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=30)


def _settle(path: Path) -> None:
    """On the disk, before anybody is told of it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
