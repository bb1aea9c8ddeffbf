"""The clock: a few fixed ticks that look at rows. No job per meeting, no job store."""

from scheduler.ticker import Ticker

__all__ = ["Ticker"]
