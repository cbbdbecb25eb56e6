"""What a visitor may look for, and how words and hours are understood."""

import re
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from services.catalog.rules.fields import MARKS, Day, Facts, Municipality, TermCode, plain
from services.catalog.rules.organisations import OrganisationStatus
from services.catalog.rules.programmes import ProgrammeStatus
from shared.contracts.catalog import Funding, OrganisationKind, ProgrammeKind, StudyForm

ANY = "any"
"""The facet value of programmes whose list of subjects, positions or levels is empty: they are for everyone."""

BANDS: dict[str, tuple[int, int]] = {"1-15": (1, 15), "16-24": (16, 24), "25-72": (25, 72), "73-249": (73, 249), "250-": (250, 100_000)}
"""Bands of hours that the search counts in."""

Order = Literal["relevance", "starts", "hours", "seats", "rating"]
Cursor = Annotated[str, Field(max_length=2000), AfterValidator(plain)] | None
Limit = Annotated[int, Field(ge=1, le=100)]
Words = Annotated[str, Field(max_length=200), AfterValidator(plain)]


class Wanted(Facts):
    """A search: values of one filter are alternatives, filters add up. The address of a search is the search."""

    q: Words = ""
    exact: bool = False
    kind: Annotated[list[ProgrammeKind], Field(max_length=3)] = []
    form: Annotated[list[StudyForm], Field(max_length=3)] = []
    subject: Annotated[list[TermCode], Field(max_length=20)] = []
    position: Annotated[list[TermCode], Field(max_length=20)] = []
    level: Annotated[list[TermCode], Field(max_length=10)] = []
    competence: Annotated[list[TermCode], Field(max_length=20)] = []
    provider: Annotated[list[UUID], Field(max_length=20)] = []
    oktmo: Annotated[list[Municipality], Field(max_length=50)] = []
    funding: Annotated[list[Funding], Field(max_length=4)] = []
    hours: Annotated[list[Literal["1-15", "16-24", "25-72", "73-249", "250-"]], Field(max_length=5)] = []
    hours_from: Annotated[int | None, Field(ge=0, le=100_000)] = None
    hours_to: Annotated[int | None, Field(ge=0, le=100_000)] = None
    has_seats: bool = False
    rating_from: Annotated[float | None, Field(ge=1, le=5)] = None
    starts_from: Day | None = None
    starts_to: Day | None = None
    sort: Order | None = None
    cursor: Cursor = None
    limit: Limit = 20

    @property
    def order(self) -> Order:
        """The order asked for; otherwise by relevance when there are words, by the nearest start when there are none."""
        return self.sort or ("relevance" if self.q else "starts")


class WantedSuggestions(Facts):
    """The beginning of a query; `everywhere` also suggests what is no programme."""

    q: Words = ""
    everywhere: bool = False


class WantedOrganisations(Facts):
    """A list of organisations: `q` is a part of any of their names, an abolished ОКТМО means its successor."""

    q: Words = ""
    code: Annotated[list[TermCode], Field(max_length=100)] = []
    id: Annotated[list[UUID], Field(max_length=100)] = []
    kind: Annotated[list[OrganisationKind], Field(max_length=7)] = []
    status: Annotated[list[OrganisationStatus], Field(max_length=3)] = []
    oktmo: Municipality | None = None
    authority_id: UUID | None = None
    cursor: Cursor = None
    limit: Limit = 50


class WantedGroups(Facts):
    """A list of groups by their first day; without `upcoming` also those under way, over and cancelled."""

    programme: UUID | None = None
    provider: UUID | None = None
    oktmo: Municipality | None = None
    starts_from: Day | None = None
    upcoming: bool = True
    cursor: Cursor = None
    limit: Limit = 20


class WantedOwn(Facts):
    """A list of one's own programmes; `in_review` are all that wait for a reader, published ones with a new version among them."""

    status: ProgrammeStatus | None = None
    cursor: Cursor = None
    limit: Limit = 50


def folded(words: str) -> str:
    """Words as they are compared: small letters, ё as е, one space between."""
    return " ".join(words.lower().replace("ё", "е").split())


def like_a_code(words: str) -> bool:
    """Whether the words may be the beginning of a programme's code: no spaces, at least one digit."""
    return bool(words) and " " not in words and any(character.isdigit() for character in words)


def has_operators(words: str) -> bool:
    """Whether a query is written in the language of search: «in quotes», a minus before a word, OR between words."""
    return ('"' in words and not re.search("[A-Za-z]", words)) or bool(re.search(r"(^|\s)-\w|\s(or|OR)\s", words))


def pieces(framed: str) -> list[dict[str, str | bool]]:
    """A text cut at the marks around found words: `[{text, found}]`."""
    opened, closed = MARKS[0], MARKS[1]
    cut = []
    for part in re.split(f"({opened}[^{closed}]*{closed})", framed):
        if found := part.startswith(opened):
            part = part.strip(MARKS)
        if part:
            cut.append({"text": part, "found": found})
    return cut
