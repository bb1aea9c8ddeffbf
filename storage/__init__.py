"""Where rows live: the engine, sessions, column types and migrations. Knows nothing of clinical networks."""

from storage.columns import OneOf, UtcDateTime
from storage.database import Busy, Database, Row
from storage.upsert import insert_into

__all__ = ["Busy", "Database", "OneOf", "Row", "UtcDateTime", "insert_into"]
