"""A list of members in the chat, in and out: inbound → service → answer."""

import asyncio

from bot import audit
from bot.chat.inbound import Press, Submission, id_in
from bot.chat.message import LARGEST_FILE, Attachment, Form, Message
from bot.chat.port import Problems
from bot.errors import Refusal
from bot.feature import Answer, Context
from bot.features.networks import access, forms, importing, listing, previews, roster, service, sheet
from bot.features.networks.tables import MemberImport
from bot.people import Network

MOST_IN_CHAT = 5_000  # lines; a list that is longer is the operator's, who holds nobody up with it
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class NoList(Refusal):
    """Velg en fil, eller lim inn lista."""


class OneList(Refusal):
    """Velg enten en fil eller den innlimte teksten, ikke begge."""


class TooLongToSend(Refusal):
    """Lista er for lang for chatten. Be drift om den: «fagtraad admin export»."""


async def import_form(context: Context, network_id: int) -> Form:
    return forms.import_members(await access.managed(context, network_id))


async def submit_import(context: Context, event: Submission) -> Answer:
    """Shows what it would change, and keeps the list for an hour."""
    network = await access.managed(context, id_in(event.carries))
    file, pasted = event.files.get("file"), event.text("pasted").strip()
    if bool(file) == bool(pasted):
        return Problems({"file": (OneList if file else NoList)().text})
    try:
        if file:
            if len(file.content) > LARGEST_FILE:
                raise sheet.TooLarge(most=f"{MOST_IN_CHAT}")
            lines = await asyncio.to_thread(sheet.read, file.content, MOST_IN_CHAT)
        else:
            lines = sheet.read_text(pasted, MOST_IN_CHAT)
        read = roster.understand(lines, context.chat.name)
    except Refusal as refusal:
        return Problems({"file" if file else "pasted": refusal.text})
    who = access.importer(context, network.id)
    shown, gone = await importing.keep(context.session, context.vault, network.id, read, who, context.now)
    context.afterwards.erased += gone
    return previews.preview(network, shown.id, shown.plan)


async def _waiting(context: Context, carries: str) -> tuple[Network, MemberImport]:
    row = await importing.kept(context.session, listing.ids_in(carries)[0], context.person.id, context.now)
    return await access.managed(context, row.network_id), row


async def more(context: Context, event: Press) -> Message:
    network, row = await _waiting(context, event.carries)
    read = await importing.opened(context.session, context.vault, row)
    plan = await importing.plan(context.session, network.id, read, access.importer(context, network.id))
    return previews.preview(network, row.id, plan, listing.ids_in(event.carries)[1])


async def apply(context: Context, event: Press) -> Message:
    network, row = await _waiting(context, event.carries)
    who = access.importer(context, network.id)
    done = await importing.import_kept(context.session, context.vault, row, who, context.now)
    if done.moved:
        return previews.preview(network, row.id, done.plan, moved=True)
    context.afterwards.erased += done.gone
    return previews.imported(network, done.plan)


async def discard(context: Context, event: Press) -> Message:
    network, row = await _waiting(context, event.carries)
    context.afterwards.erased.append(await importing.forget(context.session, context.vault, row, context.now))
    return previews.discarded(network)


async def export(context: Context, network_id: int) -> Message:
    network = await access.managed(context, network_id)
    found = await service.known(context.session, network_id)
    rows, name = roster.rows(found), f"medlemmer-{network.code}"
    await audit.record(
        context.session,
        context.now,
        "members.exported",
        f"network:{network.id}",
        by=context.person.id,
        network=network.id,
    )
    try:
        files = (
            Attachment(f"{name}.csv", "text/csv", sheet.as_csv(rows)),
            Attachment(f"{name}.xlsx", EXCEL, await asyncio.to_thread(sheet.as_excel, rows, network.code)),
        )
    except ValueError as error:
        raise TooLongToSend from error
    return previews.exported(network, len(found), files)
