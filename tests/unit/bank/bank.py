"""The bank of the demonstration as it lies in its files: the framework, the items and the procedure."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.assessment.psychometrics.categories import Key
from services.assessment.psychometrics.keys import read_key

FOLDER = Path(__file__).parents[3] / "deploy" / "demo" / "assessment"


class Strict(BaseModel):
    """A part of the bank; a field that nobody reads is a mistake of the writer."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(Strict):
    """An option, an element to order or match, or a target of matching."""

    id: str = Field(pattern=r"^[a-f1-5]$")
    text: str = Field(min_length=1, max_length=200)


class Item(Strict):
    """One item with its key, the writer's grade of difficulty (1 easy to 5 hard) and the ground of the key."""

    code: str
    competence: str
    kind: Literal["choice", "multiple", "matching", "ordering", "numeric"]
    stem: str = Field(min_length=20, max_length=600)
    options: list[Option]
    targets: list[Option] = []
    key: Any
    difficulty: int = Field(ge=1, le=5)
    source: str = Field(min_length=15, max_length=300)
    rationale: str = Field(min_length=15, max_length=500)

    def rule(self) -> Key:
        """The key as the service scores it; KeyMalformed when it contradicts the kind or the options."""
        options = [option.model_dump() for option in self.options]
        right = [target.model_dump() for target in self.targets]
        return read_key(kind=self.kind, options={"left": options, "right": right} if self.kind == "matching" else options, key=self.key)

    def texts(self) -> list[str]:
        """Everything a teacher reads: the stem, the options, the targets, and the rationale shown after the end."""
        return [self.stem, *(option.text for option in [*self.options, *self.targets]), self.rationale, self.source]


class Competence(Strict):
    """A competence with its cut and the standard error of the cut, both in logits."""

    code: str
    title: str
    description: str
    group: str
    labour_functions: list[str] = Field(min_length=1)
    cut: float = Field(ge=-0.3, le=0)
    cut_error: float = Field(ge=0.1, le=0.2)


class Framework(Strict):
    """The competence framework."""

    title: str
    competences: list[Competence]


class Question(Strict):
    """A question of the self-assessment of difficulties."""

    competence: str
    question: str


class Sample(Strict):
    """An item of no form that everybody may see."""

    stem: str
    options: list[str]
    answer: str
    explanation: str


class Procedure(Strict):
    """The procedure with its two parallel forms."""

    title: str
    organiser: str
    minutes: int = Field(gt=0)
    result_visible_to: str
    instructions: str
    forms: dict[Literal["entry", "exit"], list[str]]
    difficulties: list[Question]
    difficulty_scale: list[str]
    samples: list[Sample]


@cache
def framework() -> Framework:
    """The framework of the bank."""
    return Framework.model_validate_json((FOLDER / "framework.json").read_text("utf-8"))


@cache
def procedure() -> Procedure:
    """The procedure of the bank."""
    return Procedure.model_validate_json((FOLDER / "procedure.json").read_text("utf-8"))


@cache
def items() -> tuple[Item, ...]:
    """All items, file after file."""
    files = sorted((FOLDER / "items").glob("*.json"))
    return tuple(Item.model_validate(raw) for path in files for raw in json.loads(path.read_text("utf-8")))


def of_kind(kind: str) -> list[Item]:
    """The items of one kind."""
    return [item for item in items() if item.kind == kind]
