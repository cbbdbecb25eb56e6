"""Whose table is imported, when, and what its words mean."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.catalog.rules.import_values import Words
from services.catalog.rules.imports import Existing
from shared.access import Caller

Find = Callable[[Mapping[str, str]], Existing | None]
"""The object that the cells of a row are about, by field; raises `Wrong` when they name none or several."""


class Task(NamedTuple):
    provider_id: UUID | None
    caller: Caller
    now: datetime
    words: Words = Words()
