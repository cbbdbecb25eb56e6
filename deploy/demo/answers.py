"""What a demonstration teacher answers: the bank's keys, and answers that miss them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BANK = Path(__file__).parent / "assessment/items"


@dataclass(frozen=True)
class Key:
    """An item of the demonstration bank, recognised by its stem, with its right answer."""

    stem: str
    competence: str
    kind: str
    options: tuple[str, ...]
    answer: Any

    @classmethod
    def bank(cls) -> Iterator["Key"]:
        for file in sorted(BANK.glob("*.json")):
            for item in json.loads(file.read_text()):
                options = tuple(one["id"] for one in item.get("options", ()))
                answer = str(item["key"]["value"]) if item["kind"] == "numeric" else item["key"]
                yield cls(item["stem"], item["competence"], item["kind"], options, answer)


def wrong(key: Key) -> Any:
    """A well-formed answer that earns nothing, or next to it."""
    match key.kind:
        case "choice":
            return next(option for option in key.options if option != key.answer)
        case "multiple":
            return [option for option in key.options if option not in key.answer][:2]
        case "matching":
            left = list(key.answer)
            return {one: key.answer[other] for one, other in zip(left, [*left[1:], left[0]], strict=True)}
        case "ordering":
            return list(reversed(key.answer))
        case _:
            return str(float(str(key.answer).replace(",", ".")) * 3 + 1000)
