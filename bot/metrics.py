"""Numbers for a monitor, in Prometheus's text format: how many, how old. Never ids, names or texts."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import bot
from bot import check
from bot.outbox import Outbox

if TYPE_CHECKING:
    from prometheus_client import Metric

from bot.clock import Clock


def metrics_page(outbox: Outbox, clock: Clock) -> Starlette:
    async def metrics(_request: Request) -> Response:
        from prometheus_client import CONTENT_TYPE_LATEST

        return Response(await measured(outbox, clock), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/metrics", metrics)])


async def measured(outbox: Outbox, clock: Clock) -> bytes:
    """As one page. Nothing is kept between two of them."""
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

    tally, since = await outbox.tally(), await outbox.waiting_since()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Facts([*_of_notices(tally, since, clock.now()), *_of_checks(), _version()]))
    ProcessCollector(registry=registry)  # memory, open files and processor time, where /proc says
    return generate_latest(registry)


class _Facts:
    def __init__(self, facts: Sequence["Metric"]) -> None:
        self._facts = facts

    def collect(self) -> Iterator["Metric"]:
        return iter(self._facts)


def _of_notices(tally: dict[str, int], since: datetime | None, now: datetime) -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    doubts = tally.pop("possibly_twice")
    states = GaugeMetricFamily("fagtraad_notices", "Notices in the database.", labels=["state"])
    for state, number in tally.items():
        states.add_metric([state], number)
    yield states
    waited = 0.0 if since is None else max(0.0, (now - since).total_seconds())
    yield GaugeMetricFamily("fagtraad_notice_oldest_due_seconds", "How long the oldest due notice has waited.", waited)
    yield CounterMetricFamily("fagtraad_notices_possibly_twice", "Sends that may have been repeated.", doubts)


def _of_checks() -> Iterator["Metric"]:
    from prometheus_client.core import CounterMetricFamily

    family = CounterMetricFamily(
        "fagtraad_privacy_checks", "Texts read by the privacy check, since this process began.", labels=["outcome"]
    )
    for outcome in check.OUTCOMES:
        family.add_metric([outcome], check.counts[outcome])
    yield family


def _version() -> "Metric":
    from prometheus_client.core import InfoMetricFamily

    return InfoMetricFamily("fagtraad", "The program.", {"version": bot.__version__})
