"""Settings that are files: what Docker, Kubernetes and systemd hand a service its secrets as. A variable can be read
by whoever may look at the process, or at what the container was made with."""

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SecretsSettingsSource

PREFIX = "fagtraad_"


class SecretFiles(SecretsSettingsSource):
    """What cannot be read is passed over here, and refused by `trouble_with`, which can say which file it is."""

    def __init__(self, settings: type[BaseSettings], folder: str | None) -> None:
        super().__init__(settings, folder if folder and os.path.isdir(folder) else None)

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        try:
            with warnings.catch_warnings(action="ignore"):
                value, key, is_complex = super().get_field_value(field, field_name)
        except (OSError, UnicodeDecodeError):
            return None, field_name, False
        return value or None, key, is_complex


def trouble_with(folder: Path, known: Iterable[str]) -> str | None:
    """What is wrong with the folder, or with a file in it that is, or looks like, a setting. Shows no content."""
    if not folder.is_dir():
        return f"{folder} is not a folder"
    try:
        files = ours(folder)
    except OSError as error:
        return f"{folder} cannot be listed ({type(error).__name__})"
    for file in files:
        if file.name.removeprefix(PREFIX) not in {*known} - {"secrets_dir"}:
            return f"{file} is named like a setting and is none"
        if why := _unread(file):
            return f"{file} {why}"
    return None


def ours(folder: Path) -> list[Path]:
    """The files in the folder that are named like settings."""
    return sorted(file for file in folder.iterdir() if file.name.startswith(PREFIX))


def _unread(file: Path) -> str | None:
    try:
        if not file.resolve().is_relative_to(file.parent.resolve()):
            return "points outside the folder"
        return None if file.read_text(encoding="utf-8").strip() else "is empty"
    except (OSError, UnicodeDecodeError) as error:
        return f"cannot be read ({type(error).__name__})"
