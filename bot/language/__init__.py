"""The languages of the chat. Source texts are bokmål; nynorsk and English are gettext catalogues beside this file.

Dates, numbers and lists are said as each language says them, through Babel, which is loaded when first needed.
"""

import gettext as _gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

DEFAULT = "nb"
LANGUAGES = {"nb": "bokmål", "nn": "nynorsk", "en": "English"}  # each by its own name
_LOCALES = {"nb": "nb", "nn": "nn", "en": "en_GB"}
_NORWEGIAN = {"no": "nb", "nb": "nb", "nn": "nn", "en": "en"}
# Unlike CLDR's British English, hospitals write no comma in «Friday 4 December 2026».
_DAY = {"nb": "full", "nn": "full", "en": "EEEE d MMMM y"}
_BRIEF = {"nb": "EEE d. MMM", "nn": "EEE d. MMM", "en": "EEE d MMM"}
_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything inside is said in this language ("nb", "nn", "en")."""
    token = _spoken.set(known(language) or DEFAULT)
    try:
        yield
    finally:
        _spoken.reset(token)


def language() -> str:
    return _spoken.get()


def chosen(*wanted: str | None) -> str:
    """The first of these that we speak: a person's choice, the network's, the platform's. Bokmål where there is none.
    Takes what platforms say, too: "nn-NO", "en_US", "no"."""
    return next((found for each in wanted if (found := known(each))), DEFAULT)


def known(tag: str | None) -> str:
    """Which of ours a language tag means; "" where it is none of them."""
    return _NORWEGIAN.get((tag or "").replace("_", "-").split("-")[0].strip().lower(), "")


def preferred(header: str) -> str:
    """Which of ours an `Accept-Language` header likes best; "" where it likes none (RFC 9110, 12.5.4)."""
    liked: list[tuple[float, str]] = []
    for part in header[:200].split(","):
        tag, _semicolon, quality = part.partition(";")
        try:
            weight = float(quality.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0 and known(tag):
            liked.append((-weight, known(tag)))
    return min(liked, key=lambda each: each[0])[1] if liked else ""


def _(text: str) -> str:
    return _catalogue(_spoken.get()).gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    return _catalogue(_spoken.get()).ngettext(one, many, count)


def say_date(day: date) -> str:
    """A date as people say it: «fredag 4. desember 2026», «Friday 4 December 2026»."""
    from babel.dates import format_date

    return format_date(day, format=_DAY[_spoken.get()], locale=_locale())


def say_moment(moment: datetime, zone: str) -> str:
    """An aware moment on the wall clock of `zone` (an IANA name): «fredag 4. desember 2026 kl. 08:00»."""
    local = moment.astimezone(ZoneInfo(zone))
    from babel.dates import format_time

    clock = format_time(local, format="HH:mm", locale=_locale())
    return _("{date} kl. {time}").format(date=say_date(local.date()), time=clock)


def say_briefly(moment: datetime, zone: str) -> str:
    """The same where there is little room: «fre. 4. des. 08:00»."""
    local = moment.astimezone(ZoneInfo(zone))
    from babel.dates import format_date

    return f"{format_date(local.date(), format=_BRIEF[_spoken.get()], locale=_locale())} {local:%H:%M}"


def say_number(number: float | Decimal) -> str:
    """«10 000» with a space that does not break, «1,5»; "10,000" and "1.5" in English."""
    from babel.numbers import format_decimal

    return format_decimal(number, locale=_locale())


def say_list(items: Sequence[str]) -> str:
    """«Kari, Ola og Per»."""
    from babel.lists import format_list

    return format_list(list(items), locale=_locale())


def quoted(text: str) -> str:
    """«slik»; “like this” in English."""
    return f"“{text}”" if _spoken.get() == "en" else f"«{text}»"


def warm() -> None:
    """Read the catalogues now (a tenth of a second each), so that nobody waits for them."""
    for each in LANGUAGES:
        _catalogue(each)


def _locale() -> str:
    return _LOCALES[_spoken.get()]


@cache
def _catalogue(language: str) -> _gettext.NullTranslations:
    """From the translators' own file: there is nothing to build, and nothing that can be older than it."""
    path = Path(__file__).parent / "locale" / language / "LC_MESSAGES" / "fagtraad.po"
    if not path.exists():
        return _gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file))
    compiled.seek(0)
    return _gettext.GNUTranslations(compiled)
