"""Which errors of the database pass by themselves. The others are our own, and trying again would not help."""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage import Busy

_OURS = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
_OURS_BY_STATE = ("22", "23", "42")  # SQLSTATE classes: data, constraint, syntax or access rule
_PASSING_BY_STATE = ("08", "53", "57")  # no connection, no resources, the operator stepped in


def passes(error: Exception) -> bool:
    """Whether it is worth another try. asyncpg's own errors come unwrapped while a connection is made, and some are
    wrapped as a plain `DBAPIError`: both are known by their SQLSTATE."""
    if isinstance(error, Busy | PoolTimeout | OSError):
        return True
    if isinstance(error, DBAPIError):
        return not isinstance(error, _OURS) and _state(error.orig) not in _OURS_BY_STATE
    return _state(error) in _PASSING_BY_STATE


def _state(error: object) -> str:
    return str(getattr(error, "sqlstate", None) or "")[:2]
