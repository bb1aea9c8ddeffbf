"""Facts → messages. Pure."""

from collections.abc import Sequence
from datetime import datetime

from bot.chat.message import (
    Button,
    Buttons,
    CopyText,
    Facts,
    Mentions,
    Message,
    Part,
    Quote,
    Text,
    Tone,
    message,
)
from bot.clock import local_date
from bot.features.cases import rules
from bot.features.cases.facts import CaseFacts, CaseOutline
from bot.features.cases.tables import CaseState
from bot.language import _, ngettext, say_date, say_list


def case_card(facts: CaseFacts) -> Message:
    """The case in its room, the same for everybody there."""
    closed = facts.outline.state is CaseState.CLOSED
    parts: list[Part] = [*_said(facts), Facts(_facts(facts))]
    if facts.asked and not closed:
        parts.append(Mentions(_("Særlig til:"), facts.asked))
    parts.append(_progress(facts))
    if closed:
        parts += [Quote(_("Konklusjon"), facts.words.conclusion), *_learnt(facts)]
    else:
        parts.append(Text(_("Svar i tråden. Ikke skriv noe som gjør at pasienten kan kjennes igjen."), Tone.MUTED))
    parts.append(_case_buttons(facts))
    title = f"{facts.outline.code} · {facts.words.title}"
    return message(*parts, title=title, sealed_under=facts.sealed_under)


def _said(facts: CaseFacts) -> list[Part]:
    background = [Quote(_("Bakgrunn"), facts.words.background)] if facts.words.background else []
    return [*background, Quote(_("Spørsmål"), facts.words.question)]


def _facts(facts: CaseFacts) -> tuple[tuple[str, str], ...]:
    rows = [(_("Fra"), facts.asker)]
    if facts.age_band:
        rows.append((_("Alder"), rules.age_band_label(facts.age_band)))
    if facts.wanted_by:
        rows.append((_("Svar ønskes innen"), say_date(facts.wanted_by)))
    if facts.answering and facts.outline.state is not CaseState.CLOSED:
        rows.append((_("Skal svare"), say_list(list(facts.answering))))
    return tuple(rows)


def _progress(facts: CaseFacts) -> Text:
    if facts.answered_from:
        counted = [f"{workplace} ({count})" for workplace, count in rules.by_workplace(facts.answered_from)]
        return Text(_("Svar fra {workplaces}").format(workplaces=say_list(counted)), Tone.GOOD)
    if facts.outline.state is CaseState.CLOSED:
        return Text(_("Avsluttet uten svar i tråden"), Tone.MUTED)
    return Text(_("Ingen har svart ennå"), Tone.WARNING)


def _learnt(facts: CaseFacts) -> list[Part]:
    return [Quote(_("Læringspunkt"), facts.learning)] if facts.learning else []


def _case_buttons(facts: CaseFacts) -> Buttons:
    case = str(facts.outline.id)
    if facts.outline.state is CaseState.CLOSED:
        return Buttons(
            (
                Button(_("Kopier til journal"), "cases.journal", case),
                Button(_("Slett"), "cases.ask_erase", case, Tone.DANGER),
            )
        )
    return Buttons(
        (
            Button(_("Jeg svarer"), "cases.answering", case, Tone.STRONG),
            Button(_("Avslutt med konklusjon"), "cases.ask_close", case),
            Button(_("Slett"), "cases.ask_erase", case, Tone.DANGER),
        )
    )


def opened(case: CaseOutline) -> Message:
    return message(
        _("{code} er sendt til kasusrommet. Svarer ingen på tre virkedager, spør jeg nettverkskontaktene.").format(
            code=case.code
        )
    )


def not_posted(case: CaseOutline) -> Message:
    return message(
        _(
            "{code} kom ikke fram til kasusrommet, og ingen har sett det. Haster det: ring vakthavende. "
            "Slett det og spør på nytt, eller si fra til sekretæren."
        ).format(code=case.code),
        Buttons(
            (
                Button(_("Vis kasuset"), "cases.show", str(case.id)),
                Button(_("Slett"), "cases.ask_erase", str(case.id)),
            )
        ),
        title=_("Kasuset ble ikke postet"),
    )


def concluded(facts: CaseFacts) -> Message:
    return message(
        Quote(_("Konklusjon"), facts.words.conclusion),
        *_learnt(facts),
        Text(_("Takk til alle som svarte."), Tone.MUTED),
        title=_("{code} er avsluttet").format(code=facts.outline.code),
        sealed_under=facts.sealed_under,
    )


def closed(case: CaseOutline) -> Message:
    return message(
        _("{code} er avsluttet. Plikten til å journalføre rådet er din.").format(code=case.code),
        Buttons((Button(_("Kopier til journal"), "cases.journal", str(case.id), Tone.STRONG),)),
    )


def journal(facts: CaseFacts) -> Message:
    """Advice, adviser and date, for the asker to take into the patient's record (pasientjournalforskriften § 6)."""
    day = say_date(local_date(facts.outline.closed_at or facts.outline.opened_at, facts.outline.zone))
    advisers = say_list(list(facts.answered_by)) if facts.answered_by else _("ingen svarte i tråden")
    text = "\n".join(
        (
            _("Råd fra {network} ({code}), {day}.").format(network=facts.network, code=facts.outline.code, day=day),
            ngettext("Rådgiver: {names}.", "Rådgivere: {names}.", len(facts.answered_by)).format(names=advisers),
            _("Konklusjon: {text}").format(text=facts.words.conclusion),
            _("Rådet er gitt uten at rådgiverne har undersøkt pasienten."),
        )
    )
    return message(CopyText(_("Til journalen"), text), title=_("Kopier til journal"), sealed_under=facts.sealed_under)


def on_it(case: CaseOutline) -> Message:
    return message(
        _("Takk! De andre ser nå at du svarer på {code}.").format(code=case.code),
        Buttons((Button(_("Angre"), "cases.not_answering", str(case.id)),)),
    )


def no_longer_on_it(case: CaseOutline) -> Message:
    return message(_("Du står ikke lenger som den som svarer på {code}.").format(code=case.code))


def case_list(title: str, cases: Sequence[CaseOutline], now: datetime) -> Message:
    """Codes and waiting times, never titles: a list may be read over a shoulder."""
    return message(*_cases(cases, now), *(() if cases else (Buttons((_ask(),)),)), title=title)


def on_own_page(mine: Sequence[CaseOutline], now: datetime) -> Message:
    """The same of one's own, with the ways on."""
    more = Buttons((_ask(), Button(_("Åpne kasus"), "cases.open")))
    return message(*_cases(mine, now), more, title=_("Mine kasus"))


def _cases(cases: Sequence[CaseOutline], now: datetime) -> list[Part]:
    if not cases:
        return [Text(_("Ingen kasus her nå."))]
    lines = tuple((case.code, _state_in_words(case, now)) for case in cases)
    buttons = tuple(Button(_("Vis {code}").format(code=case.code), "cases.show", str(case.id)) for case in cases)
    return [Facts(lines), Buttons(buttons)]


def _ask() -> Button:
    return Button(_("Spør nettverket"), "cases.ask", tone=Tone.STRONG)


def _state_in_words(case: CaseOutline, now: datetime) -> str:
    if case.state is CaseState.CLOSED:
        return _("avsluttet")
    return _("besvart") if case.answered_at else waiting(case, now)


def waiting(case: CaseOutline, now: datetime) -> str:
    days = (local_date(now, case.zone) - local_date(case.opened_at, case.zone)).days
    if days == 0:
        return _("kom i dag")
    return ngettext("har ventet {days} dag", "har ventet {days} dager", days).format(days=days)


def asked(case: CaseOutline, asker: str) -> Message:
    return message(
        _("{asker} vil særlig høre fra deg om {code}.").format(asker=asker, code=case.code),
        Buttons(
            (
                Button(_("Vis kasuset"), "cases.show", str(case.id), Tone.STRONG),
                Button(_("Jeg svarer"), "cases.answering", str(case.id)),
            )
        ),
        title=_("Du er spurt"),
    )


LISTED = 20  # cases in one message: each takes two of Slack's 50 blocks


def unanswered(cases: Sequence[CaseOutline], now: datetime) -> Message:
    parts: list[Part] = []
    for case in cases[:LISTED]:
        said = _("{code} {waiting}, og ingen har svart. Kan du svare, eller vet du hvem som kan?")
        parts += [
            Text(said.format(code=case.code, waiting=waiting(case, now))),
            Buttons(
                (
                    Button(_("Vis kasuset"), "cases.show", str(case.id), Tone.STRONG),
                    Button(_("Jeg svarer"), "cases.answering", str(case.id)),
                )
            ),
        ]
    title = ngettext("Et kasus venter på svar", "{count} kasus venter på svar", len(cases))
    return message(*parts, *_the_rest(cases), title=title.format(count=len(cases)))


def stuck(cases: Sequence[CaseOutline], now: datetime) -> Message:
    parts: list[Part] = []
    for case in cases[:LISTED]:
        said = _("{code} {waiting}, og ingen har svart. Det settes på neste saksliste, bare med koden.")
        parts += [
            Text(said.format(code=case.code, waiting=waiting(case, now))),
            Buttons((Button(_("Vis kasuset"), "cases.show", str(case.id)),)),
        ]
    title = ngettext("Et kasus står fast", "{count} kasus står fast", len(cases))
    return message(*parts, *_the_rest(cases), title=title.format(count=len(cases)))


def _the_rest(cases: Sequence[CaseOutline]) -> list[Part]:
    count = len(cases) - LISTED
    if count <= 0:
        return []
    said = ngettext("… og {count} til", "… og {count} til", count).format(count=count)
    return [Text(said, Tone.MUTED), Buttons((Button(_("Åpne kasus"), "cases.open"),))]


def outsiders(network: str, names: Sequence[str]) -> Message:
    return message(
        _(
            "{names} er i kasusrommet til {network} uten kasustilgang, og kan lese alt som står der. "
            "Ingen nye kasus postes før det er rettet."
        ).format(names=say_list(list(names)), network=network),
        _("Gi tilgang til navngitt helsepersonell, eller ta vedkommende ut av rommet."),
        title=_("Kasusrommet er ikke trygt"),
    )


def appealed(facts: CaseFacts, reason: str, finds: Sequence[str]) -> Message:
    """The appeal as the privacy contact sees it: the one place where a stopped text is shown to another."""
    case = str(facts.outline.id)
    return message(
        _("{asker} mener at personvernsjekken tar feil. Du avgjør om teksten kan sendes til kasusrommet.").format(
            asker=facts.asker
        ),
        *_said(facts),
        Text(_("Sjekken fant: {finds}").format(finds=" ".join(finds)), Tone.WARNING),
        Quote(_("Begrunnelse"), reason),
        Buttons(
            (
                Button(_("Send til kasusrommet"), "cases.release", case, Tone.STRONG),
                Button(
                    _("Avslå og slett"),
                    "cases.refuse",
                    case,
                    Tone.DANGER,
                    _("Teksten slettes, og den som spurte får beskjed. Avslå?"),
                ),
            )
        ),
        title=facts.words.title,
        sealed_under=facts.sealed_under,
    )


def appeal_sent() -> Message:
    return message(
        _(
            "Kasuset er lagt fram for personvernkontakten, og ingen andre ser det. "
            "Du får svar fra meg direkte når det er avgjort."
        )
    )


def appeal_decided(case: CaseOutline) -> Message:
    if case.state is CaseState.REFUSED:
        return message(
            _(
                "Personvernkontakten godkjente ikke teksten, og den er slettet. Spør gjerne på nytt uten det "
                "sjekken pekte på."
            ),
            Buttons((Button(_("Spør nettverket"), "cases.ask", tone=Tone.STRONG),)),
        )
    return message(_("Personvernkontakten godkjente kasuset: {code} er sendt.").format(code=case.code))


def decided(case: CaseOutline) -> Message:
    if case.state is CaseState.REFUSED:
        return message(_("Avslått. Teksten er slettet, og den som spurte har fått beskjed."))
    return message(_("{code} er sendt til kasusrommet.").format(code=case.code))


def erased(case: CaseOutline, *, replies: int, learning_kept: bool, replies_removed: bool) -> Message:
    """The receipt: what is gone, what remains, and who can remove it."""
    gone = [
        _("teksten i kasuset og konklusjonen, med nøkkelen den var låst med"),
        _("meldingene mine om det"),
    ]
    remains = [
        _("koden, tidspunktene, hvem som spurte og hvem som svarte (nettverkets egen oversikt, uten tekst)"),
        _(
            "sikkerhetskopier: de kan bare åpnes med en nøkkel som sletteloggen tar bort igjen ved gjenoppretting; "
            "drift kan si når den siste kopien er borte"
        ),
        _("det jeg har vist noen privat fordi de ba om det, der chatten beholder slikt"),
        _("det noen selv har kopiert ut, for eksempel til en journal"),
    ]
    if replies and replies_removed:
        gone.append(_("svarene i tråden"))
    elif replies:
        remains.append(
            ngettext(
                "{count} svar i tråden: den som skrev det, eller en administrator, kan fjerne det",
                "{count} svar i tråden: de som skrev dem, eller en administrator, kan fjerne dem",
                replies,
            ).format(count=replies)
        )
    if learning_kept:
        remains.append(_("læringspunktet, som du valgte å beholde"))
    return message(
        Text(_("Slettet: {things}.").format(things=say_list(gone))),
        Text(_("Står igjen: {things}.").format(things="; ".join(remains))),
        title=_("Kvittering for sletting av {code}").format(code=case.code or _("et kasus uten kode")),
    )
