"""What a search finds, and the ways to go on from it."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.catalog.api.shapes.dictionaries import Coded, FacetValue
from services.catalog.api.shapes.groups import GroupItem
from services.catalog.api.shapes.organisations import ProviderOut
from services.catalog.api.shapes.reviews import RatingOut


class PieceOut(BaseModel):
    """A piece of a text; `found` when it holds words of the query."""

    text: str
    found: bool


class ProgrammeItem(BaseModel):
    """A programme as a search result, with its nearest group that meets the filters."""

    id: UUID
    code: str
    title: str
    annotation: list[PieceOut]
    kind: Coded
    hours: int
    form: Coded
    distance_share: float
    funding: Coded
    fee: int
    document: Coded
    provider: ProviderOut
    rating: RatingOut | None = None
    nearest_group: GroupItem | None


class UnderstoodOut(BaseModel):
    """Words of the query, and what they were taken for."""

    text: str
    meaning: str


class ProgrammePage(BaseModel):
    """A page of the search; `corrected` says the query that was answered instead of the one with misprints.

    What the words wish for moves programmes up and leaves none out; `wishes` are the filters that would demand it.
    `nearest` is what comes near when nothing is found: programmes that say a part of the words, whatever the filters.
    """

    items: list[ProgrammeItem]
    total: int
    next: str | None
    corrected: str | None
    understood: list[UnderstoodOut] = []
    wishes: dict[str, list[str]] = {}
    nearest: list[ProgrammeItem] = []
    facets: dict[str, list[FacetValue]]


class SuggestionOut(BaseModel):
    """How a query may go on, and how many published programmes, or things of another kind, that finds."""

    kind: Literal[
        "words", "subject", "position", "provider", "municipality", "programme", "event", "organisation", "news", "document", "procedure"
    ]
    text: str
    count: int


class SuggestionsOut(BaseModel):
    items: list[SuggestionOut]
