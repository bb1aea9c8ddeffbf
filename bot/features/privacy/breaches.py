"""The privacy contact's list of possible breaches: in which network, what kind, and whether somebody has handled it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot import audit, retention
from bot.chat.inbound import Command, Press, id_in
from bot.chat.message import Button, Buttons, Facts, Message, Part, Text, Tone, message
from bot.errors import NotAllowed, NotFound
from bot.feature import Context, Desk, NoticeKind, Receipt
from bot.features.privacy.tables import PossibleBreach
from bot.help import RUN_COMMAND
from bot.language import _, ngettext, say_moment
from bot.outbox import Notice
from bot.people import Network, Person, Right

LISTED = 10  # of those that wait, each with its button; older ones come when these are handled
HANDLED = 5  # of those that somebody has handled


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    at: datetime
    writer: str
    network: str
    zone: str
    kinds: str
    removed_at: datetime | None
    handled_at: datetime | None
    handled_by: str


async def command(context: Context, _event: Command, _rest: str) -> Message:
    networks = [s.network.id for s in context.standings if s.may(Right.SEE_POSSIBLE_BREACHES)]
    if not networks:
        raise NotAllowed
    waits = (PossibleBreach.network_id.in_(networks), PossibleBreach.handled_at.is_(None))
    over = (PossibleBreach.network_id.in_(networks), PossibleBreach.handled_at.is_not(None))
    waiting = await _entries(context.session, _select().where(*waits).order_by(PossibleBreach.at.desc()).limit(LISTED))
    handled = await _entries(
        context.session, _select().where(*over).order_by(PossibleBreach.handled_at.desc()).limit(HANDLED)
    )
    count = await context.session.scalar(select(func.count()).select_from(PossibleBreach).where(*waits)) or 0
    return breach_list(waiting, count - len(waiting), handled)


def _select() -> Select[Any, Any, Any, Any]:
    handler = aliased(Person)
    return (
        select(PossibleBreach, Network, Person.name, handler.name)
        .join(Network, Network.id == PossibleBreach.network_id)
        .outerjoin(Person, Person.id == PossibleBreach.writer_id)
        .outerjoin(handler, handler.id == PossibleBreach.handled_by)
    )


async def _entries(session: AsyncSession, query: Select[Any, Any, Any, Any]) -> list[Entry]:
    return [
        Entry(
            row.id,
            row.at,
            writer or "",
            network.name,
            network.zone,
            row.kinds,
            row.removed_at,
            row.handled_at,
            handler or "",
        )
        for row, network, writer, handler in await session.execute(query)
    ]


async def handle(context: Context, event: Press) -> Receipt:
    return await _set_handled(context, event, handled=True)


async def reopen(context: Context, event: Press) -> Receipt:
    return await _set_handled(context, event, handled=False)


async def _set_handled(context: Context, event: Press, *, handled: bool) -> Receipt:
    """Of two who press at once, the first has done it, and the second is told so."""
    breach = await _breach_of(context, event.carries)
    when, who = (context.now, context.person.id) if handled else (None, None)
    pending = PossibleBreach.handled_at.is_(None) if handled else PossibleBreach.handled_at.is_not(None)
    changed = await context.session.execute(
        update(PossibleBreach)
        .where(PossibleBreach.id == breach.id, pending)
        .values(handled_at=when, handled_by=who)
        .returning(PossibleBreach.id)
        .execution_options(synchronize_session=False)
    )
    if changed.one_or_none() is not None:
        did = "breach.handled" if handled else "breach.reopened"
        subject = f"breach:{breach.id}"
        await audit.record(context.session, context.now, did, subject, by=context.person.id, network=breach.network_id)
    return Receipt("privacy.breach", str(breach.id))


async def _breach_of(context: Context, carries: str) -> PossibleBreach:
    """Where the asker may see it; otherwise `NotFound`, whether or not there is one."""
    number = id_in(carries)
    breach = await context.session.get(PossibleBreach, number) if number is not None else None
    seen = {s.network.id for s in context.standings if s.may(Right.SEE_POSSIBLE_BREACHES)}
    if breach is None or breach.network_id not in seen:
        raise NotFound
    return breach


async def receipt(context: Context, subject: str) -> Message:
    breach = await _breach_of(context, subject)
    [entry] = await _entries(context.session, _select().where(PossibleBreach.id == breach.id))
    if entry.handled_at is None:
        again = Button(_("Behandlet"), "privacy.handled", subject)
        return message(_("Meldingen står på lista igjen."), Facts((_line(entry),)), Buttons((again,)))
    back = Button(_("Angre"), "privacy.not_handled", subject)
    return message(_("Merket som behandlet."), Facts((_line(entry),)), Buttons((back,)))


def breach_list(waiting: Sequence[Entry], more: int, handled: Sequence[Entry]) -> Message:
    parts: list[Part] = [] if waiting or handled else [Text(_("Ingen mulige brudd er oppdaget."))]
    if handled and not waiting:
        parts.append(Text(_("Alle mulige brudd er behandlet.")))
    for entry in waiting:
        parts += [Facts((_line(entry),)), Buttons((Button(_("Behandlet"), "privacy.handled", str(entry.id)),))]
    if more:
        parts.append(Text(ngettext("Og {count} eldre.", "Og {count} eldre.", more).format(count=more), Tone.MUTED))
    for entry in handled:
        parts += [
            Facts((_line(entry),)),
            Buttons((Button(_("Ikke behandlet likevel"), "privacy.not_handled", str(entry.id)),)),
        ]
    if waiting or handled:
        text = _("Teksten er ikke lagret her. Vurder om bruddet skal meldes, og be skribenten slette det som står.")
        parts.append(Text(text, Tone.MUTED))
    return message(*parts, title=_("Mulige brudd"))


def _line(entry: Entry) -> tuple[str, str]:
    """When and where; who, what kind, and what has become of it."""
    said = f"{entry.writer or _('ukjent')}: {_kinds(entry.kinds)} – {_state(entry.removed_at, entry.zone)}"
    if entry.handled_at is not None:
        done = _("behandlet av {name} {when}").format(
            name=entry.handled_by or _("ukjent"), when=say_moment(entry.handled_at, entry.zone)
        )
        said = f"{said}, {done}"
    return f"{say_moment(entry.at, entry.zone)}, {entry.network}", said


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


async def compose(desk: Desk, notices: Sequence[Notice]) -> Mapping[int, Message]:
    """Void where all are removed or handled meanwhile."""
    said = {}
    for notice in notices:
        network = await desk.session.get_one(Network, int(notice.subject))
        standing = await desk.session.scalar(
            select(func.count())
            .select_from(PossibleBreach)
            .where(
                PossibleBreach.network_id == network.id,
                PossibleBreach.removed_at.is_(None),
                PossibleBreach.handled_at.is_(None),
            )
        )
        text = ngettext(
            "Én melding i {network} kan avsløre hvem noen er, og står fortsatt. Skriv /personvern for å se lista.",
            "{count} meldinger i {network} kan avsløre hvem noen er, og står fortsatt. "
            "Skriv /personvern for å se lista.",
            standing or 0,
        ).format(count=standing or 0, network=network.name)
        if standing:
            look = Buttons((Button(_("Se lista"), RUN_COMMAND, "personvern"),))
            said[notice.id] = message(text, look, title=_("Mulig brudd på taushetsplikten"))
    return said


NOTICES = (NoticeKind("privacy.breaches", compose, passing=True),)
RETENTION = (
    retention.rows(
        "breaches",
        "Mulige brudd, etter behandling",
        lambda settings: settings.keep_handled_breaches_days,
        PossibleBreach.id,
        PossibleBreach.handled_at,
    ),
)
