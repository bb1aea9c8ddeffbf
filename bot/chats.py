"""What a chat's folder under `adapters/` may offer besides its `create()`: settings of its own, an app manifest, a
check of its cards. Found by name, since the core knows no platform; nothing is imported before it is asked for."""

import importlib
import importlib.util
from collections.abc import Awaitable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from pydantic import ValidationError

from bot.chat.message import Form, Message
from bot.sources import SourcedSettings, faults

if TYPE_CHECKING:
    from bot.feature import Features
    from bot.settings import Settings


class OffersSettings(Protocol):
    """`adapters/NAME/settings.py`."""

    SETTINGS: type[SourcedSettings]

    def shortcomings(self) -> list[str]:
        """What is missing, where every value that is there can be read: one line each, which names the setting and
        says where it is found."""
        ...

    def summary(self) -> str:
        """What is chosen, in a line without secrets."""
        ...


class OffersManifest(Protocol):
    """`adapters/NAME/manifest.py`."""

    def manifest(self, features: "Features", settings: "Settings") -> Mapping[str, Any]:
        """The app as the platform wants it described. Raises `ValueError` with what is missing, in words."""
        ...


class OffersCardCheck(Protocol):
    """`adapters/NAME/card_check.py`."""

    def lacks(self) -> str:
        """What must be set or installed before the platform can be asked, in words; "" where nothing must."""
        ...

    def check_cards(self, samples: Mapping[str, Message | Form]) -> Awaitable[Sequence[str]]:
        """Ask the platform whether it would take these, by name. A line for each that it refuses, with its name and
        what is wrong with it; never content. Raises `ValueError` with what stops it from asking, in words."""
        ...


def exists(name: str) -> bool:
    return importlib.util.find_spec(f"adapters.{name}") is not None


def settings_of(name: str) -> OffersSettings | None:
    return cast(OffersSettings | None, _offered(name, "settings"))


def manifest_of(name: str) -> OffersManifest | None:
    return cast(OffersManifest | None, _offered(name, "manifest"))


def card_check_of(name: str) -> OffersCardCheck | None:
    return cast(OffersCardCheck | None, _offered(name, "card_check"))


def setting_classes() -> list[type[SourcedSettings]]:
    """Of every chat that has settings, whichever are in use."""
    names = sorted(file.parent.name for file in _home().glob("*/settings.py"))
    return [offered.SETTINGS for name in names if (offered := settings_of(name))]


def variables(settings: type[SourcedSettings]) -> list[str]:
    """The names of their variables, such as FAGTRAAD_PORT."""
    prefix = settings.model_config.get("env_prefix", "")
    return [prefix + name.upper() for name in settings.model_fields]


def unreadable(name: str) -> list[str]:
    """The settings of this chat that are not what they should be, one line each; shows no value."""
    offered = settings_of(name)
    if offered is None:
        return []
    try:
        offered.SETTINGS()
    except ValidationError as error:
        # what pydantic puts before our words
        return [f"{name} {said.removeprefix('Value error, ')}" for name, said in faults(offered.SETTINGS, error)]
    return []


def shortcomings(name: str) -> list[str]:
    """Why this chat cannot start, one line each."""
    offered = settings_of(name)
    return unreadable(name) or (offered.shortcomings() if offered else [])


def _offered(name: str, what: str) -> object | None:
    """By the file alone: a folder without it is not imported."""
    if not name.isidentifier() or not (_home() / name / f"{what}.py").exists():
        return None
    return importlib.import_module(f"adapters.{name}.{what}")


def _home() -> Path:
    (place,) = importlib.import_module("adapters").__path__
    return Path(place)
