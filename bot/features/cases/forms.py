"""The forms of a case. Pure: what was typed goes in, and comes out again in the form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.chat.message import (
    AnyField,
    ChoiceField,
    ChoicesField,
    DateField,
    Form,
    FormButton,
    Option,
    Text,
    TextField,
    TickField,
    Tone,
)
from bot.features.cases.rules import AGE_BANDS, LONGEST, CaseDraft, age_band_label
from bot.language import _

REWRITE, APPEAL = "rewrite", "appeal"
Notes = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class AskForm:
    """What the ask form shows besides what was typed."""

    network_id: int
    colleagues: Sequence[tuple[int, str]]  # (person, name and workplace) who may be asked in particular
    notes: Notes
    confirms: frozenset[str] = frozenset()  # marks of the warnings on screen, which the asker may confirm
    rewrite: bool = False
    appeal: bool = False
    rewritten: bool = False  # the proposal has just been put in


def ask_form(form: AskForm, draft: CaseDraft) -> Form:
    fields: list[AnyField] = [
        TextField(
            "title",
            _("Tittel"),
            True,
            _("Kort, uten alder og sted"),
            _at(form, "title"),
            draft.title,
            longest=LONGEST["title"],
        ),
        TextField("background", _("Bakgrunn"), False, "", _at(form, "background"), draft.background, lines=6),
        TextField(
            "question",
            _("Spørsmål"),
            True,
            _("Hva lurer du på?"),
            _at(form, "question"),
            draft.question,
            lines=4,
        ),
        ChoiceField("age_band", _("Aldersgruppe"), options=_age_options(), value=draft.age_band),
        DateField("wanted_by", _("Svar ønskes innen"), value=draft.wanted_by),
        _asked_field(form, draft),
        TickField("affirmed", _affirmation(), True, ticked=draft.affirmed),
    ]
    if form.confirms:
        fields.append(TickField("confirmed", _("Jeg har vurdert merknadene, og teksten kan stå")))
    if form.appeal:
        fields.append(_reason_field(draft))
    return Form(
        "cases.ask",
        _("Spør nettverket"),
        tuple(fields),
        carries=carry(form.network_id, form.confirms),
        intro=_intro(form),
        extra=_ways_on(form),
    )


def _intro(form: AskForm) -> tuple[Text, ...]:
    duty = Text(
        _("Du har taushetsplikt også når personvernsjekken ikke finner noe. Haster det: ring vakthavende."),
        Tone.STRONG,
    )
    said = []
    if form.rewritten:
        said.append(Text(_("Forslaget er satt inn. Les gjennom teksten før du sender den."), Tone.GOOD))
    if form.confirms:
        notes = _("Personvernsjekken har merknader. Rett teksten eller bekreft nederst, og send på nytt.")
        said.append(Text(notes, Tone.WARNING))
    return (duty, *said)


def _affirmation() -> str:
    return _("Jeg bekrefter at opplysningene er anonyme: ingen kan kjenne igjen pasienten (helsepersonelloven § 23)")


def _asked_field(form: AskForm, draft: CaseDraft) -> ChoicesField:
    return ChoicesField(
        "asked",
        _("Hvem vil du særlig spørre?"),
        hint=_("Alle i kasusrommet ser kasuset. De du velger, får beskjed."),
        options=tuple(Option(str(person), name) for person, name in form.colleagues),
        values=tuple(str(person) for person in draft.asked),
    )


def _reason_field(draft: CaseDraft) -> TextField:
    hint = _("Personvernkontakten leser teksten og begrunnelsen, og avgjør. Et fødselsnummer slipper aldri gjennom.")
    return TextField(
        "reason",
        _("Hvorfor kan teksten stå?"),
        False,
        hint,
        (),
        draft.reason,
        lines=2,
        longest=LONGEST["reason"],
    )


def _ways_on(form: AskForm) -> tuple[FormButton, ...]:
    rewrite = (FormButton(REWRITE, _("Sett inn forslaget")),) if form.rewrite else ()
    appeal = (FormButton(APPEAL, _("Be personvernkontakten vurdere")),) if form.appeal else ()
    return rewrite + appeal


def _age_options() -> tuple[Option, ...]:
    return (Option("", _("Ikke oppgitt")), *(Option(band, age_band_label(band)) for band in AGE_BANDS))


def _at(form: AskForm, field: str) -> tuple[str, ...]:
    return tuple(form.notes.get(field, ()))


@dataclass(frozen=True, slots=True)
class CloseForm:
    case_id: int
    code: str
    conclusion: str = ""
    learning: str = ""
    survives: bool = True
    notes: Notes | None = None
    confirms: frozenset[str] = frozenset()
    rewrite: bool = False


def close_form(form: CloseForm) -> Form:
    notes = form.notes or {}
    fields: list[AnyField] = [
        TextField(
            "conclusion",
            _("Konklusjon"),
            True,
            _("Hva ble rådet?"),
            tuple(notes.get("conclusion", ())),
            form.conclusion,
            lines=4,
        ),
        TextField(
            "learning",
            _("Læringspunkt"),
            False,
            _("Det andre kan ha nytte av senere, uten noe om denne pasienten. Kan finnes av alle med kasustilgang."),
            tuple(notes.get("learning", ())),
            form.learning,
            lines=3,
            longest=1000,
        ),
        TickField("survives", _("Behold læringspunktet også om kasuset slettes"), ticked=form.survives),
    ]
    if form.confirms:
        fields.append(TickField("confirmed", _("Jeg har vurdert merknadene, og teksten kan stå")))
    return Form(
        "cases.close",
        _("Avslutt {code}").format(code=form.code),
        tuple(fields),
        carries=carry(form.case_id, form.confirms),
        extra=(FormButton(REWRITE, _("Sett inn forslaget")),) if form.rewrite else (),
    )


def erase_form(case_id: int, code: str) -> Form:
    return Form(
        "cases.erase",
        _("Slett {code}").format(code=code),
        (TickField("sure", _("Jeg vil slette kasuset for alle"), True),),
        carries=str(case_id),
        intro=(
            Text(
                _(
                    "Teksten blir borte for alle og kan ikke hentes tilbake. "
                    "Du får en kvittering for det som står igjen."
                )
            ),
        ),
    )


def carry(subject: int, confirmed: frozenset[str]) -> str:
    return ";".join((str(subject), *sorted(confirmed)))


def carried(carries: str) -> tuple[int, frozenset[str]]:
    """Raises ValueError where it is not ours."""
    subject, *confirmed = carries.split(";")
    return int(subject), frozenset(confirmed)
