"""What is typed after "/oppgave"."""

from collections.abc import Sequence

from bot.chat.grammar import fold
from bot.chat.inbound import Command, Press
from bot.chat.message import Button, Form, Message
from bot.check import check
from bot.errors import NoNetwork, NotFound, Refusal
from bot.feature import Answer, Context, Receipt
from bot.features.actions import editing, forms, handlers, list_cards, listing, rules, service, submitting
from bot.features.actions.making import make_item
from bot.features.actions.naming import SeveralOwners, UnknownOwner, take_owners
from bot.features.actions.rules import Change, Wish
from bot.features.actions.tables import Item, ItemState
from bot.guard import Profile
from bot.people import Network, Right
from bot.when import NotADate, PastDate, understand


class NotUnderstood(Refusal):
    """Dette forsto jeg ikke: «{typed}». Send inn hvis resten stemmer."""


STATES = {Wish.DONE: ItemState.DONE, Wish.REMOVE: ItemState.REMOVED, Wish.REOPEN: ItemState.OPEN}


async def command(context: Context, event: Command, rest: str) -> Answer:
    """Mine, everybody's, something with a number, or a new one. What cannot be made as it was typed comes back in the
    form, so that nothing typed is lost."""
    rest = rest.strip()
    if not rest or fold(rest) in rules.MINE:
        return list_cards.my_list(await listing.my_items(context))
    if fold(rest) in rules.EVERYTHING:
        return await _everybodys(context)
    if (wanted := rules.change(rest)) is not None:
        return await _with_number(context, event, wanted, rest)
    return await _make(context, rest)


async def _everybodys(context: Context) -> Message:
    if context.room is None and len(context.standings) > 1:
        return list_cards.which_network([standing.network for standing in context.standings])
    network = context.require(Right.USE_ITEMS).network
    return list_cards.all_list(await listing.all_items(context, network.id), network)


# Something with a number


async def _with_number(context: Context, event: Command, wanted: Change, typed: str) -> Answer:
    if not context.standings:
        raise NoNetwork
    try:
        items = _likely(wanted, await service.numbered(context, wanted.number))
    except NotFound:
        if wanted.wish is Wish.MOVE and wanted.rest and not await _is_date(context, wanted.rest):
            return await _make(context, typed)  # «Flytt 12 stoler til møterommet»
        raise
    if len(items) == 1:
        return await _do(context, event, wanted, items[0])
    found = await service.item_facts(context.session, context.vault, [item.id for item in items], context.now)
    return list_cards.which_item(list(found.values()), [await _button(context, wanted, item) for item in items])


def _likely(wanted: Change, items: Sequence[Item]) -> Sequence[Item]:
    """Of several with one number: those for which the wish makes sense, where there are such."""
    if wanted.wish in (Wish.SHOW, Wish.UNDO):
        return items
    open_ones = wanted.wish is not Wish.REOPEN
    return [item for item in items if (item.state is ItemState.OPEN) == open_ones] or items


async def _is_date(context: Context, typed: str) -> bool:
    here = await service.here(context, context.standings[0].network.id)
    try:
        return rules.due_of(typed, here) is not None
    except PastDate:
        return True
    except NotADate:
        return False


async def _do(context: Context, event: Command, wanted: Change, item: Item) -> Answer:
    item_id = str(item.id)
    press = Press(event.key, event.account, event.place, f"actions.{wanted.wish}", item_id)
    match wanted.wish:
        case Wish.DONE | Wish.REMOVE | Wish.REOPEN:
            return await handlers.change_state(context, item_id, STATES[wanted.wish])
        case Wish.UNDO:
            return await handlers.undo(context, press)
        case Wish.SHOW:
            return await handlers.show(context, press)
        case Wish.EDIT:
            return await handlers.edit(context, press)
        case Wish.MOVE:
            return await _move(context, wanted, item) if wanted.rest else await handlers.move(context, press)
        case Wish.HAND:
            return await _hand(context, wanted, item) if wanted.rest else await handlers.hand(context, press)


async def _move(context: Context, wanted: Change, item: Item) -> Answer:
    item = await _to_change(context, item)
    here = await service.here(context, item.network_id)
    try:
        when = understand(wanted.rest, here.now, here.zone, here.meeting)
    except (NotADate, PastDate) as refusal:
        facts = await service.facts_of(context, item.id)
        return forms.move_form(facts, here, wanted.rest[:100], {"due": (refusal.text,)})
    return submitting.changed_or_not(item, await editing.move(context, str(item.id), when))


async def _hand(context: Context, wanted: Change, item: Item) -> Answer:
    item = await _to_change(context, item)
    here = await service.here(context, item.network_id)
    try:
        left, who = take_owners(wanted.rest, here.members, context.person.id)
        if left:
            return await _hand_form(context, item, NotUnderstood(typed=left[:60]), forms.who_values(who))
        return submitting.changed_or_not(item, await editing.hand_over(context, str(item.id), who))
    except (UnknownOwner, SeveralOwners, service.OwnerWithoutCaseAccess) as refusal:
        return await _hand_form(context, item, refusal)


async def _hand_form(context: Context, item: Item, refusal: Refusal, chosen: Sequence[str] = ()) -> Form:
    facts, options = await service.facts_of(context, item.id), await submitting.options_for(context, item)
    return forms.hand_form(facts, options, chosen, {"owners": (refusal.text,)})


async def _to_change(context: Context, item: Item) -> Item:
    item = await service.item_to_change(context, str(item.id))
    await editing.require_open(context, item)
    return item


async def _button(context: Context, wanted: Change, item: Item) -> Button:
    """What does to this item what was typed; where that is not understood in its network, its form."""
    here = await service.here(context, item.network_id)
    try:
        if wanted.wish is Wish.MOVE and (when := rules.due_of(wanted.rest, here)):
            return list_cards.wish_button(wanted.wish, f"{item.id}:{forms.carried(when)}", "actions.move_to")
        if wanted.wish is Wish.HAND and wanted.rest:
            left, who = take_owners(wanted.rest, here.members, context.person.id)
            carries = str(item.id) if left else f"{item.id}:{','.join(forms.who_values(who))}"
            return list_cards.wish_button(wanted.wish, carries, "" if left else "actions.hand_to")
    except Refusal:
        pass
    return list_cards.wish_button(wanted.wish, str(item.id))


# A new one


async def _make(context: Context, typed: str) -> Answer:
    if context.room is None and len(context.standings) > 1:
        return await handlers.new_in_some_network(context, typed)
    network = context.require(Right.USE_ITEMS).network
    if handlers.in_case_room(context):
        raise service.NotInACase
    here = await service.here(context, network.id)
    try:
        draft = rules.parse(typed, here, context.person.id)
    except (UnknownOwner, SeveralOwners) as refusal:
        return await _again(context, network, typed, here, {"owners": (refusal.text,)})
    except (NotADate, PastDate) as refusal:
        return await _again(context, network, typed, here, {"due": (refusal.text,)})
    checked = check({"text": draft.text}, Profile.ITEM)
    if checked.readings["text"].finds:
        return await _again(context, network, typed, here, checked.everything)
    item = await make_item(context, network.id, draft)
    return Receipt("actions.made", str(item.id))


async def _again(context: Context, network: Network, typed: str, here: rules.Here, notes: forms.Notes) -> Form:
    text, who, due = rules.as_understood(typed, here, context.person.id)
    return forms.item_form(
        forms.ItemForm(
            "",
            await submitting.options(context, [network]),
            " ".join(text.split())[: rules.LONGEST],
            forms.who_values(who),
            due,
            notes=notes,
        )
    )
