"""The live streams of each account: so many, and no more."""

import asyncio

MOST = 10  # tabs of one account


class Tabs:
    def __init__(self) -> None:
        self._open: dict[str, list[asyncio.Event]] = {}

    def open(self, account: str) -> asyncio.Event:
        """The event is set when the tab must make room: the oldest goes when there is one too many."""
        crowded_out = asyncio.Event()
        tabs = self._open.setdefault(account, [])
        tabs.append(crowded_out)
        if len(tabs) > MOST:
            tabs.pop(0).set()
        return crowded_out

    def close(self, account: str, tab: asyncio.Event) -> None:
        tabs = self._open.get(account, [])
        if tab in tabs:
            tabs.remove(tab)
        if not tabs:
            self._open.pop(account, None)
