"""The log: one JSON line an event, with ids, times, counts and the names of errors. Never texts, and never an error's
own words. In operation it goes to standard output, where a container or systemd takes it."""

import logging
import sys
import threading
from typing import TextIO

import structlog

from bot.trouble import class_and_place, quiet_libraries


def configure_logging(level: str) -> None:
    """For the demo: to standard error, beside what the command line says to people. Libraries by class and place."""
    _configure(level, sys.stderr)
    quiet_libraries()


def configure_operation(level: str) -> None:
    """To standard output, and all that is told there is a JSON line: what libraries log (uvicorn, alembic,
    APScheduler, asyncio) and what Python says of an error that nobody could catch, too."""
    _configure(level, sys.stdout)
    handler = LibraryLines()
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(capture=True)
    sys.unraisablehook = lambda unraisable: _uncaught(unraisable.exc_value)
    threading.excepthook = lambda args: _uncaught(args.exc_value)


def _configure(level: str, to: TextIO) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(to),  # one write a line: two processes must not share one
    )


class LibraryLines(logging.Handler):
    """What libraries log: who said it and where, with the error's class and place. Not what was said."""

    def emit(self, record: logging.LogRecord) -> None:
        more = _told(record.exc_info[1]) if record.exc_info else {}
        where = f"{record.funcName}:{record.lineno}"
        log = structlog.get_logger()
        say = log.error if record.levelno >= logging.ERROR else log.warning
        say("library", library=record.name, at=where, **more)


def _uncaught(error: BaseException | None) -> None:
    if error is not None:
        structlog.get_logger().error("uncaught", **_told(error))


def _told(error: BaseException | None) -> dict[str, object]:
    return {} if error is None else {"error": type(error).__name__, "trace": class_and_place(error).splitlines()}
