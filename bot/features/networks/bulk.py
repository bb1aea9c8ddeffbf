"""Many networks from one list: what each line says, and what it would make or change. All of them, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot import audit
from bot.chat.grammar import fold
from bot.errors import Refusal
from bot.features.networks import roster, rules, service, sheet
from bot.features.networks.importing import NotImportable
from bot.features.networks.roster import Problem
from bot.features.networks.rules import KIND_WORDS, Kind, NetworkDraft
from bot.features.networks.sheet import Line
from bot.language import _
from bot.people import Network

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("kode", "code", "kortnavn"),
    "name": ("navn", "namn", "name", "nettverk"),
    "kind": ("type", "slag", "kind"),
    "parent": ("over", "overordnet", "nettverk over", "under", "parent"),
    "language": ("språk", "language", "målform"),
    "expected": ("virksomheter", "forventede virksomheter", "helseforetak", "organisasjoner", "expected organisations"),
    "ends_on": ("sluttdato", "siste dag", "slutt", "ends on"),
    "zone": ("tidssone", "zone", "time zone"),
}
LANGUAGE_WORDS = {"bokmål": "nb", "nynorsk": "nn", "engelsk": "en", "english": "en"} | {
    code: code for code in rules.LANGUAGES
}


class NoHeadings(Refusal):
    """Fant ikke overskriftene «kode» og «navn». Første linje skal ha overskrifter: kode, navn, type, over, språk, virksomheter."""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line. `above` is the code of the network above it."""

    line: int
    draft: NetworkDraft
    above: str = ""


@dataclass(frozen=True, slots=True)
class Networks:
    """What the list would do."""

    new: tuple[Wanted, ...]
    changed: tuple[Wanted, ...]
    unchanged: tuple[Wanted, ...]
    problems: tuple[Problem, ...]


def understand(lines: Sequence[Line]) -> tuple[list[Wanted], list[Problem]]:
    """Pure. Raises `NoHeadings`, `sheet.SameHeading`."""
    found, _others = sheet.columns(lines[0].cells, COLUMNS)
    if not {"code", "name"} <= found.keys():
        raise NoHeadings
    wanted: list[Wanted] = []
    problems: list[Problem] = []
    first: dict[str, int] = {}
    for line in lines[1:]:
        each, wrong = _wanted(line.number, sheet.texts(line, found))
        if each is not None and first.setdefault(each.draft.code, line.number) != line.number:
            wrong = [*wrong, _("koden står også på linje {line}").format(line=first[each.draft.code])]
        problems += [Problem(line.number, text) for text in wrong]
        if each is not None and not wrong:
            wanted.append(each)
    if not wanted and not problems:
        problems.append(Problem(0, _("Lista har overskrifter, men ingen nettverk.")))
    return wanted, problems


def _wanted(line: int, texts: Mapping[str, str]) -> tuple[Wanted | None, list[str]]:
    wrong: list[str] = []
    code, name = texts.get("code", "").upper(), texts.get("name", "")
    if not rules.CODE.fullmatch(code):
        wrong.append(_("koden skal være 2 til 12 bokstaver, ikke «{word}»").format(word=code))
    if not 0 < len(name) <= rules.LONGEST_NAME:
        wrong.append(_("navnet mangler, eller er lengre enn {most} tegn").format(most=rules.LONGEST_NAME))
    kind = KIND_WORDS.get(fold(texts.get("kind", "regional")))
    if kind is None:
        kinds = ", ".join(each.label for each in Kind)
        wrong.append(_("«{word}» er ikke en type. Typene er {kinds}").format(word=texts["kind"], kinds=kinds))
    language = LANGUAGE_WORDS.get(texts.get("language", "nb").casefold(), "")
    if not language:
        wrong.append(_("språket skal være nb, nn eller en, ikke «{word}»").format(word=texts["language"]))
    zone = texts.get("zone", rules.ZONES[0])
    if not rules.is_zone(zone):
        wrong.append(_("«{word}» er ikke en tidssone. Skriv for eksempel Europe/Oslo").format(word=zone))
    ends_on = _day(texts.get("ends_on", ""), wrong)
    if kind is Kind.WORKING_GROUP and ends_on is None and "ends_on" not in texts:
        wrong.append(_("en arbeidsgruppe har en sluttdato"))
    names = (
        " ".join(each.split()) for each in texts.get("expected", "").replace("|", ",").replace(";", ",").split(",")
    )
    draft = NetworkDraft(name, code, kind or Kind.REGIONAL, None, zone, language, ends_on, tuple(filter(None, names)))
    return Wanted(line, draft, texts.get("parent", "").upper()), wrong


def _day(typed: str, wrong: list[str]) -> date | None:
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        wrong.append(_("sluttdatoen skal skrives som 2027-06-30, ikke «{word}»").format(word=typed))
        return None


async def plan(session: AsyncSession, lines: Sequence[Line]) -> Networks:
    wanted, problems = understand(lines)
    there = {network.code: network for network in await session.scalars(select(Network))}
    problems += _tree(wanted, there)
    new, changed, unchanged = [], [], []
    for each in wanted:
        network = there.get(each.draft.code)
        if network is None:
            new.append(each)
        elif await _differs(session, each, network, there):
            changed.append(each)
        else:
            unchanged.append(each)
    ordered = tuple(sorted(problems, key=lambda problem: problem.line))
    return Networks(tuple(new), tuple(changed), tuple(unchanged), ordered)


def _tree(wanted: Sequence[Wanted], there: Mapping[str, Network]) -> list[Problem]:
    """A network above that is nowhere, or that would come to stand under itself."""
    by_id = {network.id: code for code, network in there.items()}
    above = {code: by_id.get(network.parent_id or 0, "") for code, network in there.items()}
    above |= {each.draft.code: each.above for each in wanted}
    problems = []
    for each in wanted:
        if each.above and each.above not in above:
            said = _("nettverket over, «{code}», finnes ikke, heller ikke i lista").format(code=each.above)
            problems.append(Problem(each.line, said))
        elif _is_under_itself(each.draft.code, above):
            problems.append(Problem(each.line, _("nettverket ville ligge under seg selv")))
    return problems


def _is_under_itself(code: str, above: Mapping[str, str]) -> bool:
    passed: set[str] = set()
    at = above.get(code, "")
    while at and at != code and at not in passed:
        passed.add(at)
        at = above.get(at, "")
    return at == code


async def _differs(session: AsyncSession, wanted: Wanted, network: Network, there: Mapping[str, Network]) -> bool:
    draft = wanted.draft
    parent = there[wanted.above].id if wanted.above in there else None
    now = (network.name, network.kind, network.language, network.zone, network.ends_on, network.parent_id)
    if now != (draft.name, draft.kind, draft.language, draft.zone, draft.ends_on, parent):
        return True
    known = await service.organisation_names(session)
    expected = {each.name for each in await service.expected(session, network.id)}
    return expected != {known.get(roster.same(name), name) for name in draft.expected}


async def apply(session: AsyncSession, networks: Networks, now: datetime) -> None:
    """Those above come into being before they are pointed at. Raises `NotImportable` where a line is wrong."""
    if networks.problems:
        raise NotImportable
    for each in networks.new:
        await service.create_network(session, each.draft, now, None)
    ids = dict((await session.execute(select(Network.code, Network.id))).all())
    for each in (*networks.new, *networks.changed):
        row = await session.get_one(Network, ids[each.draft.code])
        draft = replace(each.draft, parent=ids.get(each.above))
        row.name, row.kind, row.language, row.zone = draft.name, draft.kind, draft.language, draft.zone
        row.ends_on, row.parent_id = draft.ends_on, draft.parent
        await session.flush()
        await service.expect(session, row.id, draft.expected)
    changed = [("network.changed", f"network:{ids[each.draft.code]}") for each in networks.changed]
    await audit.record_all(session, now, changed, by=None, network=None)
