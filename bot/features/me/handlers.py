"""Inbound → service → answer."""

from datetime import date

from bot.availability import Quiet
from bot.chat.inbound import Command, Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Problems
from bot.clock import local_date
from bot.errors import NotFound
from bot.feature import Answer, Context, Receipt
from bot.features.me import cards, rules, service
from bot.features.me.rules import Stay
from bot.language import chosen, speaking


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/meg` shows what is set; the words after it set it. A word without more opens its form."""
    wish, words = rules.wish(rest)
    match wish:
        case "borte":
            return await _away(context, words)
        case "stille":
            return await _quiet(context, rules.quiet(words)) if words else await _quiet_form(context)
        case "språk":
            return await _language(context, rules.language(words)) if words else await _language_form(context)
    return await mine(context)


async def show(context: Context, event: Press) -> Message:
    return await mine(context)


async def mine(context: Context) -> Message:
    return cards.card(await service.settings(context), pages=bool(context.public_url))


# Language


async def ask_language(context: Context, event: Press) -> Form:
    return await _language_form(context)


async def _language_form(context: Context) -> Form:
    return cards.language_form((await service.myself(context)).language or "")


async def submit_language(context: Context, event: Submission) -> Answer:
    typed = event.text("language")
    return await _language(context, rules.language(typed) if typed else "")


async def choose_language(context: Context, event: Press) -> Answer:
    try:
        return await _language(context, rules.language(event.carries))
    except rules.NotALanguage as error:
        raise NotFound from error


async def _language(context: Context, code: str) -> Receipt:
    before = await service.set_language(context, code)
    return Receipt("me.language", f"{code}:{before}")


async def language_receipt(context: Context, subject: str) -> Message:
    """In the language that was chosen."""
    now, _colon, before = subject.partition(":")
    network = context.standings[0].network.language if context.standings else None
    with speaking(chosen(now, network)):
        return cards.language_set(now, before)


# Quiet hours


async def ask_quiet(context: Context, event: Press) -> Form:
    return await _quiet_form(context)


async def _quiet_form(context: Context) -> Form:
    return cards.quiet_form((await service.settings(context)).quiet)


async def submit_quiet(context: Context, event: Submission) -> Answer:
    start, end = event.text("start").strip(), event.text("end").strip()
    try:
        hours = rules.quiet(f"{start}-{end}") if start or end else None
    except rules.NotQuietHours as refusal:
        return Problems({"start" if not start else "end": refusal.text})
    return await _quiet(context, hours)


async def choose_quiet(context: Context, event: Press) -> Answer:
    try:
        return await _quiet(context, rules.quiet(event.carries))
    except rules.NotQuietHours as error:
        raise NotFound from error


async def _quiet(context: Context, hours: Quiet | None) -> Receipt:
    before = await service.set_quiet(context, hours)
    return Receipt("me.quiet", f"{rules.stored(hours)}/{rules.stored(before)}")


async def quiet_receipt(context: Context, subject: str) -> Message:
    now, before = (rules.quiet(each) for each in subject.split("/"))
    return cards.quiet_set(now, before)


# Absence


async def ask_absence(context: Context, event: Press) -> Form:
    return cards.absence_form(await service.colleagues(context))


async def _away(context: Context, words: str) -> Answer:
    colleagues = await service.colleagues(context)
    if not words:
        return cards.absence_form(colleagues)
    days, name = rules.split_deputy(words)
    stay = rules.days(days, context.now, service.zone_of(context))
    return await _make(context, Stay(stay.first, stay.last, rules.deputy(name, colleagues) if name else None))


async def submit_absence(context: Context, event: Submission) -> Answer:
    typed = event.text("deputy")
    deputy = id_in(typed) if typed else None
    if typed and deputy is None:
        raise NotFound
    try:
        first, last = date.fromisoformat(event.text("first")), date.fromisoformat(event.text("last"))
        rules.checked(first, last, local_date(context.now, service.zone_of(context)))
    except ValueError:
        return Problems({"last": rules.EndsBeforeItBegins().text})
    except (rules.EndsBeforeItBegins, rules.TooLongAway) as refusal:
        return Problems({"last": refusal.text})
    return await _make(context, Stay(first, last, deputy))


async def absent_again(context: Context, event: Press) -> Answer:
    """The undo of a removal."""
    try:
        first, last, deputy = event.carries.split(":")
        stay = Stay(date.fromisoformat(first), date.fromisoformat(last), id_in(deputy) if deputy else None)
    except ValueError as error:
        raise NotFound from error
    rules.checked(stay.first, stay.last, service.today(context))
    return await _make(context, stay)


async def _make(context: Context, stay: Stay) -> Receipt:
    return Receipt("me.absent", str((await service.add_absence(context, stay)).id))


async def absence_receipt(context: Context, subject: str) -> Message:
    away = await service.away(context, subject)
    return cards.absence_made(away) if away else cards.absence_gone()


async def remove_absence(context: Context, event: Press) -> Answer:
    return Receipt("me.back", cards.carried(await service.remove_absence(context, event.carries)))


async def removed_receipt(context: Context, subject: str) -> Message:
    first, last, deputy = subject.split(":")
    stay = Stay(date.fromisoformat(first), date.fromisoformat(last), id_in(deputy) if deputy else None)
    return cards.absence_removed(stay)
