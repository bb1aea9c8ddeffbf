"""The forms of an item, sent in."""

import json
from collections.abc import Sequence

from bot import people
from bot.chat.inbound import Submission, id_in
from bot.chat.message import Option, Part
from bot.chat.port import Place, Posted, Problems
from bot.check import Checked, check
from bot.errors import NotFound, Refusal
from bot.feature import Answer, Context, Receipt
from bot.features.actions import editing, forms, history, rules, service
from bot.features.actions.making import make_item
from bot.features.actions.naming import Owners, owners
from bot.features.actions.rules import Here, ItemDraft
from bot.features.actions.service import ItemFacts, OwnerNotAMember, OwnerWithoutCaseAccess
from bot.features.actions.tables import Item, ItemChange
from bot.features.cases import Case, case_in_thread
from bot.guard import Profile
from bot.language import _
from bot.people import Network, Right, Role
from bot.places import Purpose, Room, room_at
from bot.when import NotADate, PastDate


class NoDate(Refusal):
    """Skriv en ny frist, for eksempel «fredag», eller trykk på et av forslagene."""


class NoOwner(Refusal):
    """Velg hvem som skal ha oppgaven: en eller flere, eller en rolle."""


# A new one


async def submit_new(context: Context, event: Submission) -> Answer:
    on, shown = carried(event.carries)
    room = await room_at(context.session, on.place) if on else context.room
    network = _network_for(context, room, event)
    if network is None:
        return Problems({"network": _("Velg hvilket nettverk oppgaven hører til.")})
    context.require(Right.USE_ITEMS, network.id)
    case = await case_of_message(context, on)
    if case is None and room is not None and room.purpose == Purpose.CASES:
        raise service.NotInACase
    here = await service.here(context, network.id)
    draft = _draft(event, event.text("due"), here)
    if isinstance(draft, Problems):
        return draft
    checked = check({"text": draft.text}, Profile.CASE if case else Profile.ITEM)
    if checked.blocked:
        return Problems(checked.blocked)
    if marks := _unconfirmed(context, event, checked, shown):
        form = await _new_again(context, event, network, carry(on, marks), checked, in_case=case is not None)
        return forms.item_form(form)
    try:
        item = await make_item(context, network.id, draft, case=case, made_from=on)
    except (OwnerWithoutCaseAccess, OwnerNotAMember) as refusal:
        return Problems({"owners": refusal.text})
    return Receipt("actions.made", str(item.id))


def _network_for(context: Context, room: Room | None, event: Submission) -> Network | None:
    """The room's, or the one chosen in the form, or the only one; None where it must be chosen first."""
    if room is not None:
        return context.standing_in(room.network_id).network
    chosen = id_in(event.text("network"))
    if chosen is not None:
        return context.standing_in(chosen).network
    return None if len(context.standings) > 1 else context.standing.network


async def _new_again(
    context: Context, event: Submission, network: Network, carries: str, checked: Checked, *, in_case: bool
) -> forms.ItemForm:
    """The same form with the check's notes, to be confirmed."""
    chosen = "network" in event.values
    networks = [standing.network for standing in context.standings] if chosen else []
    return forms.ItemForm(
        carries,
        await options(context, networks or [network]),
        event.text("text"),
        _values(event),
        event.text("due"),
        in_case=in_case,
        notes=checked.notes,
        confirms=True,
        networks=networks,
        network=str(network.id) if chosen else "",
    )


async def case_of_message(context: Context, on: Posted | None) -> Case | None:
    """The case that a message is the card of, or stands in the thread of."""
    if on is None:
        return None
    root = Posted(Place(on.place.chat, on.place.room), on.place.thread or on.ref)
    return await case_in_thread(context.session, root)


async def options(context: Context, networks: Sequence[Network]) -> list[Option]:
    """Whom an item can be given to: in the network, or in those that may be chosen."""
    found = [each for network in networks for each in await people.members(context.session, network.id)]
    if len(networks) == 1:
        return forms.who_options(found)
    by_id = {each.person.id: each for each in found}
    return forms.who_options(sorted(by_id.values(), key=lambda each: each.person.name), of_one=False)


def carry(on: Posted | None, marks: frozenset[str] = frozenset()) -> str:
    return json.dumps([on.store() if on else None, sorted(marks)])


def carried(carries: str) -> tuple[Posted | None, frozenset[str]]:
    if not carries:
        return None, frozenset()
    try:
        on, marks = json.loads(carries)
        return (Posted.load(on) if on else None), frozenset(marks)
    except (TypeError, ValueError) as error:
        raise NotFound from error


def _draft(event: Submission, due: str, here: Here) -> ItemDraft | Problems:
    """What the form says, or why it cannot be, at its field."""
    try:
        text = rules.checked_text(event.text("text"))
    except (rules.NoText, rules.TooLong) as refusal:
        return Problems({"text": refusal.text})
    try:
        when = rules.due_of(due, here)
    except (NotADate, PastDate) as refusal:
        return Problems({"due": refusal.text})
    return ItemDraft(text, chosen_owners(event), when)


def _values(event: Submission) -> tuple[str, ...]:
    """What was chosen as owners: one value comes as itself."""
    chosen = event.values.get("owners", ())
    return tuple(each for each in ((chosen,) if isinstance(chosen, str) else chosen) if each)


def chosen_owners(event: Submission) -> Owners:
    return owners_in(_values(event))


def owners_in(values: Sequence[str]) -> Owners:
    """Persons by id and roles by name, as forms and buttons carry them. Raises `NotFound`."""
    persons: list[int] = []
    roles: list[Role] = []
    for value in values:
        if (person := id_in(value)) is not None:
            persons.append(person)
        else:
            roles.append(_role(value))
    return owners(persons, roles)


def _role(value: str) -> Role:
    try:
        return Role(value)
    except ValueError as error:
        raise NotFound from error


def _unconfirmed(context: Context, event: Submission, checked: Checked, shown: frozenset[str]) -> frozenset[str]:
    """Marks of what the check warns of and the writer has not confirmed."""
    marks = checked.marks(context.vault.mark)
    return frozenset() if event.values.get("confirmed") and marks <= shown else marks


# One that there is


async def submit_edit(context: Context, event: Submission) -> Answer:
    item, version, shown = await _opened(context, event)
    facts, here = await service.facts_of(context, item.id), await service.here(context, item.network_id)
    draft = _edited(event, facts, here)
    if isinstance(draft, Problems):
        return draft
    words = draft.text != facts.text
    profile = Profile.CASE if facts.case_code else Profile.ITEM
    checked = check({"text": draft.text}, profile) if words else None
    if checked and checked.blocked:
        return Problems(checked.blocked)
    told = await _told(context, item, facts, version)
    marks = _unconfirmed(context, event, checked, shown) if checked else frozenset()
    if told or marks:
        return forms.item_form(await _edit_again(context, event, facts, marks, checked, told))
    try:
        change = await editing.edit(context, str(item.id), draft)
    except (OwnerWithoutCaseAccess, OwnerNotAMember) as refusal:
        return Problems({"owners": refusal.text})
    return changed_or_not(item, change)


def _edited(event: Submission, facts: ItemFacts, here: Here) -> ItemDraft | Problems:
    """A due date that was left as it stood stays, though it may be past by now."""
    if event.text("due") != forms.due_typed(facts.when):
        return _draft(event, event.text("due"), here)
    draft = _draft(event, "", here)
    return draft if isinstance(draft, Problems) else ItemDraft(draft.text, draft.owners, facts.when)


async def submit_move(context: Context, event: Submission) -> Answer:
    item, version, _shown = await _opened(context, event)
    facts, here = await service.facts_of(context, item.id), await service.here(context, item.network_id)
    quick = {value: when for value, _label, when in forms.quick_choices(here)}
    try:
        when = quick.get(event.button) or rules.due_of(event.text("due"), here)
    except (NotADate, PastDate) as refusal:
        return Problems({"due": refusal.text})
    if when is None:
        return Problems({"due": NoDate().text})
    if told := await _told(context, item, facts, version):
        return forms.move_form(facts, here, event.text("due"), told=told)
    return changed_or_not(item, await editing.move(context, str(item.id), when))


async def submit_hand(context: Context, event: Submission) -> Answer:
    item, version, _shown = await _opened(context, event)
    facts = await service.facts_of(context, item.id)
    who = chosen_owners(event)
    if not who:
        return Problems({"owners": NoOwner().text})
    if told := await _told(context, item, facts, version):
        return forms.hand_form(facts, await options_for(context, item), _values(event), told=told)
    try:
        change = await editing.hand_over(context, str(item.id), who)
    except (OwnerWithoutCaseAccess, OwnerNotAMember) as refusal:
        return Problems({"owners": refusal.text})
    return changed_or_not(item, change)


async def _opened(context: Context, event: Submission) -> tuple[Item, int, frozenset[str]]:
    """(item, the version that the form was opened on, marks that it showed). Raises where it can't be changed."""
    item_id, _colon, rest = event.carries.partition(":")
    version, _colon, marks = rest.partition(":")
    item = await service.item_to_change(context, item_id)
    await editing.require_open(context, item)
    return item, id_in(version) or 0, frozenset(marks.split(",")) if marks else frozenset()


async def _told(context: Context, item: Item, facts: ItemFacts, version: int) -> tuple[Part, ...]:
    """Who did what since the form was opened; nothing where it is as the writer saw it."""
    if version == item.version:
        return ()
    changes = await history.steps(
        context.session, context.vault, item, await history.changes_of(context.session, item.id, version)
    )
    words = any(step.text_before is not None for step in changes)
    return forms.changed_meanwhile(facts, [(step.by, step.did) for step in changes], with_text=words)


async def _edit_again(
    context: Context,
    event: Submission,
    facts: ItemFacts,
    marks: frozenset[str],
    checked: Checked | None,
    told: tuple[Part, ...],
) -> forms.ItemForm:
    return forms.ItemForm(
        edit_carries(facts, marks),
        await options(context, [context.standing_in(facts.network_id).network]),
        event.text("text"),
        _values(event),
        event.text("due"),
        number=facts.number,
        in_case=bool(facts.case_code),
        notes=checked.notes if checked else {},
        confirms=bool(marks),
        told=told,
    )


def edit_carries(facts: ItemFacts, marks: frozenset[str] = frozenset()) -> str:
    return ":".join([str(facts.id), str(facts.version), ",".join(sorted(marks))]).rstrip(":")


async def options_for(context: Context, item: Item) -> list[Option]:
    return await options(context, [context.standing_in(item.network_id).network])


def changed_or_not(item: Item, change: ItemChange | None) -> Receipt:
    if change is None:
        return Receipt("actions.unchanged", str(item.id))
    return Receipt("actions.changed", f"{item.id}:{change.version}")
