"""Set-up in the chat: inbound → service → answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date

from sqlalchemy import select

from bot import people, when
from bot.chat import grammar
from bot.chat.inbound import Command, Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Problems
from bot.errors import NotFound, Refusal
from bot.feature import Answer, Context, Receipt
from bot.features import actions, sign_in
from bot.features.networks import access, cards, forms, listing, lists, members, rooming, roster, rules, service
from bot.features.networks.members import MemberDraft
from bot.people import Network, Person, Role

Named = Callable[[Context, int], Awaitable[Answer]]
WORDS: Mapping[str, str] = {
    "oppsett": "networks.open",
    "oppset": "networks.open",
    "setup": "networks.open",
    "innstillinger": "networks.settings",
    "innstillingar": "networks.settings",
    "settings": "networks.settings",
    "medlemmer": "networks.members",
    "medlemmar": "networks.members",
    "medlem": "networks.members",
    "members": "networks.members",
    "import": "networks.import",
    "importer": "networks.import",
    "eksport": "networks.export",
    "eksporter": "networks.export",
    "export": "networks.export",
    "rom": "networks.rooms",
    "rooms": "networks.rooms",
    "kanaler": "networks.rooms",
}


class UnknownWish(Refusal):
    """Skriv «/fagtraad» og ett av disse: oppsett, medlemmer, import, eksport, rom eller innstillinger."""


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/fagtraad medlemmer BLOD`. Plain `/fagtraad` is help, and never comes here."""
    does, code = grammar.understand(rest, WORDS)
    if does is None:
        if sign_in.is_meant(rest):
            return await sign_in.command(context, event, grammar.split(rest)[1])
        raise UnknownWish
    if code:
        return await OPENS[does](context, (await _by_code(context, code)).id)
    wanted = await _here(context)
    if wanted is not None:
        return await OPENS[does](context, wanted)
    if does == "networks.open" and not context.person.operator and not await access.choosable(context):
        access.require_operator(context)
    return cards.choose(await _choices(context), does, operator=context.person.operator)


async def _choices(context: Context) -> list[Network]:
    found = await access.choosable(context)
    if not found and not context.person.operator:
        raise access.OnlyManagers
    return found


async def _by_code(context: Context, code: str) -> Network:
    network = await service.network_by_code(context.session, code.strip())
    return await access.looked_after(context, network.id if network else None)


async def _here(context: Context) -> int | None:
    """The network of this room, or the only one that there is to choose. An operator may want to make another."""
    if context.room is not None:
        return context.room.network_id
    found = await access.choosable(context)
    return found[0].id if len(found) == 1 and not context.person.operator else None


def press(handle: Named) -> Callable[[Context, Press], Awaitable[Answer]]:
    """A press that carries the id of its network."""

    async def pressed(context: Context, event: Press) -> Answer:
        return await handle(context, network_in(event.carries))

    return pressed


def network_in(carries: str) -> int:
    id = id_in(carries)
    if id is None:
        raise NotFound
    return id


# A new one


async def new(context: Context, _event: Press) -> Form:
    access.require_operator(context)
    around = await _around(context)
    return forms.new_network(around)


async def _around(context: Context) -> forms.Around:
    networks = await context.session.scalars(select(Network).order_by(Network.name))
    organisations = sorted(set((await service.organisation_names(context.session)).values()), key=str.casefold)
    return forms.Around(list(networks), organisations)


async def submit_new(context: Context, event: Submission) -> Answer:
    person = access.require_operator(context)
    draft, problems = await _draft(context, event)
    if draft is None:
        return Problems(problems)
    try:
        network = await service.create_network(context.session, draft, context.now, person.id)
    except rules.CodeTaken as refusal:
        return Problems({"code": refusal.text})
    except rules.NoEnd as refusal:
        return Problems({"ends_on": refusal.text})
    if contact := " ".join(event.text("privacy_contact").split()):
        draft_contact = MemberDraft(contact[: roster.LONGEST], roles=frozenset({Role.PRIVACY_CONTACT}))
        await members.add(listing.actor(context, network.id), network.id, draft_contact)
    return Receipt("networks.open", str(network.id))


async def _draft(context: Context, event: Submission) -> tuple[rules.NetworkDraft | None, dict[str, str]]:
    """What was typed; or what is wrong with it, by field."""
    problems: dict[str, str] = {}

    def tried(field: str, check: Callable[[str], str]) -> str:
        try:
            return check(event.text(field))
        except Refusal as refusal:
            problems[field] = refusal.text
            return ""

    name, code = tried("name", rules.checked_name), tried("code", rules.checked_code)
    kind = event.text("kind")
    ends_on = _day(context, event, "ends_on", rules.ZONES[0], None, problems)
    parent = id_in(event.text("parent"))
    if kind not in set(rules.Kind) or (parent is not None and parent not in await service.parents(context.session)):
        raise NotFound
    draft = rules.NetworkDraft(
        name,
        code,
        rules.Kind(kind),
        parent,
        _zone(event),
        _language(event),
        ends_on,
        forms.typed_names(event.values),
    )
    return (None if problems else draft), problems


def _zone(event: Submission) -> str:
    zone = event.text("zone") or rules.ZONES[0]
    if not rules.is_zone(zone):
        raise NotFound
    return zone


def _language(event: Submission) -> str:
    language = event.text("language") or rules.LANGUAGES[0]
    if language not in rules.LANGUAGES:
        raise NotFound
    return language


def _day(
    context: Context, event: Submission, field: str, zone: str, before: date | None, problems: dict[str, str]
) -> date | None:
    """A date as people write it. One that has passed may stand where it stood."""
    typed = event.text(field).strip()
    if not typed or (before and typed == before.isoformat()):
        return before if typed else None
    try:
        return when.understand(typed, context.now, zone).day
    except Refusal as refusal:
        problems[field] = refusal.text
        return None


# One that is there


async def open_network(context: Context, network_id: int) -> Message:
    await access.looked_after(context, network_id)
    return cards.network_card(await service.facts(context.session, network_id))


async def receipt(context: Context, subject: str) -> Message:
    return await open_network(context, int(subject))


async def settings(context: Context, network_id: int) -> Form:
    network = await access.managed(context, network_id)
    expected = [each.name for each in await service.expected(context.session, network_id)]
    persons, contact = await _contacts(context, network_id)
    return forms.settings(network, await _around(context), expected, persons, contact)


async def _contacts(context: Context, network_id: int) -> tuple[Sequence[Person], int | None]:
    """Who may be the privacy contact, and who is."""
    found = await people.members(context.session, network_id)
    now = [each.person.id for each in found if Role.PRIVACY_CONTACT in each.roles]
    return [each.person for each in found], (now[0] if now else None)


async def submit_settings(context: Context, event: Submission) -> Answer:
    network = await access.managed(context, network_in(event.carries))
    problems: dict[str, str] = {}
    zone = _zone(event)
    meeting = _day(context, event, "next_meeting", zone, network.next_meeting, problems)
    ends_on = _day(context, event, "ends_on", zone, network.ends_on, problems)
    try:
        name = rules.checked_name(event.text("name"))
    except rules.NoName as refusal:
        problems["name"] = refusal.text
    if problems:
        return Problems(problems)
    wanted = service.Settings(name, _language(event), zone, meeting, ends_on, forms.typed_names(event.values))
    try:
        moved = await service.change_settings(context.session, network, wanted, context.now, context.person.id)
        await _change_contact(context, network.id, id_in(event.text("privacy_contact")))
    except rules.NoEnd as refusal:
        return Problems({"ends_on": refusal.text})
    except members.LeaderDecides as refusal:
        return Problems({"privacy_contact": refusal.text})
    if moved:
        await actions.meeting_moved(context, network.id)
    return Receipt("networks.open", str(network.id))


async def _change_contact(context: Context, network_id: int, wanted: int | None) -> None:
    """The role goes from who had it to who is chosen."""
    _persons, now = await _contacts(context, network_id)
    if wanted == now:
        return
    actor = listing.actor(context, network_id)
    for person, holds in ((now, False), (wanted, True)):
        membership = await members.membership_of(context.session, network_id, person) if person else None
        if membership is None:
            if person == wanted and wanted is not None:
                raise NotFound
            continue
        roles = await service.roles_of(context.session, membership.id)
        contact = frozenset({Role.PRIVACY_CONTACT})
        await members.give_roles(actor, membership, roles | contact if holds else roles - contact, undoable=False)


OPENS: Mapping[str, Named] = {
    "networks.open": open_network,
    "networks.settings": settings,
    "networks.members": listing.first_page,
    "networks.import": lists.import_form,
    "networks.export": lists.export,
    "networks.rooms": rooming.rooms,
}
