"""Reference data with validity dates: titles of codes, hours the law demands, municipalities, words of searches and of abuse."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from services.catalog.tables.registry import Base, dated, texts


class Term(Base, table=True):
    """What a code of a dictionary means from a day on; `short` is said inside a sentence."""

    __tablename__ = "term"
    __table_args__ = dated("term", "dictionary", "code")
    dictionary: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    title: str
    short: str
    place: int


class TermEdition(Base, table=True):
    """The one row that the database changes with every change of the dictionaries."""

    __tablename__ = "term_edition"
    __table_args__ = (CheckConstraint("single", name="term_edition_alone"),)
    single: bool = Field(default=True, primary_key=True)
    edition: UUID


class HoursMinimum(Base, table=True):
    """The fewest hours that the law allows a kind of programme, and the act that says so."""

    __tablename__ = "hours_minimum"
    __table_args__ = (
        CheckConstraint("hours > 0", name="hours_minimum_positive"),
        *dated("hours_minimum", "kind"),
    )
    kind: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    hours: int
    basis: str


class Territory(Base, table=True):
    """A municipality under one ОКТМО; an abolished code names its successor."""

    __tablename__ = "territory"
    __table_args__ = (
        CheckConstraint("oktmo ~ '^[0-9]{8}$'", name="territory_oktmo_digits"),
        CheckConstraint("valid_to > valid_from", name="territory_valid_for_a_while"),
        CheckConstraint("(valid_to IS NULL) = (successor IS NULL)", name="territory_succeeded"),
        CheckConstraint("successor <> oktmo", name="territory_not_its_own_successor"),
    )
    oktmo: str = Field(primary_key=True)
    name: str
    kind: str
    title: str
    valid_from: date
    valid_to: date | None = None
    successor: str | None = Field(default=None, foreign_key="territory.oktmo")


class Wording(Base, table=True):
    """Words by which people mean a code of a dictionary; those of one `synonym` mean each other, a `filler` means little."""

    __tablename__ = "wording"
    __table_args__ = (
        CheckConstraint("words = lower(words) AND words !~ 'ё'", name="wording_folded"),
        *dated("wording", "dictionary", "code", "words"),
        Index("wording_stems", "stems", postgresql_using="gin"),
    )
    dictionary: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    words: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    stems: list[str] = texts()


class AbuseWord(Base, table=True):
    """The beginning of words that a moderator is pointed to, from a day on."""

    __tablename__ = "abuse_word"
    __table_args__ = (
        CheckConstraint("beginning ~ '^[а-я]{3,40}$'", name="abuse_word_folded"),
        *dated("abuse_word", "beginning"),
    )
    beginning: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
