"""A question → what fits it, in words of the features that it belongs to. What was typed is not kept."""

from collections.abc import Mapping, Sequence

import regex
from sqlalchemy import delete

from bot import search
from bot.chat import grammar
from bot.chat.inbound import Command, Press, Submission, id_in
from bot.chat.message import Form, Message
from bot.chat.port import Problems
from bot.check import check
from bot.errors import NotAllowed, Refusal
from bot.feature import Answer, Context, Found, Searchable
from bot.features.search import cards
from bot.features.search.keeping import KEPT
from bot.features.search.tables import SearchAnswer
from bot.guard import Profile
from bot.help import not_understood
from bot.language import _
from bot.people import Right
from bot.search import Hit

_HAS_ANYBODY = regex.compile(r"(?:noen|nokon|nogen|anyone|anybody)\s+(?:spurt|spurd|spurde|asked)\b", regex.IGNORECASE)


class TooOld(Refusal):
    """Dette søket er for gammelt til å vise mer. Søk på nytt."""


class IdentityNumber(Refusal):
    """Jeg søker ikke etter fødselsnummer eller pasientnummer. Søk på tilstanden, legemiddelet eller prosedyren."""


async def command(context: Context, event: Command, rest: str) -> Answer:
    """`/søk ORD`, and «har noen spurt om …?», of which «har» alone is how much else begins."""
    begun_with = grammar.fold(grammar.split(event.text)[0])
    if begun_with == "har" and not _HAS_ANYBODY.match(rest):
        return not_understood([])
    return await _found(context, rest)


async def ask(_context: Context, _event: Press) -> Form:
    return cards.search_form()


async def submit(context: Context, event: Submission) -> Answer:
    words = event.text("words")
    if not search.asked_for(words):
        return Problems({"words": _("Skriv minst ett ord.")})
    return await _found(context, words)


async def more(context: Context, event: Press) -> Message:
    """The next of what was found, as far as it is there still and the asker may see it still."""
    number, _colon, start = event.carries.partition(":")
    answer, after = id_in(number), id_in(start)
    kept = await context.session.get(SearchAnswer, answer) if answer is not None else None
    if kept is None or after is None or kept.person_id != context.person.id or kept.at < context.now - KEPT:
        raise TooOld
    here = kept.entries[after : after + cards.A_PAGE]
    hits = await search.still_visible(context.session, here, context.standings)
    return await _page(context, hits, cards.Page(len(kept.entries), after, kept.id))


async def _found(context: Context, words: str) -> Message:
    if not context.standings:
        raise NotAllowed
    if not search.asked_for(words):
        return cards.how_to_search(_searched(context))
    if check({"words": words[: search.MOST_READ]}, Profile.LOGISTICS).blocked:
        raise IdentityNumber
    hits = await search.find(context.session, words, context.standings)
    asked = search.asked_for(words)
    if not hits:
        may_ask = any(standing.may(Right.USE_CASES) for standing in context.standings)
        return cards.nothing_found(asked, _searched(context), may_ask=may_ask)
    kept = await _keep(context, hits)
    return await _page(context, hits[: cards.A_PAGE], cards.Page(len(hits), 0, kept, asked))


async def _keep(context: Context, hits: Sequence[Hit]) -> int:
    """The ids of what was found, for «Vis flere»: a button never carries what somebody wrote."""
    await context.session.execute(delete(SearchAnswer).where(SearchAnswer.at < context.now - KEPT))
    answer = SearchAnswer(person_id=context.person.id, at=context.now, entries=[hit.entry for hit in hits])
    context.session.add(answer)
    await context.session.flush()
    return answer.id


async def _page(context: Context, hits: Sequence[Hit], page: cards.Page) -> Message:
    shown = await _shown(context, hits)
    several = len(context.standings) > 1
    names = {s.network.id: s.network.name for s in context.standings} if several else {}
    found = [(names.get(hit.network_id, ""), shown[hit.kind, hit.ref]) for hit in hits if (hit.kind, hit.ref) in shown]
    return cards.results(found, page)


async def _shown(context: Context, hits: Sequence[Hit]) -> dict[tuple[str, int], Found]:
    """Asked of the features together, a kind at a time."""
    found = {}
    for kind, searchable in _searchable().items():
        refs = [hit.ref for hit in hits if hit.kind == kind]
        shown = await searchable.show(context, refs) if refs else {}
        found.update({(kind, ref): each for ref, each in shown.items()})
    return found


def _searchable() -> Mapping[str, Searchable]:
    from bot.features import all_features  # they import this feature

    return {kind: each for feature in all_features() for kind, each in feature.searchable.items()}


def _searched(context: Context) -> list[str]:
    """What is looked through for this asker, as they read it."""
    with_cases = any(standing.may(Right.USE_CASES) for standing in context.standings)
    return [each.what() for each in _searchable().values() if with_cases or not each.needs_case_access]
