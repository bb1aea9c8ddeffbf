"""Inbound → service → answer."""

import re
from dataclasses import replace

from sqlalchemy import select

from bot import people
from bot.chat.inbound import Command, Deleted, Edited, Joined, Press, Said, Submission, id_in
from bot.chat.message import Form, Message, message
from bot.chat.port import Problems
from bot.check import Checked, check
from bot.clock import local_date
from bot.errors import NotAllowed, NotFound, Refusal
from bot.feature import Answer, Context, Receipt
from bot.features.cases import answering, appeals, cards, ending, facts, forms, learning, rules, service
from bot.features.cases.tables import Case, CaseState
from bot.guard import Label, Outcome
from bot.language import _, ngettext
from bot.outbox import enqueue
from bot.people import Right
from bot.places import Purpose

# "kasus: …", "kasus 42 år …", "kasus pasient med …"; not "kasus er et fint ord".
BEGUN_AS_CASE = re.compile(
    r"\s*(kasus|kasuistikk)(\s*[:–-]\s*\w|\s(?=.{0,200}?(\d|pasient|mann|kvinne|jente|gutt|barn)))",
    re.IGNORECASE | re.DOTALL,
)
CLOSING = {"conclusion": 3000, "learning": 1000}  # characters
MINE = {"mine", "mitt", "egne", "eigne", "my"}
OPEN = {"åpne", "alle", "opne", "open"}


class OutdatedForm(Refusal):
    """Skjemaet er utdatert. Lukk det og åpne det på nytt; kopier teksten din først."""


class OnlyAskerCopies(Refusal):
    """Bare den som spurte, kan kopiere til journal."""


class OnlyAskerCloses(Refusal):
    """Bare den som spurte, lederen og sekretæren kan avslutte kasuset."""


class OnlyAskerErases(Refusal):
    """Bare den som spurte, lederen og personvernkontakten kan slette kasuset."""


# Asking


async def ask(context: Context, _event: Press | Command | Said) -> Form:
    network = context.require(Right.USE_CASES, _case_network(context)).network
    colleagues = await _colleagues(context, network.id)
    return forms.ask_form(forms.AskForm(network.id, colleagues, {}), rules.CaseDraft())


def _case_network(context: Context) -> int:
    """The network of this room; in a 1:1 chat the only one where the asker may use cases."""
    usable = [standing for standing in context.standings if standing.may(Right.USE_CASES)]
    if context.room is None and len(usable) == 1:
        return usable[0].network.id
    return context.standing.network.id


async def _colleagues(context: Context, network_id: int) -> list[tuple[int, str]]:
    return [
        (member.person.id, member.signature)
        for member in await people.members(context.session, network_id)
        if member.case_access and member.person.id != context.person.id
    ]


async def submit_case(context: Context, event: Submission) -> Answer:
    """Nothing is stored or posted before the check has read it and, where it warns, the asker has confirmed."""
    network_id, shown = _carried(event)
    standing = context.require(Right.USE_CASES, network_id)
    colleagues = await _colleagues(context, network_id)
    draft = _draft(event, {person for person, _name in colleagues})
    form = forms.AskForm(network_id, colleagues, {})
    problems = rules.missing(draft, local_date(context.now, standing.network.zone))
    if any(field in draft.texts and len(draft.texts[field]) > rules.LONGEST[field] for field in problems):
        return Problems(problems)  # too long to be worth reading
    checked = check(draft.texts)
    if event.button == forms.REWRITE:
        return _rewritten(context, form, draft, checked)
    if checked.blocked:
        return await _stopped(context, event, form, draft, checked, problems)
    if problems:
        return Problems(problems)
    if not _confirmed(context, event, checked, shown):
        confirms = checked.marks(context.vault.mark)
        return forms.ask_form(replace(form, notes=checked.notes, confirms=confirms, rewrite=True), draft)
    case = await service.open_case(context, network_id, draft)
    return Receipt("cases.opened", str(case.id))


def _draft(event: Submission, allowed: set[int]) -> rules.CaseDraft:
    asked = event.values.get("asked", ())
    chosen = [asked] if isinstance(asked, str) else asked
    return rules.CaseDraft(
        title=event.text("title"),
        background=event.text("background"),
        question=event.text("question"),
        age_band=event.text("age_band"),
        wanted_by=event.text("wanted_by").strip(),
        asked=tuple(id for person in chosen if (id := id_in(person)) in allowed and id is not None),
        affirmed=bool(event.values.get("affirmed")),
        reason=event.text("reason"),
    )


def _carried(event: Submission) -> tuple[int, frozenset[str]]:
    try:
        return forms.carried(event.carries)
    except ValueError as error:
        raise OutdatedForm from error


def _rewritten(context: Context, form: forms.AskForm, draft: rules.CaseDraft, checked: Checked) -> Form:
    """The form again with the proposal in it, and with whatever the check still says of that."""
    proposed = draft.with_texts(checked.rewritten)
    left = check(proposed.texts)
    confirms = left.marks(context.vault.mark)
    unsettled = bool(left.blocked or confirms)
    again = replace(form, notes=left.everything, confirms=confirms, rewrite=unsettled, rewritten=True)
    return forms.ask_form(again, proposed)


async def _stopped(
    context: Context,
    event: Submission,
    form: forms.AskForm,
    draft: rules.CaseDraft,
    checked: Checked,
    problems: dict[str, str],
) -> Answer:
    """The form stays, with every problem at its field at once, or goes to the privacy contact."""
    finds = checked.finds(Outcome.BLOCK)
    open_to_appeal = rules.may_be_appealed([find for _text, find in finds]) and bool(
        await appeals.deciders(context.session, form.network_id, context.person.id)
    )
    if event.button == forms.APPEAL and open_to_appeal:
        problem = _reason_problem(draft.reason, {text for text, _find in finds})
        if not problem and not problems:
            case = await appeals.appeal(context, form.network_id, draft)
            return Receipt("cases.appealed", str(case.id))
        problems = {**problems, **({"reason": problem} if problem else {})}
    again = replace(form, notes=checked.notes, rewrite=True, appeal=open_to_appeal)
    return Problems({**checked.blocked, **problems}, forms.ask_form(again, draft))


def _reason_problem(reason: str, disputed: set[str]) -> str | None:
    """The reason is read too; what the text already says may be named in it, but never an identity number."""
    if not reason.strip():
        return _("Skriv hvorfor teksten kan stå.")
    checked = check({"reason": reason})
    new = [text for text, find in checked.finds(Outcome.BLOCK) if text not in disputed or find.label is Label.FNR]
    return checked.blocked["reason"] if new else None


def _confirmed(context: Context, event: Submission, checked: Checked, shown: frozenset[str]) -> bool:
    """Whether the asker ticked for just these warnings: new ones since then are shown first."""
    warnings = checked.marks(context.vault.mark)
    return not warnings or (bool(event.values.get("confirmed")) and warnings <= shown)


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/kasus` opens the form; a word of ours or a code shows; anything else was meant as a case, and is not read.

    Text after the command may have been seen by others or kept by the platform: it is never parsed as a case.
    """
    wish = rest.strip().casefold()
    if wish in MINE:
        return await my_cases(context)
    if wish in OPEN:
        return await open_cases(context)
    if rules.is_code(wish):
        return await _show(context, await _by_code(context, rest.strip()))
    form = await ask(context, event)
    if not wish:
        return form
    context.afterwards.say.append(_not_read(context, event.public))
    return form


def _not_read(context: Context, public: bool) -> Message:
    """What happened to words that were written as a case where none is read, and how to remove them."""
    form = _("Skriv den i skjemaet: der sjekkes den før noen ser den.")
    if public:
        seen = _("Alle i rommet kan lese meldingen din. Slett den fra menyen på meldingen.")
        return message(seen, form, title=_("Ikke skriv kasus som melding"))
    if context.room is None:
        stands = _("Teksten står her i samtalen vår til du sletter den fra menyen på meldingen.")
        return message(stands, form, title=_("Teksten er ikke sendt"))
    return message(form, title=_("Teksten er ikke sendt"))


async def _by_code(context: Context, code: str) -> Case:
    """Raises `NotFound`, whether or not there is such a case, where the asker may not see it."""
    found = await context.session.scalar(select(Case.id).where(Case.code == code.upper()))
    if found is None:
        raise NotFound
    return await service.case_of(context, found)


# Reading


async def my_cases(context: Context, _event: Press | None = None) -> Message:
    return await _list(context, _("Mine kasus"), Case.asker_id == context.person.id)


async def on_own_page(context: Context) -> Message | None:
    """Codes alone: a page is read over a shoulder. Nothing for those who may not use cases here."""
    if not any(standing.may(Right.USE_CASES) for standing in context.standings):
        return None
    return cards.on_own_page(await _newest(context, Case.asker_id == context.person.id), context.now)


async def open_cases(context: Context, _event: Press | None = None) -> Message:
    return await _list(context, _("Åpne kasus"), Case.state == CaseState.OPEN)


async def _list(context: Context, title: str, wanted: object) -> Message:
    return cards.case_list(title, await _newest(context, wanted), context.now)


async def _newest(context: Context, wanted: object) -> list[facts.CaseOutline]:
    """Raises `NotAllowed`."""
    mine = [standing.network.id for standing in context.standings if standing.may(Right.USE_CASES)]
    if not mine:
        raise NotAllowed
    ids = await context.session.scalars(
        select(Case.id)
        .where(Case.network_id.in_(mine), Case.state.in_((CaseState.OPEN, CaseState.CLOSED)), wanted)  # type: ignore[arg-type]
        .order_by(Case.opened_at.desc(), Case.id.desc())
        .limit(20)
    )
    found = await facts.outlines(context.session, newest := list(ids))
    return [found[case] for case in newest]


async def show(context: Context, event: Press) -> Message:
    return await _show(context, await service.case_of(context, event.carries))


async def _show(context: Context, case: Case) -> Message:
    if case.state not in (CaseState.OPEN, CaseState.CLOSED):
        raise NotFound
    found = await facts.case_facts(context.session, context.vault, case, context.chat.name)
    if found is None:
        raise NotFound
    await service.record(context, "case.read", case)
    return cards.case_card(found)


async def show_learnt(context: Context, event: Press) -> Message:
    return await learning.show(context, id_in(event.carries))


async def journal(context: Context, event: Press) -> Message:
    """For the asker alone: the duty to record is theirs (helsepersonelloven § 39)."""
    case = await service.case_of(context, event.carries)
    if case.asker_id != context.person.id:
        raise OnlyAskerCopies
    found = await facts.case_facts(context.session, context.vault, case, context.chat.name)
    if found is None:
        raise NotFound
    await service.record(context, "case.journal", case)
    return cards.journal(found)


# Answering


async def say_i_answer(context: Context, event: Press) -> Receipt:
    case = await answering.say_on_it(context, event.carries, on=True)
    return Receipt("cases.on_it", str(case.id))


async def say_i_do_not(context: Context, event: Press) -> Receipt:
    case = await answering.say_on_it(context, event.carries, on=False)
    return Receipt("cases.not_on_it", str(case.id))


async def heard(context: Context, event: Said | Edited) -> Form | None:
    """Count what is written in a case's thread; a case begun as a plain message gets the form instead."""
    if isinstance(event, Edited) or context.someone is None:
        return None
    if event.thread is None:
        return await _meant_as_case(context, event)
    case = await answering.case_in_thread(context.session, event.thread)
    if case is not None and any(s.network.id == case.network_id and s.case_access for s in context.standings):
        await answering.replied(context, case, event.posted)
    return None


async def _meant_as_case(context: Context, event: Said) -> Form | None:
    """ "kasus 42 år gammel …" typed in a room: everybody there can read it. It is not read as a case."""
    if context.room is None or not BEGUN_AS_CASE.match(event.text):
        return None
    context.afterwards.say.append(_not_read(context, public=True))
    may_ask = context.standing_in(context.room.network_id).may(Right.USE_CASES)
    return await ask(context, event) if may_ask else None


async def deleted(context: Context, event: Deleted) -> None:
    await answering.took_back(context, event.posted)


async def joined(context: Context, event: Joined) -> None:
    """Somebody came into a case room: is it one who may not read there, the leaders hear of it at once."""
    room = context.room
    if room is None or room.purpose != Purpose.CASES:
        return
    outsiders = await people.without_case_access(context.session, room.network_id, [event.account])
    if outsiders:
        notices = await service.outsider_notices(context, room.network_id, outsiders, once=event.key)
        await enqueue(context.session, *notices)


# Closing


async def ask_close(context: Context, event: Press) -> Form:
    case = await service.case_of(context, event.carries)
    if not service.may_close(context, case):
        raise OnlyAskerCloses
    if case.state is CaseState.CLOSED:
        raise ending.AlreadyClosed
    if case.state is not CaseState.OPEN:
        raise service.NotOpen
    return forms.close_form(forms.CloseForm(case.id, case.code or ""))


def _shorten(over: int) -> str:
    return ngettext("Kort ned med {count} tegn.", "Kort ned med {count} tegn.", over).format(count=over)


async def submit_close(context: Context, event: Submission) -> Answer:
    case_id, shown = _carried(event)
    case = await service.case_of(context, case_id)
    texts = {"conclusion": event.text("conclusion"), "learning": event.text("learning")}
    form = forms.CloseForm(
        case.id, case.code or "", texts["conclusion"], texts["learning"], survives=bool(event.values.get("survives"))
    )
    too_long = {f: len(texts[f]) - longest for f, longest in CLOSING.items() if len(texts[f]) > longest}
    if too_long:
        return Problems({field: _shorten(over) for field, over in too_long.items()})
    checked = check(texts)
    confirms = checked.marks(context.vault.mark)
    if event.button == forms.REWRITE:
        return _closing_rewritten(context, form, checked)
    if not texts["conclusion"].strip():
        return Problems({"conclusion": _("Skriv hva som ble rådet, eller hvorfor det ikke ble noe svar.")})
    noted = replace(form, notes=checked.notes, rewrite=True)
    if checked.blocked:
        return Problems(checked.blocked, forms.close_form(noted))
    if not _confirmed(context, event, checked, shown):
        return forms.close_form(replace(noted, confirms=confirms))
    await ending.close_case(context, str(case_id), form.conclusion, form.learning, survives=form.survives)
    return Receipt("cases.closed", str(case_id))


def _closing_rewritten(context: Context, form: forms.CloseForm, checked: Checked) -> Form:
    left = check(checked.rewritten)
    confirms = left.marks(context.vault.mark)
    return forms.close_form(
        replace(
            form,
            conclusion=left.texts["conclusion"],
            learning=left.texts["learning"],
            notes=left.everything,
            confirms=confirms,
            rewrite=bool(left.blocked or confirms),
        )
    )


# Erasing


async def ask_erase(context: Context, event: Press) -> Form:
    case = await service.case_of(context, event.carries)
    if not service.may_erase(context, case):
        raise OnlyAskerErases
    return forms.erase_form(case.id, case.code or "")


async def submit_erase(context: Context, event: Submission) -> Answer:
    if not event.values.get("sure"):
        return Problems({"sure": _("Kryss av hvis du vil slette.")})
    case = await ending.erase_case(context, event.carries)
    return Receipt("cases.erased", str(case.id))


# Appeals


async def release(context: Context, event: Press) -> Receipt:
    case = await appeals.decide_appeal(context, event.carries, granted=True)
    return Receipt("cases.decided", str(case.id))


async def refuse(context: Context, event: Press) -> Receipt:
    case = await appeals.decide_appeal(context, event.carries, granted=False)
    return Receipt("cases.decided", str(case.id))
