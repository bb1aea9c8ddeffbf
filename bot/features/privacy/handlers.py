"""Reading the members' own messages, and the privacy contact's list."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from bot import guard, people
from bot.chat.inbound import Command, Deleted, Edited, Said
from bot.chat.message import Facts, Message, Text, Tone, message
from bot.clock import MORNING, at_wall_clock, local_date, working_days_later
from bot.errors import NotAllowed
from bot.feature import Context, Desk, NoticeKind
from bot.features.privacy.tables import PossibleBreach
from bot.language import _, ngettext, say_moment
from bot.outbox import Draft, Notice, enqueue
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
        _(
            "Slik fjerner du den: åpne menyen på meldingen og velg «Slett», "
            "eller «Rediger» og ta bort det som er nevnt."
        ),
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


async def command(context: Context, _event: Command, _rest: str) -> Message:
    networks = {s.network.id: s.network for s in context.standings if s.may(Right.SEE_POSSIBLE_BREACHES)}
    if not networks:
        raise NotAllowed
    rows = await context.session.execute(
        select(PossibleBreach, people.Person.name)
        .outerjoin(people.Person, people.Person.id == PossibleBreach.writer_id)
        .where(PossibleBreach.network_id.in_(networks))
        .order_by(PossibleBreach.at.desc())
        .limit(LISTED)
    )
    return _list([(entry, name, networks[entry.network_id].zone) for entry, name in rows])


def _list(entries: Sequence[tuple[PossibleBreach, str | None, str]]) -> Message:
    if not entries:
        return message(_("Ingen mulige brudd er oppdaget."), title=_("Mulige brudd"))
    facts = tuple(
        (
            say_moment(entry.at, zone),
            f"{name or _('ukjent')}: {_kinds(entry.kinds)} – {_state(entry.removed_at, zone)}",
        )
        for entry, name, zone in entries
    )
    return message(
        Facts(facts),
        Text(
            _("Teksten er ikke lagret her. Vurder om bruddet skal meldes, og be skribenten slette det som står."),
            Tone.MUTED,
        ),
        title=_("Mulige brudd"),
    )


def _kinds(kinds: str) -> str:
    words = {
        "NAME": _("navn"),
        "DATE": _("dato"),
        "AGE": _("alder"),
        "PHONE": _("telefonnummer"),
        "EMAIL": _("e-postadresse"),
        "FNR": _("fødselsnummer"),
        "ID": _("pasient- eller saksnummer"),
        "LOC": _("sted"),
        "UNIT": _("behandlingssted"),
        "ROOM": _("rom eller seng"),
        "FILE": _("filnavn"),
        "URL": _("lenke"),
    }
    return ", ".join(words.get(kind, kind) for kind in kinds.split(","))


def _state(removed_at: datetime | None, zone: str) -> str:
    if removed_at is None:
        return _("står fortsatt")
    return _("fjernet {when}").format(when=say_moment(removed_at, zone))


async def compose_breaches(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    said = {}
    for notice in notices:
        standing = await desk.session.scalar(
            select(func.count())
            .select_from(PossibleBreach)
            .where(PossibleBreach.network_id == int(notice.subject), PossibleBreach.removed_at.is_(None))
        )
        text = ngettext(
            "Én melding kan avsløre hvem noen er, og står fortsatt. Skriv /personvern for å se lista.",
            "{count} meldinger kan avsløre hvem noen er, og står fortsatt. Skriv /personvern for å se lista.",
            standing or 0,
        ).format(count=standing or 0)
        if standing:
            said[notice.id] = message(text, title=_("Mulig brudd på taushetsplikten"))
    return said


NOTICES = (NoticeKind("privacy.breaches", compose_breaches),)
