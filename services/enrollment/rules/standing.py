"""As what a caller stands before an application: its learner, the learner's school, its provider, or nobody."""

from collections.abc import Mapping
from uuid import UUID

from services.enrollment.rules.moves import Actor
from shared.access import Caller

ROLE_OF: Mapping[Actor, str] = {
    "learner": "teacher",
    "school": "school_specialist",
    "municipality": "municipal_specialist",
    "agency": "agency_specialist",
    "provider": "provider_specialist",
    "operator": "operator",
    "system": "system",
}


def standing(caller: Caller, *, person: UUID, organisation: UUID, municipality: str, agency: UUID | None, provider: UUID) -> list[Actor]:
    """Everything that a caller is to an application with these scopes, the nearest first."""
    scopes: dict[Actor, tuple[str, UUID | str | None]] = {
        "learner": ("person", person),
        "school": ("organisation", organisation),
        "municipality": ("municipality", municipality),
        "agency": ("agency", agency),
        "provider": ("provider", provider),
    }
    found: list[Actor] = [actor for actor, (kind, value) in scopes.items() if value is not None and value in caller.scopes(kind)]
    return [*found, "operator"] if any(grant.role == "operator" for grant in caller.grants) else found
