"""The use cases: make, finish, reopen, remove, list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit, outbox, people
from bot.chat.inbound import id_in
from bot.chat.port import Posted
from bot.clock import MORNING, at_wall_clock
from bot.errors import NotAllowed, NotFound, Refusal
from bot.feature import Context
from bot.features.actions.rules import ItemDraft
from bot.features.actions.tables import Item, ItemOwner, ItemState
from bot.features.cases import Case, CaseState, remove_messages, said_of
from bot.numbers import next_number
from bot.outbox import Act, Draft
from bot.people import Person, Right
from bot.vault import Erased, Vault

SHOWN = ("actions.card", "actions.case_card", "actions.given", "actions.due")  # notices that show an item


class OwnerWithoutCaseAccess(Refusal):
    """Oppgaven hører til et kasus, og {name} har ikke kasustilgang. Velg en annen, eller lag den i et annet rom."""


class CaseIsErased(Refusal):
    """Kasuset er slettet, og da lages det ikke oppgaver fra det. Lag oppgaven i et annet rom."""


class NotInACase(Refusal):
    """I kasusrommet lages oppgaver fra et kasus eller fra tråden under det, så følger oppgaven kasuset."""


class OnlyOwnerChanges(Refusal):
    """Bare den som har oppgaven, den som laget den, lederen og sekretæren kan endre den."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    id: int
    number: int
    text: str | None  # None: erased with its case
    case_code: str
    sealed_under: str | None
    owners: tuple[str, ...]
    due: date | None
    state: ItemState
    made_from: Posted | None


async def make_item(
    context: Context,
    network_id: int,
    draft: ItemDraft,
    *,
    case: Case | None = None,
    made_from: Posted | None = None,
) -> Item:
    """Store the item, tell its owners, and plan the reminder. The text has been checked."""
    standing = context.require(Right.USE_ITEMS, network_id)
    if case is not None:
        await _require_case_access(context, case, draft.owners)
    item = Item(
        network_id=network_id,
        number=await next_number(context.session, f"item:{network_id}"),
        case_id=case.id if case else None,
        text=None if case else draft.text,
        sealed=await context.vault.seal(context.session, case.sealed_under, "item", draft.text) if case else None,
        due=draft.due,
        state=ItemState.OPEN,
        made_by=context.person.id,
        made_at=context.now,
        made_from=made_from.store() if made_from else None,
    )
    context.session.add(item)
    await context.session.flush()
    context.session.add_all(ItemOwner(item_id=item.id, person_id=owner) for owner in draft.owners)
    await context.session.flush()
    await outbox.enqueue(context.session, *_planned(context, item, draft.owners, standing.network.zone))
    await _record(context, "item.made", item)
    return item


async def _require_case_access(context: Context, case: Case, owners: Sequence[int]) -> None:
    context.require(Right.USE_CASES, case.network_id)
    if case.state is CaseState.ERASED:
        raise CaseIsErased
    for member in await people.members(context.session, case.network_id):
        if member.person.id in owners and not member.case_access:
            raise OwnerWithoutCaseAccess(name=member.person.name)


def _planned(context: Context, item: Item, owners: Iterable[int], zone: str) -> list[Draft]:
    """Word to the owners now (not to oneself), and one reminder each at 08:00 on the due day, if that is to come."""
    subject, drafts = str(item.id), []
    for owner in owners:
        if owner != context.person.id:
            drafts.append(Draft("actions.given", subject, f"actions.given:{subject}:{owner}", context.now, owner))
        if item.due and (morning := at_wall_clock(item.due, MORNING, zone)) > context.now:
            key = f"actions.due:{subject}:{owner}:{item.due.isoformat()}"
            drafts.append(Draft("actions.due", subject, key, morning, owner))
    if item.made_from:
        place = Posted.load(item.made_from).in_thread
        kind = _card_kind(item)
        drafts.append(Draft(kind, subject, f"{kind}:{subject}", context.now, place))
    return drafts


def _card_kind(item: Item) -> str:
    """The card of a case's item goes only to a room whose members were checked, as the case does."""
    return "actions.case_card" if item.case_id else "actions.card"


async def item_of(context: Context, item_id: str) -> Item:
    """The item, where the asker may see it; otherwise `NotFound`."""
    number = id_in(item_id)
    item = await context.session.get(Item, number, with_for_update=True) if number is not None else None
    if item is None or not _may_see(context, item):
        raise NotFound
    return item


def _may_see(context: Context, item: Item) -> bool:
    right = Right.USE_CASES if item.case_id else Right.USE_ITEMS
    return any(s.network.id == item.network_id and s.may(right) for s in context.standings)


async def change_state(context: Context, item_id: str, state: ItemState) -> Item:
    """Done, open again, or removed. Two who press at once get the same end: the state they asked for."""
    item = await item_of(context, item_id)
    await _require_change(context, item)
    if item.state is state:
        return item
    item.state = state
    item.done_by, item.done_at = (context.person.id, context.now) if state is ItemState.DONE else (None, None)
    await context.session.flush()
    await _redraw(context, item)
    await _record(context, f"item.{state}", item)
    return item


async def _require_change(context: Context, item: Item) -> None:
    owners = set(await context.session.scalars(select(ItemOwner.person_id).where(ItemOwner.item_id == item.id)))
    if context.person.id in owners | {item.made_by}:
        return
    try:
        context.require(Right.CHANGE_ANY_ITEM, item.network_id)
    except NotAllowed as error:
        raise OnlyOwnerChanges from error


async def _redraw(context: Context, item: Item) -> None:
    """Bring every message that shows the item up to date: its card, the word to its owners, the reminder."""
    shown = await said_of(context.session, SHOWN, [str(item.id)])
    await outbox.enqueue(
        context.session,
        *(
            Draft(
                "actions.redrawn",
                str(item.id),
                f"actions.redrawn:{item.id}:{uuid4().hex}",
                context.now,
                posted.place,
                Act.EDIT,
                posted,
            )
            for posted in shown
        ),
    )


async def numbered(context: Context, network_id: int, number: int) -> str:
    """The id of the network's item of that number. Raises `NotFound`."""
    found = await context.session.scalar(select(Item.id).where(Item.network_id == network_id, Item.number == number))
    if found is None:
        raise NotFound
    return str(found)


async def forget_items_of(context: Context, sealed_under: str) -> None:
    """A case was erased: the messages that hold the words of its items go with it."""
    about = select(Item.id).join(Case, Case.id == Item.case_id).where(Case.sealed_under == sealed_under)
    items = [str(item) for item in await context.session.scalars(about)]
    await remove_messages(context, sealed_under, await said_of(context.session, SHOWN, items))


async def my_items(context: Context) -> list[ItemFacts]:
    """The asker's open items in all networks, soonest due first, then those without a due date."""
    ids = await context.session.scalars(
        select(Item.id)
        .join(ItemOwner, ItemOwner.item_id == Item.id)
        .where(ItemOwner.person_id == context.person.id, Item.state == ItemState.OPEN)
        .order_by(Item.due.is_(None), Item.due, Item.number)
    )
    found = await item_facts(context.session, context.vault, list(ids))
    seen = [await context.session.get_one(Item, item) for item in found]
    return [found[item.id] for item in seen if _may_see(context, item) and found[item.id].text is not None]


async def item_facts(session: AsyncSession, vault: Vault, ids: Sequence[int]) -> dict[int, ItemFacts]:
    """What the cards show, for many items at once, in the order asked for."""
    rows = await session.execute(
        select(Item, Case.code, Case.sealed_under).outerjoin(Case, Case.id == Item.case_id).where(Item.id.in_(ids))
    )
    found = {item.id: (item, code, sealed_under) for item, code, sealed_under in rows}
    owners = await _owners(session, ids)
    return {
        item_id: ItemFacts(
            item.id,
            item.number,
            await _text(session, vault, item, sealed_under),
            code or "",
            sealed_under,
            owners.get(item.id, ()),
            item.due,
            item.state,
            Posted.load(item.made_from) if item.made_from else None,
        )
        for item_id in ids
        if item_id in found
        for item, code, sealed_under in [found[item_id]]
    }


async def _text(session: AsyncSession, vault: Vault, item: Item, sealed_under: str | None) -> str | None:
    if item.sealed is None or sealed_under is None:
        return item.text
    try:
        return await vault.open(session, sealed_under, "item", item.sealed)
    except Erased:
        return None


async def _owners(session: AsyncSession, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = await session.execute(
        select(ItemOwner.item_id, Person.name)
        .join(Person, Person.id == ItemOwner.person_id)
        .where(ItemOwner.item_id.in_(ids))
        .order_by(Person.name)
    )
    found: dict[int, tuple[str, ...]] = {}
    for item_id, name in rows:
        found[item_id] = (*found.get(item_id, ()), name)
    return found


async def _record(context: Context, did: str, item: Item) -> None:
    await audit.record(
        context.session, context.now, did, f"item:{item.id}", by=context.person.id, network=item.network_id
    )
