"""What an adapter is given when it is created."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.feature import Features
from bot.settings import Settings
from bot.vault import Vault
from storage import Database


@dataclass(frozen=True, slots=True)
class Core:
    settings: Settings
    database: Database
    vault: Vault
    clock: Clock
    features: Features
    # The demo's clock control: steps through due times in order and returns how many notices went out.
    advance: Callable[[timedelta], Awaitable[int]] | None = None
