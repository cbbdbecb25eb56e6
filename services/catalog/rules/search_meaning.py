"""What words of a search mean: ideas that a programme's text should say, and wishes that move it up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import log

from services.catalog.rules.search_numbers import dated, numbered
from services.catalog.rules.search_words import FAMILY, PART, SYNONYM, Idea, Meaning, Word, Wording, own_ways, quoted, said_as

WISHES = ("kind", "form", "funding", "position", "level", "hours", "oktmo", "starts", "has_seats")
WISH_OF = {"programme_kind": "kind"} | {name: name for name in ("form", "funding", "position", "level", "oktmo", "has_seats")}
"""The filter that a dictionary's words wish for."""
CALLED = {
    "kind": "вид: ",
    "form": "форма: ",
    "funding": "финансирование: ",
    "position": "должность: ",
    "level": "уровень: ",
    "oktmo": "",
    "has_seats": "есть свободные места",
}
"""How the visitor is told about a wish, before the titles of its values."""
IN_COLUMNS = frozenset({"form", "funding", "has_seats"})

LEAST_WEIGHT, WEAK = 0.05, 0.25


def meant(words: Sequence[Word], wordings: Sequence[Wording], *, today: date) -> Meaning:
    """Numbers and months first, then the longest wording at each place, then plain words."""
    meaning, place = Meaning(), 0
    fillers = {one.stems[0] for one in wordings if one.dictionary == "filler" and len(one.stems) == 1}
    numbers = numbered(words, meaning) | dated(words, meaning, today=today)
    while place < len(words):
        if place in numbers:
            place += 1
            continue
        here = [one for one in wordings if one.stems and stems_at(words, place)[: len(one.stems)] == one.stems]
        longest = max((len(one.stems) for one in here), default=0)
        taken = span(words, place, longest) if longest else 1
        said = words[place : place + taken]
        take(meaning, said, [one for one in here if len(one.stems) == longest], fillers)
        place += taken
    return meaning


def stems_at(words: Sequence[Word], place: int) -> tuple[str, ...]:
    """The stems from a place on, which must itself have one."""
    return tuple(word.stem for word in words[place:] if word.stem) if words[place].stem else ()


def span(words: Sequence[Word], place: int, stems: int) -> int:
    """How many words hold so many stems."""
    taken = 0
    while stems:
        stems -= words[place + taken].stem is not None
        taken += 1
    return taken


def take(meaning: Meaning, said: Sequence[Word], wordings: Sequence[Wording], fillers: Collection[str]) -> None:
    """Make of these words what their wordings say, or an idea of their own."""
    stems = tuple(word.stem for word in said if word.stem)
    if not stems:
        return
    text = " ".join(word.text for word in said)
    ways = dict(own_ways(stems))
    weak, wished, titles = False, False, dict[str, list[str]]()
    for one in wordings:
        for mate in one.mates:
            for way, worth in said_as(mate):
                ways.setdefault(way, SYNONYM * worth)
        weak = weak or one.dictionary in ("filler", "oktmo")
        if name := WISH_OF.get(one.dictionary):
            meaning.wish(name, True if name == "has_seats" else [one.code])
            titles.setdefault(name, []).append(one.title)
            wished = True
    for name, said_by in titles.items():
        meaning.tell(text, CALLED[name] + ", ".join(filter(None, dict.fromkeys(said_by))))
    for one in wordings:
        if one.dictionary == "synonym":
            meaning.tell(text, one.code)
    if IN_COLUMNS.intersection(titles):
        return  # said in columns, and in a text only by chance
    if len(stems) > 1:
        for stem in stems:
            if stem not in fillers:
                ways.setdefault(quoted(stem), PART)
    meaning.ideas.append(Idea(tuple(ways.items()), weak, wished))


def weights_of(ideas: Sequence[Idea], counts: Mapping[str, int], *, programmes: int) -> list[float]:
    """How much each idea matters beside the rarest, which matters 1; one that nearly every programme says matters little."""
    rarity = []
    for idea in ideas:
        found = max((counts.get(way, 0) for way, worth in idea.ways if worth > FAMILY), default=0)
        weight = log((programmes + 1) / (found + 0.5)) / log((programmes + 1) / 0.5) if found else LEAST_WEIGHT
        rarity.append(max(LEAST_WEIGHT, weight) * (WEAK if idea.weak else 1))
    most = max(rarity, default=1)
    return [weight / most for weight in rarity]


def missed_of(ideas: Sequence[Idea], weights: Sequence[float], *, lonely: bool) -> list[float]:
    """How much each idea is missed where it is not said: wishes only beside no others, weak ones only when nothing else is asked for.

    An idea that no programme says in any way is not missed at all.
    """
    grounds = [[not (idea.weak or idea.wished) for idea in ideas], [not idea.weak for idea in ideas], [lonely for _ in ideas]]
    for asked in grounds:
        missed = [weight if idea.ways and one else 0.0 for idea, weight, one in zip(ideas, weights, asked, strict=True)]
        if any(missed):
            return missed
    return [0.0] * len(ideas)
