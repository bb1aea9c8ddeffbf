"""Reading the members' own messages: the writer alone is told, and the privacy contact's list gets an entry."""

from sqlalchemy import select, update

from bot import guard, people
from bot.chat.inbound import Deleted, Edited, Said
from bot.chat.message import Message, Text, Tone, message
from bot.clock import MORNING, at_wall_clock, local_date, working_days_later
from bot.feature import Context
from bot.features.privacy.tables import PossibleBreach
from bot.language import _
from bot.outbox import Draft, enqueue
from bot.people import Right
from bot.places import Room

LISTED = 30  # entries; older ones are in the audit and the export


async def heard(context: Context, event: Said | Edited) -> Message | None:
    """Tell the writer alone, and only of what would be stopped in a form. A mended message clears its entry."""
    if context.room is None:
        return None
    try:
        reading = guard.read(event.text, guard.Profile.CHANNEL)
    except (guard.TooLong, guard.Unreadable):
        return _unread()
    if not reading.blocked:
        await _cleared(context, event)
        return None
    await _enter(context, context.room, event, reading)
    return _told(reading)


def _told(reading: guard.Reading) -> Message:
    found = dict.fromkeys(guard.explain(find) for find in reading.finds)
    return message(
        Text(_("Meldingen din kan avsløre hvem noen er, og alle i rommet kan lese den."), Tone.WARNING),
        *found,
        _("Slik fjerner du den: åpne menyen på meldingen og slett den, eller rediger den og ta bort det som er nevnt."),
        Text(_("Personvernkontakten ser at det skjedde, ikke hva du skrev."), Tone.MUTED),
        title=_("Personvernsjekk"),
    )


def _unread() -> Message:
    return message(
        Text(
            _("Meldingen din var for lang eller sammensatt for personvernsjekken, så den er ikke sjekket."),
            Tone.WARNING,
        ),
        _("Les den selv en gang til: kan noen kjenne igjen en pasient, så slett den fra menyen på meldingen."),
        title=_("Personvernsjekk"),
    )


async def _enter(context: Context, room: Room, event: Said | Edited, reading: guard.Reading) -> None:
    """One entry for each message, however often it is edited: all that ever stood in it counts."""
    session, posted = context.session, event.posted.store()
    kinds = ",".join(sorted({find.label for find in reading.finds}))
    entry = await session.scalar(select(PossibleBreach).where(PossibleBreach.posted == posted))
    if entry is not None:
        entry.kinds, entry.removed_at = ",".join(sorted({*kinds.split(","), *entry.kinds.split(",")})), None
        entry.handled_at = entry.handled_by = None
        return
    breach = PossibleBreach(
        network_id=room.network_id,
        room_id=room.id,
        writer_id=context.someone.id if context.someone else None,
        at=context.now,
        posted=posted,
        kinds=kinds,
    )
    session.add(breach)
    await session.flush()
    await enqueue(session, *await _to_contacts(context, room))


async def _to_contacts(context: Context, room: Room) -> list[Draft]:
    """At once, though once a day; and the next working morning, where something still stands then."""
    network = await context.session.get_one(people.Network, room.network_id)
    today = local_date(context.now, network.zone)
    morning = at_wall_clock(working_days_later(today, 1), MORNING, network.zone)
    contacts = [
        m.person.id
        for m in await people.members(context.session, network.id)
        if Right.SEE_POSSIBLE_BREACHES in people.rights(m.roles, m.case_access)
    ]
    times = ((f"{today}", context.now), (f"after {today}", morning))
    return [
        Draft("privacy.breaches", str(network.id), f"privacy.breaches:{network.id}:{contact}:{when}", due, contact)
        for contact in contacts
        for when, due in times
    ]


async def _cleared(context: Context, event: Said | Edited) -> None:
    if isinstance(event, Edited):
        await _mark_removed(context, event.posted.store())


async def deleted(context: Context, event: Deleted) -> None:
    await _mark_removed(context, event.posted.store())


async def _mark_removed(context: Context, posted: str) -> None:
    await context.session.execute(
        update(PossibleBreach)
        .where(PossibleBreach.posted == posted, PossibleBreach.removed_at.is_(None))
        .values(removed_at=context.now)
    )
