"""How a list of members differs from the members there are, and what whoever imports it may not give. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.features.networks import rules
from bot.features.networks.roster import Account, Entry, Known, Problem, Roster, same, say_access, say_roles
from bot.language import _
from bot.people import Role


@dataclass(frozen=True, slots=True)
class Importer:
    """Whoever imports, and what they may give."""

    person: int | None  # None: the command line, where nobody was named
    grants: bool  # case access, and the roles that give it
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    entry: Entry  # as it shall be: nothing in it is empty for want of a cell
    before: Known | None  # None: somebody new

    @property
    def is_new(self) -> bool:
        return self.before is None or not self.before.member

    def differences(self) -> tuple[str, ...]:
        """What changes, in words."""
        before, entry = self.before, self.entry
        if before is None or not before.member:
            return ()
        texts = [
            (_("navn"), before.name, entry.name),
            (_("yrke"), before.profession, entry.profession),
            (_("virksomhet"), before.organisation, entry.organisation),
            (_("roller"), say_roles(before.roles), say_roles(entry.roles)),
            (_("kasustilgang"), say_access(before.access), say_access(bool(entry.access))),
        ]
        said = [
            _("{what}: {before} → {after}").format(what=what, before=old or "–", after=new or "–")
            for what, old, new in texts
            if old != new
        ]
        added = [account for account in entry.accounts if account not in before.accounts]
        return (*said, *([_("ny konto")] if added else []))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do."""

    new: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    organisations: tuple[str, ...] = ()  # that nobody has named before
    unkept: tuple[str, ...] = ()


@dataclass(slots=True)
class _Planning:
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def compare(roster: Roster, known: Sequence[Known], importer: Importer, organisations: Mapping[str, str]) -> Plan:
    """`organisations` maps every name and short name, as `same` has it, to the name. Nobody is removed for not being
    in the list."""
    by_account = {account: each for each in known for account in each.accounts}
    by_name: dict[str, list[Known]] = {}
    for each in known:
        if each.member:
            by_name.setdefault(same(each.name), []).append(each)
    planning, unheard, met = _Planning(problems=list(roster.problems)), dict[str, str](), dict[int, int]()
    wrong = {problem.line for problem in roster.problems}
    for typed in (each for each in roster.entries if each.line not in wrong):
        entry = replace(typed, organisation=organisations.get(same(typed.organisation), typed.organisation))
        if same(entry.organisation) not in organisations and entry.organisation:
            entry = replace(entry, organisation=unheard.setdefault(same(entry.organisation), entry.organisation))
        before, text = _who(entry, by_account, by_name)
        if before and not text and met.setdefault(before.person, entry.line) != entry.line:
            text = _("gjelder den samme som linje {line}").format(line=met[before.person])
        if text:
            planning.problems.append(Problem(entry.line, text))
            continue
        _weigh(planning, _change(entry, before), importer)
    problems = tuple(sorted(planning.problems, key=lambda each: each.line))
    return Plan(
        tuple(planning.new),
        tuple(planning.changed),
        tuple(planning.unchanged),
        problems,
        tuple(unheard.values()),
        roster.unkept,
    )


def _who(
    entry: Entry, by_account: Mapping[Account, Known], by_name: Mapping[str, Sequence[Known]]
) -> tuple[Known | None, str]:
    """Who the line means: whoever has the account, else the one of that name; and what keeps it from being known."""
    owners = {by_account[account].person: by_account[account] for account in entry.accounts if account in by_account}
    if len(owners) > 1:
        return None, _("kontoene tilhører to forskjellige personer")
    if owners:
        owner = next(iter(owners.values()))
        if not owner.member and same(owner.name) != same(entry.name):
            return None, _("kontoen tilhører noen med et annet navn. Rett navnet eller kontoen")
        return owner, ""
    found = by_name.get(same(entry.name), ())
    if len(found) > 1:
        found = [each for each in found if same(each.organisation) == same(entry.organisation)] or found
    if len(found) > 1:
        return None, _("flere medlemmer heter dette. Skriv virksomhet eller konto, så jeg vet hvem du mener")
    return (found[0] if found else None), ""


def _change(entry: Entry, before: Known | None) -> Change:
    """The line with its empty cells filled in from what is there."""
    if before is None:
        roles = entry.roles or frozenset({Role.MEMBER})
        return Change(replace(entry, roles=roles, access=bool(entry.access)), None)
    roles = entry.roles or (before.roles if before.member else frozenset({Role.MEMBER}))
    filled = replace(
        entry,
        name=before.name if same(entry.name) == same(before.name) else entry.name,
        profession=entry.profession or before.profession,
        organisation=entry.organisation or before.organisation,
        roles=roles,
        access=before.access if entry.access is None else entry.access,
        accounts=tuple(dict.fromkeys((*before.accounts, *entry.accounts))),
    )
    return Change(filled, before)


def _weigh(planning: _Planning, change: Change, importer: Importer) -> None:
    texts = _refused(change, importer)
    if texts:
        planning.problems += [Problem(change.entry.line, text) for text in texts]
    elif change.is_new:
        planning.new.append(change)
    elif change.differences():
        planning.changed.append(change)
    else:
        planning.unchanged.append(change.entry)


def _refused(change: Change, importer: Importer) -> list[str]:
    entry, before = change.entry, change.before
    had = before.access if before and before.member else False
    roles = before.roles if before and before.member else frozenset[Role]()
    texts = []
    if rules.guarded(roles, entry.roles) and not importer.grants:
        texts.append(_("bare lederen eller drift kan gi eller ta fra noen rollen leder eller personvernkontakt"))
    if entry.access and not rules.may_have_cases(entry.roles):
        texts.append(_("en brukerrepresentant, eller en som bare er RHF-representant, kan ikke ha kasustilgang"))
    if entry.access and not had:
        texts += _ungranted(change, importer)
    if before and before.locked and set(entry.accounts) - set(before.accounts):
        texts.append(_("du kan ikke koble en ny konto til denne personen. Be lederen eller drift om det"))
    return texts


def _ungranted(change: Change, importer: Importer) -> list[str]:
    if importer.person is None:
        return [_("kasustilgang gis av noen: si hvem, med --by")]
    if not importer.grants:
        return [_("bare lederen, personvernkontakten og drift kan gi kasustilgang. Skriv «nei», og be en av dem")]
    if change.before and change.before.person == importer.person:
        return [_("du kan ikke gi deg selv kasustilgang. Be lederen, personvernkontakten eller drift")]
    if not change.entry.profession:
        return [_("kasustilgang er for helsepersonell: fyll inn yrket")]
    return []
