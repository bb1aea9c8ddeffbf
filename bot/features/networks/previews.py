"""What an import would change, what it did, and a list to take away. Pure."""

from collections.abc import Sequence

from bot.chat.message import Attachment, Button, Buttons, Facts, Message, Part, Text, Tone, message
from bot.features.networks.cards import say_range
from bot.features.networks.comparing import Change, Plan
from bot.features.networks.roster import say_roles
from bot.language import _, ngettext, quoted, say_list
from bot.people import Network

LINES = 20  # at once


def preview(network: Network, id: int, plan: Plan, first: int = 0, *, moved: bool = False) -> Message:
    """What the import would change: what is wrong stands first, then what is new to us, and twenty lines at once."""
    lines = _lines(plan)
    parts: list[Part] = []
    if moved:
        said = _("Medlemmene er endret siden du så dette sist, så ingenting er importert. Slik ser det ut nå:")
        parts.append(Text(said, Tone.WARNING))
    if not first:
        parts += [_counts(plan), *_verdict(plan)]
    parts += lines[first : first + LINES]
    more = len(lines) - first - LINES
    if more > 0:
        label = ngettext("Vis {count} til", "Vis {count} til", min(more, LINES)).format(count=min(more, LINES))
        parts.append(Text(say_range(first, LINES, len(lines)), Tone.MUTED))
        parts.append(Buttons((Button(label, "networks.more", f"{id}:{first + LINES}"),)))
    parts.append(Buttons(_choices(network, id, plan)))
    return message(*parts, title=_("Import til {code}").format(code=network.code))


def _counts(plan: Plan) -> Facts:
    return Facts(
        (
            (_("Nye"), str(len(plan.new))),
            (_("Endres"), str(len(plan.changed))),
            (_("Uendret"), str(len(plan.unchanged))),
            (_("Feil"), str(len(plan.problems))),
        )
    )


def _verdict(plan: Plan) -> list[Part]:
    said: list[Part] = []
    if plan.problems:
        said.append(Text(_("Ingenting er importert. Rett linjene under i fila, og velg den på nytt."), Tone.WARNING))
    elif not (plan.new or plan.changed):
        said.append(Text(_("Alt i lista er slik fra før. Det er ingenting å importere."), Tone.GOOD))
    if plan.unkept:
        columns = say_list([quoted(heading) for heading in plan.unkept])
        said.append(Text(_("Disse kolonnene tar jeg ikke med: {columns}.").format(columns=columns), Tone.MUTED))
    return said


def _lines(plan: Plan) -> list[Text]:
    wrong = [
        Text(
            _("Linje {line}: {text}.").format(line=each.line, text=each.text) if each.line else each.text, Tone.WARNING
        )
        for each in plan.problems
    ]
    homes = [Text(_("Ny virksomhet: {name}").format(name=name), Tone.MUTED) for name in plan.organisations]
    changed = [
        Text(_("Endres: {name} – {what}").format(name=each.entry.name, what="; ".join(each.differences())))
        for each in plan.changed
    ]
    return wrong + homes + changed + [Text(_new(each)) for each in plan.new]


def _new(change: Change) -> str:
    entry = change.entry
    access = _("kasustilgang") if entry.access else ""
    said = [entry.profession, entry.organisation, say_roles(entry.roles), access]
    return _("Ny: {name} – {what}").format(name=entry.name, what=", ".join(dict.fromkeys(filter(None, said))))


def _choices(network: Network, id: int, plan: Plan) -> tuple[Button, ...]:
    count = len(plan.new) + len(plan.changed)
    again = Button(_("Velg fil på nytt"), "networks.import", str(network.id))
    if plan.problems or not count:
        return (again,)
    label = ngettext("Importer {count} medlem", "Importer {count} medlemmer", count).format(count=count)
    return (Button(label, "networks.apply", str(id), Tone.STRONG), Button(_("Avbryt"), "networks.discard", str(id)))


def imported(network: Network, plan: Plan) -> Message:
    id = str(network.id)
    return message(
        Text(_("Importen er ferdig."), Tone.GOOD),
        Facts(((_("Nye"), str(len(plan.new))), (_("Endret"), str(len(plan.changed))))),
        Buttons((Button(_("Medlemmer"), "networks.members", id), Button(_("Dette gjenstår"), "networks.open", id))),
        title=_("Import til {code}").format(code=network.code),
    )


def discarded(network: Network) -> Message:
    return message(
        _("Importen er avbrutt, og lista er slettet hos meg. Ingenting er endret."),
        Buttons((Button(_("Velg fil på nytt"), "networks.import", str(network.id)),)),
    )


def exported(network: Network, count: int, files: Sequence[Attachment]) -> Message:
    said = ngettext("{count} medlem.", "{count} medlemmer.", count).format(count=count)
    return message(
        f"{said} " + _("Fila kan rettes og importeres igjen. Den har navn: ta vare på den deretter."),
        *files,
        title=_("Medlemmer i {network}").format(network=network.name),
    )
