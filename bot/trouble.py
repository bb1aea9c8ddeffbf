"""Errors by class and place: which, and in what frames. Never in their own words, which may be somebody's text."""

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

FRAMES = 12  # of each error, the innermost


def class_and_place(error: BaseException) -> str:
    """The class of the error and of those it came from, each with its frames as file:line:function."""
    lines, seen = [], set[int]()
    following: list[BaseException] = [error]
    while following:
        each = following.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        lines.append(" ".join((f"{type(each).__module__}.{type(each).__qualname__}", *_frames(each.__traceback__))))
        before = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
        within = each.exceptions if isinstance(each, BaseExceptionGroup) else ()
        following += [other for other in (before, *within) if other is not None]
    return "\n".join(lines)


def _frames(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}:{frame.name}" for frame in frames]


class ClassAndPlace(logging.Formatter):
    """For what libraries log: where it was said, and never what."""

    def format(self, record: logging.LogRecord) -> str:
        """Not the base class's, which reuses a traceback that another handler wrote in full."""
        where = f"{record.levelname} {record.name} {record.funcName}:{record.lineno}"
        return f"{where}\n{self.formatException(record.exc_info)}" if record.exc_info else where

    def formatException(self, ei: object) -> str:  # noqa: N802, RUF100 - logging's name for it
        error = ei[1] if isinstance(ei, tuple) else None
        return class_and_place(error) if isinstance(error, BaseException) else ""


def quiet_libraries() -> None:
    """What libraries log goes by class and place too."""
    handler = logging.StreamHandler()
    handler.setFormatter(ClassAndPlace())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


def quiet_python() -> None:
    """And so does what Python says of an error that nobody could catch: in a thread, or while tidying up."""
    sys.unraisablehook = lambda unraisable: _say(unraisable.exc_value)
    threading.excepthook = lambda args: _say(args.exc_value)


def _say(error: BaseException | None) -> None:
    if error is not None:
        sys.stderr.write(f"{class_and_place(error)}\n")
