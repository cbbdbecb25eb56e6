"""What may enter the bank: frameworks, items that can be scored, procedures whose forms can measure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, JsonValue

from services.assessment.psychometrics.categories import Key
from services.assessment.psychometrics.keys import KeyMalformed, read_key
from services.assessment.psychometrics.verdicts import RULE
from services.assessment.rules.fields import Facts, Line, Mark, Prose, repeated
from shared.contracts.assessment import Purpose

Kind = Literal["choice", "multiple", "matching", "ordering", "numeric"]
MOST_ITEMS_AT_ONCE, MOST_ITEMS_IN_FORM = 300, 300
LONGEST_UNIT = 60


class CompetenceFacts(Facts):
    """A competence; its cut and the standard error of the cut are in logits."""

    code: Mark
    title: Line
    description: Annotated[Prose, Field(max_length=1000)]
    group: Annotated[Line, Field(max_length=100)]
    labour_functions: Annotated[list[Mark], Field(min_length=1, max_length=20)]
    cut: Annotated[float, Field(ge=-4, le=4)]
    cut_error: Annotated[float, Field(ge=0, le=2)]


class FrameworkFacts(Facts):
    """A framework, or its next version."""

    title: Line
    competences: Annotated[list[CompetenceFacts], Field(min_length=1, max_length=60)]


class OptionFacts(Facts):
    """An option, an element to order or to match, or a target of matching."""

    id: Mark
    text: Annotated[Prose, Field(max_length=1000)]


class ItemFacts(Facts):
    """An item with its key (`psychometrics.keys` says which shape each kind wants), the writer's grade 1..5 and the ground of the key."""

    code: Mark
    competence: Mark
    kind: Kind
    stem: Prose
    options: Annotated[list[OptionFacts], Field(max_length=12)] = []
    targets: Annotated[list[OptionFacts], Field(max_length=12)] = []
    key: JsonValue
    difficulty: Annotated[int, Field(ge=1, le=5)]
    source: Line
    rationale: Annotated[Prose, Field(max_length=1000)]

    @property
    def unit(self) -> str | None:
        """What a number is counted in; it belongs to the question, so it does not stay inside the key."""
        unit = self.stated_unit
        return unit if isinstance(unit, str) else None

    @property
    def stated_unit(self) -> JsonValue:
        """What stands in the place of the unit, whether it can be one or not."""
        return self.key.get("unit") if isinstance(self.key, dict) and self.kind == "numeric" else None

    @property
    def bare_key(self) -> JsonValue:
        """The key alone, as answers are scored by it."""
        if isinstance(self.key, dict) and self.kind == "numeric":
            return {part: value for part, value in self.key.items() if part != "unit"}
        return self.key

    def columns(self) -> dict[str, Any]:
        """The item as it is stored."""
        return self.model_dump(exclude={"key"}) | {"key": self.bare_key, "unit": self.unit}


class ItemsFacts(Facts):
    """Items for one framework."""

    framework_id: UUID
    items: Annotated[list[ItemFacts], Field(min_length=1, max_length=MOST_ITEMS_AT_ONCE)]


class QuestionFacts(Facts):
    """A question of the self-assessment of difficulties."""

    competence: Mark
    question: Line


class SampleFacts(Facts):
    """An item of no form, with its answer in words, for whoever wants to know what a procedure is like."""

    stem: Annotated[Prose, Field(max_length=1000)]
    options: Annotated[list[Line], Field(max_length=12)] = []
    answer: Annotated[Prose, Field(max_length=1000)]
    explanation: Annotated[Prose, Field(max_length=1000)]


class ProcedureFacts(Facts):
    """A procedure with a form (codes of items in the order they are shown) for each purpose."""

    title: Line
    organiser_id: UUID
    framework_id: UUID
    minutes: Annotated[int, Field(ge=1, le=600)]
    result_visible_to: Prose
    instructions: Prose
    forms: dict[Purpose, Annotated[list[Mark], Field(min_length=1, max_length=MOST_ITEMS_IN_FORM)]]
    difficulties: Annotated[list[QuestionFacts], Field(max_length=60)] = []
    difficulty_scale: Annotated[list[Line], Field(min_length=4, max_length=4)]
    samples: Annotated[list[SampleFacts], Field(max_length=10)] = []


@dataclass(frozen=True, slots=True)
class Known:
    """An item of the bank as a procedure sees it."""

    item_id: UUID
    competence: str


def key_of(*, kind: str, options: Any, targets: Any, key: Any) -> Key:
    """The key of a stored item; `KeyMalformed` when it contradicts the kind or the options."""
    return read_key(kind=kind, options={"left": options, "right": targets} if kind == "matching" else options, key=key)


SCORED_BY = ("kind", "options", "targets", "key")


def framework_faults(facts: FrameworkFacts) -> dict[str, str]:
    """What keeps a framework from being published, by field."""
    if twice := repeated([one.code for one in facts.competences]):
        return {"competences": f"Коды компетенций повторяются: {', '.join(sorted(twice))}."}
    return {}


def item_faults(facts: ItemsFacts, *, competences: Collection[str]) -> dict[str, str]:
    """What keeps items from entering the bank of a framework with these competences, by field."""
    faults = {}
    if twice := repeated([one.code for one in facts.items]):
        faults["items"] = f"Коды заданий повторяются: {', '.join(sorted(twice))}."
    for place, item in enumerate(facts.items):
        if sentence := item_fault(item, competences=competences):
            faults[f"items.{place}"] = f"{item.code}: {sentence}"
    return faults


def item_fault(item: ItemFacts, *, competences: Collection[str]) -> str | None:
    """Why one item can not be used, as a sentence."""
    if item.competence not in competences:
        return "такой компетенции нет в модели."
    if item.kind != "matching" and item.targets:
        return "второй столбец есть только у задания на соответствие."
    if (unit := item.stated_unit) is not None and not (isinstance(unit, str) and 0 < len(unit) <= LONGEST_UNIT and unit.isprintable()):
        return f"единица измерения — текст не длиннее {LONGEST_UNIT} знаков."
    columns = item.columns()
    try:
        key_of(**{name: columns[name] for name in SCORED_BY})
    except KeyMalformed as problem:
        return str(problem)
    if item.kind == "ordering" and item.key == [one.id for one in item.options]:
        return "элементы показаны уже в верном порядке."
    return None


def procedure_faults(facts: ProcedureFacts, *, bank: Mapping[str, Known], competences: Collection[str]) -> dict[str, str]:
    """What keeps a procedure from being published, by field; `bank` has the current items of its framework by code."""
    faults = {}
    if "entry" not in facts.forms:
        faults["forms"] = "Нужна форма входной диагностики (entry)."
    measured = {bank[code].competence for code in facts.forms.get("entry", []) if code in bank}
    for purpose, codes in facts.forms.items():
        if sentence := form_fault(codes, bank=bank, measured=measured):
            faults[f"forms.{purpose}"] = sentence
    if gone := measured - set(competences):
        faults["forms.entry"] = f"Этих компетенций больше нет в модели: {', '.join(sorted(gone))}."
    if shared := set(facts.forms.get("entry", [])) & set(facts.forms.get("exit", [])):
        faults["forms.exit"] = f"Задания входной диагностики не повторяют на выходе: {', '.join(sorted(shared))}."
    asked = [one.competence for one in facts.difficulties]
    if unknown := set(asked) - set(competences):
        faults["difficulties"] = f"Таких компетенций нет в модели: {', '.join(sorted(unknown))}."
    elif repeated(asked):
        faults["difficulties"] = "О каждой компетенции спрашивают один раз."
    return faults


def form_fault(codes: list[str], *, bank: Mapping[str, Known], measured: Collection[str]) -> str | None:
    """Why a form can not measure, as a sentence."""
    if unknown := set(codes) - bank.keys():
        return f"Таких заданий нет в банке: {', '.join(sorted(unknown))}."
    if twice := repeated(codes):
        return f"Задания повторяются: {', '.join(sorted(twice))}."
    counts = Counter(bank[code].competence for code in codes)
    if few := sorted(code for code, count in counts.items() if count < RULE.least_items):
        return f"Меньше трёх заданий о компетенциях: {', '.join(few)}; по ним нельзя сделать вывод."
    if counts.keys() != set(measured):
        return "Все формы процедуры измеряют одни и те же компетенции."
    return None
