"""Codes with their titles, and the dictionaries that hold them."""

from datetime import date

from pydantic import BaseModel


class Coded(BaseModel):
    """A code, its title, and its words inside a sentence."""

    code: str
    title: str
    short: str


class FacetValue(BaseModel):
    value: str
    title: str
    count: int
    chosen: bool


class TermOut(Coded):
    dictionary: str
    valid_from: date
    valid_to: date | None
    in_force: bool


class MunicipalityOut(BaseModel):
    """A municipality under one ОКТМО; an abolished code names its successor."""

    oktmo: str
    name: str
    kind: str
    title: str
    valid_from: date
    valid_to: date | None
    successor: str | None
    in_force: bool


class HoursMinimumOut(BaseModel):
    """The fewest hours that the law allows a kind of programme, and the act that says so."""

    kind: str
    hours: int
    basis: str
    valid_from: date
    valid_to: date | None
    in_force: bool


class DictionariesOut(BaseModel):
    terms: dict[str, list[TermOut]]
    municipalities: list[MunicipalityOut]
    hours_minima: list[HoursMinimumOut]
