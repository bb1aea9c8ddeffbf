"""Buttons and receipts: inbound → service → answer."""

from bot.chat.inbound import Press, id_in
from bot.chat.message import Form, Message
from bot.errors import NotFound
from bot.feature import Context, Receipt
from bot.features.actions import cards, editing, forms, history, list_cards, listing, rules, service, submitting
from bot.features.actions.history import Did
from bot.features.actions.naming import owners
from bot.features.actions.service import facts_of
from bot.features.actions.submitting import changed_or_not
from bot.features.actions.tables import Item, ItemState
from bot.people import Right
from bot.places import Purpose


async def new(context: Context, event: Press) -> Form:
    """The form, from a button or from a message. A message in a case room is never copied into it."""
    if context.room is None and len(context.standings) > 1:
        return await new_in_some_network(context, "")
    standing = context.require(Right.USE_ITEMS)
    case = await submitting.case_of_message(context, event.on)
    if case is None and in_case_room(context):
        raise service.NotInACase
    text = " ".join(event.text.split())[: rules.LONGEST] if _may_be_copied(context) else ""
    return forms.item_form(
        forms.ItemForm(
            submitting.carry(event.on),
            await submitting.options(context, [standing.network]),
            text,
            forms.who_values(owners([context.person.id])),
            in_case=case is not None,
        )
    )


async def new_in_some_network(context: Context, typed: str) -> Form:
    """In a 1:1 chat of somebody who is in several: which one is a field of the form. What was typed is understood as
    far as it can be, and otherwise stands as it was typed."""
    networks = [standing.network for standing in context.standings if standing.may(Right.USE_ITEMS)]
    heres = [await service.here(context, network.id) for network in networks]
    members = {person: name for here in heres for person, name in here.members.items()}
    me = context.person.id
    text, who, due = rules.as_understood(typed, rules.Here(members, context.now, heres[0].zone, None), me)
    return forms.item_form(
        forms.ItemForm(
            "",
            await submitting.options(context, networks),
            " ".join(text.split())[: rules.LONGEST],
            forms.who_values(who),
            due,
            networks=networks,
        )
    )


def in_case_room(context: Context) -> bool:
    return context.room is not None and context.room.purpose == Purpose.CASES


def _may_be_copied(context: Context) -> bool:
    """Not in a case room; nor in a 1:1 chat, where what stands is ours and may be a case that was shown there."""
    return context.room is not None and context.room.purpose != Purpose.CASES


async def done(context: Context, event: Press) -> Receipt:
    return await change_state(context, event.carries, ItemState.DONE)


async def reopen(context: Context, event: Press) -> Receipt:
    return await change_state(context, event.carries, ItemState.OPEN)


async def remove(context: Context, event: Press) -> Receipt:
    return await change_state(context, event.carries, ItemState.REMOVED)


async def change_state(context: Context, item_id: str, state: ItemState) -> Receipt:
    change = await editing.change_state(context, item_id, state)
    if change is None:
        return Receipt("actions.unchanged", item_id)
    return Receipt("actions.changed", f"{change.item_id}:{change.version}")


async def undo(context: Context, event: Press) -> Receipt:
    """`carries` the item and the version of the change; the item alone means its newest one."""
    item_id, _colon, version = event.carries.partition(":")
    change = await editing.undo(context, item_id, id_in(version))
    return Receipt("actions.changed", f"{change.item_id}:{change.version}")


async def show(context: Context, event: Press) -> Message:
    """One item with its history."""
    item = await service.item_of(context, event.carries)
    facts = await facts_of(context, item.id)
    changes = await history.changes_of(context.session, item.id)
    steps = await history.steps(context.session, context.vault, item, changes)
    having = (await service.owners_of(context.session, [item.id]))[item.id]
    zone = context.standing_in(item.network_id).network.zone
    return cards.with_history(facts, steps, zone, may_change=service.may_change(context, item, having))


async def mine(context: Context, event: Press) -> Message:
    return list_cards.my_list(await listing.my_items(context, event.carries))


async def on_own_page(context: Context) -> Message:
    return list_cards.on_own_page(await listing.my_items(context))


async def everybodys(context: Context, event: Press) -> Message:
    """`carries` the network, and the item that the page before ended with."""
    network, _colon, after = event.carries.partition(":")
    for standing in context.standings:
        if standing.network.id == id_in(network):
            page = await listing.all_items(context, standing.network.id, after)
            return list_cards.all_list(page, standing.network)
    raise NotFound


# Forms of an item that there is. Where a form could not be opened, its own button carries more than the item's id.


async def edit(context: Context, event: Press) -> Form:
    item = await _to_change(context, event)
    facts = await facts_of(context, item.id)
    if facts.text is None:
        raise service.WordsAreGone
    before = await history.as_it_is(context.session, item)
    options = await submitting.options_for(context, item)
    there = {option.value for option in options}  # not those who have left, and are to be replaced
    form = forms.ItemForm(
        submitting.edit_carries(facts),
        options,
        facts.text,
        [value for value in forms.who_values(before.owners) if value in there],
        forms.due_typed(facts.when),
        number=facts.number,
        in_case=bool(facts.case_code),
    )
    return forms.item_form(form)


async def move(context: Context, event: Press) -> Form:
    item = await _to_change(context, event)
    return forms.move_form(await facts_of(context, item.id), await service.here(context, item.network_id))


async def move_to(context: Context, event: Press) -> Receipt:
    """`carries` the item and the date."""
    item_id, _colon, day = event.carries.partition(":")
    item = await service.item_to_change(context, item_id)
    when = forms.carried_day(day, (await service.here(context, item.network_id)).meeting)
    if when is None:
        raise NotFound
    return changed_or_not(item, await editing.move(context, item_id, when))


async def hand(context: Context, event: Press) -> Form:
    item = await _to_change(context, event)
    return forms.hand_form(await facts_of(context, item.id), await submitting.options_for(context, item))


async def hand_to(context: Context, event: Press) -> Receipt:
    """`carries` the item and its new owners."""
    item_id, _colon, who = event.carries.partition(":")
    item = await service.item_to_change(context, item_id)
    change = await editing.hand_over(context, item_id, submitting.owners_in(who.split(",")))
    return changed_or_not(item, change)


async def _to_change(context: Context, event: Press) -> Item:
    item = await service.item_to_change(context, event.carries.partition(":")[0])
    await editing.require_open(context, item)
    return item


# Receipts


async def made_receipt(context: Context, subject: str) -> Message:
    return cards.made(await facts_of(context, int(subject)), 1)


async def changed_receipt(context: Context, subject: str) -> Message:
    item_id, version = map(int, subject.split(":"))
    facts = await facts_of(context, item_id)
    change = await history.change_at(context.session, item_id, version)
    did = Did(change.did) if change else Did.EDITED
    return cards.undone(facts) if did is Did.UNDONE else cards.changed(facts, did, version)


async def unchanged_receipt(context: Context, subject: str) -> Message:
    facts = await facts_of(context, int(subject))
    last = await history.change_at(context.session, facts.id, facts.version)
    name = await history.name_of(context.session, last.by) if last else ""
    return cards.unchanged(facts, name)
