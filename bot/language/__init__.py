"""The languages of the chat. Source texts are bokmål; other languages are gettext catalogues beside this file."""

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.lists import format_list

DEFAULT = "nb"
_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside is said in this language ("nb", "nn", "en")."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    return _spoken.get()


def _(text: str) -> str:
    return _catalogue(_spoken.get()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _catalogue(_spoken.get()).ngettext(one, many, count)


def say_date(day: date) -> str:
    """A date as people say it: «fredag 4. desember 2026»."""
    return format_date(day, format="full", locale=_spoken.get())


def say_moment(moment: datetime, zone: str) -> str:
    """An aware moment on the wall clock of `zone` (an IANA name): «fredag 4. desember 2026 kl. 08:00»."""
    local = moment.astimezone(ZoneInfo(zone))
    clock = format_time(local, format="HH:mm", locale=_spoken.get())
    return _("{date} kl. {time}").format(date=say_date(local.date()), time=clock)


def say_list(items: list[str]) -> str:
    """«Kari, Ola og Per»."""
    return format_list(items, locale=_spoken.get())


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    return _gettext.translation("fagtraad", Path(__file__).parent / "locale", [language], fallback=True)
