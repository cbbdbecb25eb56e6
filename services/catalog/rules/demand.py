"""What may be saved as a search, when saved searches are looked at, and what is said of searches in vain."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.catalog.rules.search import Wanted

PERSONAL = re.compile(r"\S@\S|\d[\d\s()+-]{6,}\d")
"""An address of a mailbox, a telephone or a document number."""

NOT_SAVED = frozenset({"cursor", "limit", "sort"})
OVERLAP = timedelta(minutes=10)
"""Longer than any transaction: what was published while the last look went on is looked at again."""

LAPSE_AFTER = timedelta(hours=72)
"""notify says after 48 hours that an address was not confirmed; this is for a search that notify never heard of."""

SAID_FROM, SUMMED_FOR, SETTLED = 5, timedelta(days=7), timedelta(minutes=2)
FACET_MOST = 5


def saved_faults(wanted: Wanted) -> dict[str, str]:
    """What keeps a search from being saved, by field."""
    if PERSONAL.search(wanted.q):
        return {"q": "Уберите из запроса адреса, телефоны и номера документов: он сохраняется."}
    if not kept(wanted):
        return {"q": "Напишите, что искать, или выберите условие: на все программы сразу подписаться нельзя."}
    return {}


def kept(wanted: Wanted) -> dict[str, Any]:
    """What is stored of a search: what it asks for, not how its pages were turned."""
    return wanted.model_dump(mode="json", exclude=set(NOT_SAVED), exclude_defaults=True)


def looked_from(*, saved_at: datetime, looked_at: datetime) -> datetime:
    """Since when something is news to a saved search; what stood there when it was saved is none."""
    return max(saved_at, looked_at - OVERLAP)


def next_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def next_count(now: datetime) -> datetime:
    """When searches in vain are added up next: a little after the hour, so that the last counts of it have arrived."""
    return next_hour(now - SETTLED) + SETTLED


def may_be_said(count: int) -> bool:
    return count >= SAID_FROM


def facets_of(wanted: Wanted, known: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The filters of a search whose values the dictionaries know: an address may carry anything, and what it carries is not kept."""
    facets = {name: sorted({str(value) for value in getattr(wanted, name)} & set(values)) for name, values in known.items()}
    for name in ("kind", "form", "funding", "hours"):
        facets[name] = sorted(getattr(wanted, name))
    if wanted.has_seats:
        facets["has_seats"] = ["true"]
    return {name: values[:FACET_MOST] for name, values in sorted(facets.items()) if values}
