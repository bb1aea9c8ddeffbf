"""Members in the chat: inbound → service → answer."""

from sqlalchemy import select

from bot import people
from bot.chat.inbound import Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import NamesAccounts, Problems
from bot.errors import NotFound
from bot.feature import Answer, Context, Receipt
from bot.features.networks import access, cards, forms, members, roster, rules, service
from bot.features.networks.members import Actor, MemberDraft
from bot.features.networks.tables import MembershipBefore
from bot.people import Membership, Network, PlatformAccount, Role


def actor(context: Context, network_id: int) -> Actor:
    person = context.person
    return Actor(
        context.session, context.now, person.id, access.may_grant(context, network_id), operator=person.operator
    )


def ids_in(carries: str) -> tuple[int, int]:
    """ "17:30" is a subject and a place in its list; "17" its beginning."""
    subject, _colon, place = carries.partition(":")
    ids = id_in(subject), id_in(place or "0")
    if ids[0] is None or ids[1] is None:
        raise NotFound
    return ids[0], ids[1]


# Members


async def first_page(context: Context, network_id: int) -> Message:
    return await _page(context, network_id, 0)


async def page(context: Context, event: Press) -> Message:
    return await _page(context, *ids_in(event.carries))


async def _page(context: Context, network_id: int, first: int) -> Message:
    network = await access.looked_after(context, network_id)
    found = await service.listed(context.session, network_id)
    facts = await service.facts(context.session, network_id)
    return cards.member_list(network, found, facts.vacant, min(first, max(0, len(found) - 1)))


async def add(context: Context, event: Press) -> Form:
    network = await access.managed(context, id_in(event.carries))
    present = await _not_members(context, network.id) if not context.direct else []
    return forms.new_member(network, present, grants=access.may_grant(context, network.id))


async def _not_members(context: Context, network_id: int) -> list[tuple[str, str]]:
    """Those in this room who are not members of the network, by name: known from elsewhere, such as the operator who
    makes it, or to nobody."""
    here = {account.id: account for account in context.here or () if not account.bot}
    taken = (
        select(PlatformAccount.account)
        .join(Membership, Membership.person_id == PlatformAccount.person_id)
        .where(
            Membership.network_id == network_id,
            PlatformAccount.chat == context.chat.name,
            PlatformAccount.account.in_(list(here)[:500]),
        )
    )
    known = set(await context.session.scalars(taken))
    return sorted(((id, each.name) for id, each in here.items() if id not in known), key=lambda each: each[1])[:100]


async def submit_add(context: Context, event: Submission) -> Answer:
    network = await access.managed(context, id_in(event.carries))
    typed = event.text("account").strip()
    account = _account(context, context.chat.name, typed) if typed else None
    if typed and account is None:
        return Problems({"account": members.NoSuchAccount().text})
    draft = MemberDraft(
        _line(event, "name"),
        _line(event, "profession"),
        _line(event, "organisation"),
        _roles(event),
        bool(event.text("access")),
        account,
    )
    try:
        membership = await members.add(actor(context, network.id), network.id, draft)
    except (members.NobodyNamed, members.AlreadyMember) as refusal:
        return Problems({"name": refusal.text})
    except members.AccountTaken as refusal:
        return Problems({"account": refusal.text})
    except members.LeaderDecides as refusal:
        return Problems({"roles": refusal.text})
    except (rules.NotForThisRole, rules.NotToOneself, rules.NoProfession, access.OnlyGranters) as refusal:
        return Problems({"access": refusal.text})
    return Receipt("networks.member", str(membership.id))


def _account(context: Context, chat: str, typed: str) -> roster.Account | None:
    """None where it can be no account there."""
    there: object = context.chats.get(chat)
    named = there.account_named(typed) if isinstance(there, NamesAccounts) else typed
    return (chat, named) if named else None


def _line(event: Submission, field: str) -> str:
    return " ".join(event.text(field).split())


def _roles(event: Submission) -> frozenset[Role]:
    chosen = event.values.get("roles", ())
    words = (chosen,) if isinstance(chosen, str) else chosen
    return frozenset(Role(word) for word in words if word in set(Role)) or frozenset({Role.MEMBER})


async def _member(context: Context, carries: str, *, granting: bool = False) -> tuple[Network, Membership]:
    """The membership, where the asker may change it. One that is not there is as one that is not theirs."""
    id = id_in(carries.partition(":")[0])
    membership = await context.session.get(Membership, id) if id is not None else None
    asked = access.granted if granting else access.managed
    return await asked(context, membership.network_id if membership else None), _found(membership)


def _found(membership: Membership | None) -> Membership:
    if membership is None:
        raise NotFound
    return membership


async def show_member(context: Context, event: Press) -> Message:
    id = id_in(event.carries)
    membership = await context.session.get(Membership, id) if id is not None else None
    await access.looked_after(context, membership.network_id if membership else None)
    return await _card(context, _found(membership))


async def member_receipt(context: Context, subject: str) -> Message:
    membership = await context.session.get(Membership, int(subject.partition(":")[0]))
    card = await _card(context, _found(membership))
    undo = id_in(subject.partition(":")[2])
    return cards.undoable(card, undo) if undo else card


async def _card(context: Context, membership: Membership) -> Message:
    network = await context.session.get_one(Network, membership.network_id)
    shown = await _listed(context, membership)
    rows = await context.session.execute(
        select(PlatformAccount.id, PlatformAccount.chat, PlatformAccount.account)
        .where(PlatformAccount.person_id == membership.person_id)
        .order_by(PlatformAccount.id)
    )
    accounts = [(id, (chat, account)) for id, chat, account in rows]
    return cards.member_card(
        network,
        shown,
        accounts,
        manages=access.may_manage(context, network.id),
        grants=access.may_grant(context, network.id) and rules.may_have_cases(shown.roles),
    )


async def _listed(context: Context, membership: Membership) -> service.Listed:
    found = await service.listed(context.session, membership.network_id)
    return next(each for each in found if each.membership == membership.id)


async def change(context: Context, event: Press) -> Form:
    _network, membership = await _member(context, event.carries)
    person = await context.session.get_one(people.Person, membership.person_id)
    home = await context.session.get(people.Organisation, person.organisation_id) if person.organisation_id else None
    shown = await _listed(context, membership)
    return forms.change_member(membership.id, shown, "" if home is None else home.name)


async def submit_change(context: Context, event: Submission) -> Answer:
    network, membership = await _member(context, event.carries)
    try:
        kept = await members.change_person(
            actor(context, network.id),
            membership,
            _line(event, "name"),
            _line(event, "profession"),
            _line(event, "organisation"),
            _roles(event),
        )
    except members.NobodyNamed as refusal:
        return Problems({"name": refusal.text})
    except members.LeaderDecides as refusal:
        return Problems({"roles": refusal.text})
    return Receipt("networks.member", f"{membership.id}:{kept.id}" if kept else str(membership.id))


async def grant(context: Context, event: Press) -> Receipt:
    network, membership = await _member(context, event.carries, granting=True)
    await members.grant(actor(context, network.id), membership)
    return Receipt("networks.member", str(membership.id))


async def withdraw(context: Context, event: Press) -> Receipt:
    """Whoever looks after the network may take it away: it is the careful thing to do."""
    id = id_in(event.carries)
    membership = await context.session.get(Membership, id) if id is not None else None
    network = await access.looked_after(context, membership.network_id if membership else None)
    await members.withdraw(actor(context, network.id), _found(membership))
    return Receipt("networks.member", str(id))


async def remove(context: Context, event: Press) -> Message:
    network, membership = await _member(context, event.carries)
    person = await context.session.get_one(people.Person, membership.person_id)
    had_access = membership.case_access_at is not None
    kept = await members.remove(actor(context, network.id), membership)
    return cards.removed(network, person.name, kept.id, had_access=had_access)


async def undo(context: Context, event: Press) -> Receipt:
    id = id_in(event.carries)
    kept = await context.session.get(MembershipBefore, id) if id is not None else None
    network = await access.managed(context, kept.network_id if kept else None)
    if kept is None:
        raise NotFound
    membership = await members.undo(actor(context, network.id), kept)
    return Receipt("networks.member", str(membership.id))


async def link(context: Context, event: Press) -> Form:
    _network, membership = await _member(context, event.carries)
    person = await context.session.get_one(people.Person, membership.person_id)
    return forms.link_account(membership.id, person.name, sorted(context.chats), context.chat.name)


async def submit_link(context: Context, event: Submission) -> Answer:
    network, membership = await _member(context, event.carries)
    chat, account = event.text("chat"), event.text("account").strip()
    if chat not in context.chats or not 0 < len(account) <= roster.LONGEST_ACCOUNT:
        return Problems({"account": members.NobodyNamed().text if not account else NotFound().text})
    linked = _account(context, chat, account)
    if linked is None:
        return Problems({"account": members.NoSuchAccount().text})
    try:
        await members.link(actor(context, network.id), membership, linked)
    except (members.AccountTaken, members.NotToBeLinked) as refusal:
        return Problems({"account": refusal.text})
    return Receipt("networks.member", str(membership.id))


async def unlink(context: Context, event: Press) -> Receipt:
    network, membership = await _member(context, event.carries)
    await members.unlink(actor(context, network.id), membership, ids_in(event.carries)[1])
    return Receipt("networks.member", str(membership.id))
