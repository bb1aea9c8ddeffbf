"""`python scripts/operations.py`: write the table of settings in docs/operations.md anew, from the settings."""

import re
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot import chats
from bot.settings import Settings
from bot.sources import SourcedSettings

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"
BETWEEN = re.compile(r"(?<=<!-- settings -->\n).*(?=<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    """The service's own, and those of each chat."""
    classes: list[type[SourcedSettings]] = [Settings, *chats.setting_classes()]
    rows = [row for settings in classes for row in _rows(settings)]
    return "\n".join(["", "| setting | without it | what it says |", "| --- | --- | --- |", *sorted(rows), "", ""])


def _rows(settings: type[SourcedSettings]) -> list[str]:
    fields = settings.model_fields.values()
    return [
        f"| `{name}` | {default(field)} | {field.description} |"
        for name, field in zip(chats.variables(settings), fields, strict=True)
    ]


def default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, list):
        value = ",".join(map(str, value))
    return "" if value in (None, "") else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def with_table(page: str) -> str:
    return BETWEEN.sub(table(), page)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
