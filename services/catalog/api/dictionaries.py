"""Dictionaries as the operator keeps them: terms, legal minima of hours, words of searches and of moderation, municipalities."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.catalog import commands, queries
from services.catalog.api.callers import DictionaryKeeper, ModerationReader, Visitor
from services.catalog.api.public import Public
from services.catalog.api.shapes.dictionaries import DictionariesOut, HoursMinimumOut
from services.catalog.rules.dictionaries import (
    AbuseClosing,
    AbuseFacts,
    Closing,
    Dictionary,
    MinimumFacts,
    SuccessionFacts,
    TermFacts,
    Worded,
    WordingClosing,
    WordingFacts,
)
from services.catalog.rules.search import Words
from shared.clock import today
from shared.edge import Now, Tx

router = APIRouter(route_class=Public, tags=["dictionaries"])


class Valid(BaseModel):
    """From which day on something holds, until before which, and whether today."""

    valid_from: date
    valid_to: date | None
    in_force: bool


class WordingOut(Valid):
    code: str
    words: str


class AbuseWordOut(Valid):
    beginning: str


class AbuseWordsOut(BaseModel):
    items: list[AbuseWordOut]


class MinimaOut(BaseModel):
    items: list[HoursMinimumOut]


class WordingsOut(BaseModel):
    items: list[WordingOut]


@router.post("/dictionaries/{name}/terms", response_model=DictionariesOut)
async def state_term(name: Dictionary, body: TermFacts, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    """A new code, or what a code means from a day on."""
    await commands.dictionaries.state_term(tx, name, body, now=now)
    return await queries.labels.dictionaries(tx, today(now))


@router.post("/dictionaries/{name}/closings", response_model=DictionariesOut)
async def close_term(name: Dictionary, body: Closing, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.close_term(tx, name, body, now=now)
    return await queries.labels.dictionaries(tx, today(now))


@router.get("/hours-minima", response_model=MinimaOut)
async def hours_minima(caller: Visitor, tx: Tx, now: Now) -> Any:
    """The fewest hours that the law allows, by kind of programme and day."""
    return {"items": await queries.labels.minima(tx, today(now))}


@router.post("/hours-minima", response_model=MinimaOut)
async def state_minimum(body: MinimumFacts, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.state_minimum(tx, body, now=now)
    return {"items": await queries.labels.minima(tx, today(now))}


@router.get("/dictionaries/{name}/wordings", response_model=WordingsOut)
async def list_wordings(name: Worded, caller: Visitor, tx: Tx, now: Now, q: Annotated[Words, Query()] = "") -> Any:
    """Words by which people mean the codes of a dictionary in a search."""
    return {"items": await queries.labels.wordings(tx, name, q, today(now))}


@router.post("/dictionaries/{name}/wordings", response_model=WordingsOut)
async def state_wording(name: Worded, body: WordingFacts, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.state_wording(tx, name, body, now=now)
    return {"items": await queries.labels.wordings(tx, name, body.words, today(now))}


@router.post("/dictionaries/{name}/wording-closings", response_model=WordingsOut)
async def close_wording(name: Worded, body: WordingClosing, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.close_wording(tx, name, body, now=now)
    return {"items": await queries.labels.wordings(tx, name, body.words, today(now))}


@router.get("/abuse-words", response_model=AbuseWordsOut)
async def list_abuse_words(caller: ModerationReader, tx: Tx, now: Now) -> Any:
    """Beginnings of words that moderators of reviews are pointed to."""
    return {"items": await queries.labels.abuse_words(tx, today(now))}


@router.post("/abuse-words", response_model=AbuseWordsOut)
async def state_abuse_word(body: AbuseFacts, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.state_abuse(tx, body, now=now)
    return {"items": await queries.labels.abuse_words(tx, today(now))}


@router.post("/abuse-words/closings", response_model=AbuseWordsOut)
async def close_abuse_word(body: AbuseClosing, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    await commands.dictionaries.close_abuse(tx, body, now=now)
    return {"items": await queries.labels.abuse_words(tx, today(now))}


@router.post("/municipalities", response_model=DictionariesOut)
async def succeed_municipalities(body: SuccessionFacts, caller: DictionaryKeeper, tx: Tx, now: Now) -> Any:
    """A municipality that succeeds others from a day on."""
    await commands.municipalities.succeed(tx, body, now=now)
    return await queries.labels.dictionaries(tx, today(now))
