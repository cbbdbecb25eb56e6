"""Whose table is imported, when, and what its words mean."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.catalog.rules.import_values import Words
from shared.access import Caller


class Task(NamedTuple):
    provider_id: UUID | None
    caller: Caller
    now: datetime
    words: Words = Words()
