"""What somebody has typed and not submitted yet: kept as it is, private to their organisation, for ninety days."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Facts, plain

LARGEST = 200_000
KEPT = timedelta(days=90)
Kind = Literal["programme", "group", "event", "news", "notice", "document", "organisation"]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
Typed = Annotated[str, Field(max_length=100_000), AfterValidator(plain)]


class Typing(Facts):
    """A form as typed: the values of each of its fields, right or wrong; `base_revision` is what it started from."""

    kind: Kind
    object_id: UUID | None = None
    provider_id: UUID | None = None
    fields: Annotated[dict[FieldName, Annotated[list[Typed], Field(max_length=500)]], Field(max_length=1000)]
    base_revision: Annotated[int | None, Field(ge=1, lt=2**31)] = None


class WantedCopies(Facts):
    """Which working copies to list: of one kind, of one object."""

    kind: Kind | None = None
    object_id: UUID | None = None


def typing_faults(fields: Mapping[str, list[str]]) -> dict[str, str]:
    """What is wrong with a working copy; the size is that of PostgreSQL's own text of it."""
    if len(json.dumps(fields, ensure_ascii=False).encode()) > LARGEST:
        return {"fields": "Незаконченный текст хранится до 200 КБ: сохраните его или сократите."}
    return {}
