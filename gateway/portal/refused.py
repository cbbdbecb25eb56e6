"""A refusal beside the form it came from: by field where the service says the field, else about the whole."""

from dataclasses import dataclass, field

from gateway.client import Refused


@dataclass(frozen=True, slots=True)
class Told:
    """What a form has to say about itself; empty when nothing is wrong."""

    errors: dict[str, str] = field(default_factory=dict)
    detail: str = ""


def told(refused: Refused, **fields: str) -> Told:
    """The refusal in words; `fields` say which of our fields stands for which of the service's."""
    errors: dict[str, str] = {}
    for one in refused.facts.get("errors") or ():
        name = str(one.get("field", ""))
        first = name.partition(".")[0]
        errors.setdefault(fields.get(name, fields.get(first, first)), str(one.get("message", refused.detail)))
    return Told(errors, refused.detail)
