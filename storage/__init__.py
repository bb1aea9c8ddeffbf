"""Where rows live: the engine, sessions, column types and migrations. Knows nothing of clinical networks."""

from storage.alone import InUse, alone, sqlite_file
from storage.columns import OneOf, UtcDateTime
from storage.copies import NotADatabase
from storage.database import FORGOTTEN, NAMES, Busy, Database, Row, core, is_busy
from storage.upsert import insert_for, insert_into

__all__ = [
    "FORGOTTEN",
    "NAMES",
    "Busy",
    "Database",
    "InUse",
    "NotADatabase",
    "OneOf",
    "Row",
    "UtcDateTime",
    "alone",
    "core",
    "insert_for",
    "insert_into",
    "is_busy",
    "sqlite_file",
]
