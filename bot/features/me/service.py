"""A person's own settings: what is set, and setting it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.availability import Absence, Quiet, absences_of, quiet_of
from bot.chat.inbound import id_in
from bot.clock import local_date
from bot.errors import NoNetwork, NotFound
from bot.feature import Context
from bot.features.actions import look_again
from bot.features.me.rules import NoSuchDeputy, Stay
from bot.people import Membership, Person


@dataclass(frozen=True, slots=True)
class Away:
    """An absence as it is shown."""

    id: int
    stay: Stay
    deputy: str


@dataclass(frozen=True, slots=True)
class Settings:
    language: str  # empty: as the network
    quiet: Quiet | None
    absences: Sequence[Away]
    today: date


def zone_of(context: Context) -> str:
    """The wall clock of the first network, as reminders follow it. Raises `NoNetwork`."""
    if not context.standings:
        raise NoNetwork
    return context.standings[0].network.zone


def today(context: Context) -> date:
    return local_date(context.now, zone_of(context))


async def settings(context: Context) -> Settings:
    """Of somebody who is in no network yet, too: an operator sees their own page before there is one."""
    me = await myself(context)
    day = today(context) if context.standings else context.now.date()
    shown = [each for each in await absences_of(context.session, me.id) if each.last >= day]
    return Settings(
        me.language or "",
        quiet_of(me),
        [await _shown(context.session, absence) for absence in shown],
        day,
    )


async def myself(context: Context) -> Person:
    """The row of this transaction: `context.person` is of an earlier one."""
    return await context.session.get_one(Person, context.person.id)


async def away(context: Context, absence_id: str) -> Away | None:
    """The person's own absence; None where it was removed meanwhile, or is another's."""
    absence = await _absence(context, absence_id)
    return await _shown(context.session, absence) if absence else None


async def _shown(session: AsyncSession, absence: Absence) -> Away:
    deputy = await session.get(Person, absence.deputy_id) if absence.deputy_id is not None else None
    return Away(absence.id, Stay(absence.first, absence.last, absence.deputy_id), deputy.name if deputy else "")


async def _absence(context: Context, absence_id: str) -> Absence | None:
    number = id_in(absence_id)
    absence = await context.session.get(Absence, number) if number is not None else None
    return absence if absence and absence.person_id == context.person.id else None


async def colleagues(context: Context) -> dict[int, str]:
    """Everybody else in the person's networks, by name: who may be a deputy."""
    networks = [standing.network.id for standing in context.standings]
    rows = await context.session.execute(
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.network_id.in_(networks), Person.id != context.person.id)
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return {row.id: row.name for row in rows}


async def set_language(context: Context, language: str) -> str:
    """Returns what it was."""
    me = await myself(context)
    before, me.language = me.language or "", language or None
    await _record(context, "me.language", f"person:{me.id}")
    return before


async def set_quiet(context: Context, hours: Quiet | None) -> Quiet | None:
    """Returns what it was."""
    me = await myself(context)
    before = quiet_of(me)
    me.quiet_from, me.quiet_until = (hours.start, hours.end) if hours else (None, None)
    await _follow(context, "me.quiet", f"person:{me.id}")
    return before


async def add_absence(context: Context, stay: Stay) -> Absence:
    """Raises `NoSuchDeputy`. The same once more is nothing new."""
    if stay.deputy is not None and stay.deputy not in await colleagues(context):
        raise NoSuchDeputy(typed="")
    for there in await absences_of(context.session, context.person.id):
        if Stay(there.first, there.last, there.deputy_id) == stay:
            return there
    absence = Absence(person_id=context.person.id, first=stay.first, last=stay.last, deputy_id=stay.deputy)
    context.session.add(absence)
    await context.session.flush()
    await _follow(context, "absence.made", f"absence:{absence.id}")
    return absence


async def remove_absence(context: Context, absence_id: str) -> Stay:
    """Returns what it was. Raises `NotFound`."""
    absence = await _absence(context, absence_id)
    if absence is None:
        raise NotFound
    await context.session.delete(absence)
    await _follow(context, "absence.removed", f"absence:{absence.id}")
    return Stay(absence.first, absence.last, absence.deputy_id)


async def _follow(context: Context, did: str, subject: str) -> None:
    """What waits for somebody who is back, or goes to their deputy from now on, waits no longer."""
    await context.session.flush()
    await look_again(context.session, context.person.id, context.now)
    await _record(context, did, subject)


async def _record(context: Context, did: str, subject: str) -> None:
    await audit.record(context.session, context.now, did, subject, by=context.person.id, network=None)
