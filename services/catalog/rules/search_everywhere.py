"""What may be asked of the search over all kinds, and how words are looked for outside programmes."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from services.catalog.rules.fields import Facts
from services.catalog.rules.search import Cursor, Words
from services.catalog.rules.search_words import FAMILY_LENGTH, FAMILY_SHARE, Word, Wording, quoted

Kind = Literal["programme", "organisation", "event", "news", "document", "procedure"]
KINDS: dict[Kind, str] = {
    "programme": "Программы",
    "event": "Мероприятия",
    "organisation": "Организации",
    "news": "Новости",
    "document": "Документы",
    "procedure": "Процедуры оценки",
}


class WantedAnything(Facts):
    """A search over all kinds: a few of each, or, when a kind is chosen, its pages."""

    q: Words = ""
    kind: Kind | None = None
    cursor: Cursor = None
    limit: Annotated[int, Field(ge=1, le=50)] = 5


def query_of(words: Sequence[Word], wordings: Sequence[Wording]) -> str:
    """A tsquery in which every word is said in one of its ways: itself, what begins alike, or what the dictionary ties to it."""
    said = []
    for word in words:
        if word.stem is None:
            continue
        ways = [quoted(word.stem)]
        if len(word.stem) >= FAMILY_LENGTH:
            ways.append(f"{quoted(word.stem[: max(FAMILY_LENGTH, int(len(word.stem) * FAMILY_SHARE))])}:*")
        for wording in wordings:
            if word.stem in wording.stems:
                ways += [" <-> ".join(quoted(stem) for stem in mate) for mate in wording.mates]
        said.append("( " + " | ".join(f"( {way} )" for way in dict.fromkeys(ways)) + " )")
    return " & ".join(said)
