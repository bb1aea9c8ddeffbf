"""`python scripts/operations.py`: write the table of settings in docs/operations.md anew, from the settings."""

import re
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bot.settings import Settings

PAGE = Path(__file__).parent.parent / "docs" / "operations.md"
BETWEEN = re.compile(r"(?<=<!-- settings -->\n).*(?=<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    rows = [
        f"| `FAGTRAAD_{name.upper()}` | {default(field)} | {field.description} |"
        for name, field in sorted(Settings.model_fields.items())
    ]
    return "\n".join(["", "| setting | without it | what it says |", "| --- | --- | --- |", *rows, "", ""])


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
