"""When a programme may be written down, withdrawn and put away."""

from collections.abc import Collection, Mapping
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Day, Facts, Line, Prose, TermCode, Words
from shared.contracts.catalog import Approver, DocumentKind, Funding, ProgrammeKind, StudyForm
from shared.errors import DomainError, Occupied, written

ProgrammeStatus = Literal["draft", "in_review", "published", "withdrawn", "archived"]
SCALE = (0.2, 0.4, 0.6)
UNSEEN = ("draft", "in_review")
"""States in which the public does not see a programme yet."""
CLOSED = ("withdrawn", "archived")
"""States after which a programme is not changed."""


def on_scale(share: float) -> float:
    if share not in SCALE:
        raise ValueError("an expected effect is 0.2, 0.4 or 0.6")
    return share


Share = Annotated[float, AfterValidator(on_scale)]
Codes = Annotated[list[TermCode], Field(max_length=40), AfterValidator(lambda codes: sorted(set(codes)))]
DOCUMENTS: dict[str, frozenset[str]] = {
    "professional_development": frozenset({"qualification_certificate"}),
    "retraining": frozenset({"retraining_diploma"}),
    "internship": frozenset({"qualification_certificate", "study_certificate"}),
}


class ProgrammeClosed(DomainError):
    code, detail = "programme_closed", "Программа снята с публикации. Чтобы вести её снова, создайте новую."


class ProgrammeNotPublished(DomainError):
    code, detail = "programme_not_published", "Программа ещё не опубликована."


class ProgrammeOpen(DomainError):
    code, detail = "programme_open", "Сначала снимите программу с публикации."


class ProgrammeFixed(DomainError):
    """The code, kind and provider of a published programme are printed in documents."""

    code, detail = "programme_fixed", "У опубликованной программы не меняются шифр, вид и организация. Создайте новую программу."


class CodeTaken(Occupied):
    code, detail = "programme_code_taken", "Программа с таким шифром уже есть."


class Audience(Facts):
    """Whom a programme is for; an empty list admits everyone."""

    positions: Codes = []
    subjects: Codes = []
    levels: Codes = []


class Effect(Facts):
    """The expected share of a competence's deficit that the programme closes."""

    competence: TermCode
    share: Share


class Module(Facts):
    """A part of the syllabus and its hours."""

    title: Line
    hours: Annotated[int, Field(gt=0, le=3000)]
    content: Prose = ""


class Teacher(Facts):
    """A teacher as the provider publishes them."""

    name: Line
    position: Words = ""
    degree: Words = ""


def by_competence(effects: list[Effect]) -> list[Effect]:
    return sorted(effects, key=lambda effect: effect.competence)


def up_the_chain(approvals: list[Approver]) -> list[Approver]:
    return sorted(approvals, key=("school", "municipality").index)


class ProgrammeFacts(Facts):
    """A programme as its provider states it; the fee is in roubles."""

    code: Annotated[
        str,
        StringConstraints(
            pattern=written(
                r"^[А-ЯЁA-Z0-9][А-ЯЁA-Z0-9./-]{2,39}$", "Шифр — от 3 до 40 знаков: заглавные буквы, цифры, точка, дефис, дробь."
            )
        ),
    ]
    title: Line
    annotation: Prose = ""
    goal: Prose = ""
    kind: ProgrammeKind
    hours: Annotated[int, Field(gt=0, le=3000, strict=True)]
    form: StudyForm
    distance_share: Annotated[float, Field(ge=0, le=1, strict=True)]
    audience: Audience = Audience()
    prerequisites: Annotated[list[UUID], Field(max_length=10), AfterValidator(sorted)] = []
    effects: Annotated[list[Effect], Field(max_length=12), AfterValidator(by_competence)] = []
    outline: Annotated[list[Module], Field(max_length=40)] = []
    teachers: Annotated[list[Teacher], Field(max_length=30)] = []
    register_number: Annotated[
        str | None,
        StringConstraints(
            pattern=written(
                r"^[0-9A-ZА-ЯЁ][0-9A-ZА-ЯЁ./-]{2,39}$", "Номер — от 3 до 40 знаков: заглавные буквы, цифры, точка, дефис, дробь."
            )
        ),
    ] = None
    register_until: Day | None = None
    files: Annotated[list[UUID], Field(max_length=3)] = []
    provider_id: UUID
    funding: Funding
    fee: Annotated[int, Field(ge=0, le=10_000_000, strict=True)] = 0
    document_kind: DocumentKind
    approvals: Annotated[list[Approver], Field(max_length=2), AfterValidator(up_the_chain)] = []


def programme_faults(facts: ProgrammeFacts, *, minimum: int | None) -> dict[str, str]:
    """What is wrong with the facts, by field; `minimum` is the fewest hours that the law allows this kind today."""
    faults = {}
    if minimum is not None and facts.hours < minimum:
        faults["hours"] = f"По закону объём программы этого вида — не меньше {minimum} часов."
    if not distance_fits(form=facts.form, share=facts.distance_share):
        faults["distance_share"] = "Доля дистанционных занятий: 0 для очной формы, 1 для дистанционной, между ними для очно-заочной."
    if facts.funding == "paid" and not facts.fee:
        faults["fee"] = "Укажите стоимость платной программы."
    if facts.fee and facts.funding != "paid":
        faults["fee"] = "Стоимость указывают только у платных программ."
    if facts.document_kind not in DOCUMENTS[facts.kind]:
        faults["document_kind"] = "По программе этого вида такой документ не выдают."
    if facts.outline and sum(module.hours for module in facts.outline) != facts.hours:
        faults["outline"] = "Сумма часов разделов не равна объёму программы."
    competences = [effect.competence for effect in facts.effects]
    if len(competences) != len(set(competences)):
        faults["effects"] = "Каждая компетенция указывается один раз."
    if (facts.register_number is None) != (facts.register_until is None):
        missing = "register_number" if facts.register_number is None else "register_until"
        faults[missing] = "Номер в федеральном реестре указывается вместе со сроком."
    for field, values in (("prerequisites", facts.prerequisites), ("approvals", facts.approvals), ("files", facts.files)):
        if len(values) != len(set(values)):
            faults[field] = "Значения не должны повторяться."
    return faults


def distance_fits(*, form: str, share: float) -> bool:
    """Whether the share of distance lessons is what the form of study says."""
    return {"full_time": share == 0, "distance": share == 1}.get(form, 0 < share < 1)


def audience_faults(audience: Audience, *, known: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Codes of the audience that no dictionary knows today, by field."""
    stated = {"positions": audience.positions, "subjects": audience.subjects, "levels": audience.levels}
    return {
        f"audience.{field}": f"Нет в справочнике: {', '.join(unknown)}."
        for field, codes in stated.items()
        if (unknown := sorted(set(codes) - set(known[field])))
    }


def readiness_faults(facts: ProgrammeFacts, *, competences: Collection[str]) -> dict[str, str]:
    """What a programme still lacks to be published; `competences` is the framework in force, empty while none was heard of."""
    faults = {}
    if len(facts.annotation) < 40:
        faults["annotation"] = "Расскажите о программе хотя бы двумя предложениями."
    if not facts.effects:
        faults["effects"] = "Укажите, какие компетенции развивает программа."
    elif competences and (unknown := sorted({effect.competence for effect in facts.effects} - set(competences))):
        faults["effects"] = f"Нет в действующей рамке компетенций: {', '.join(unknown)}."
    return faults


def may_change(*, status: str, fixed_changed: bool) -> None:
    """Refuse to change a withdrawn programme, or the fixed facts of a published one."""
    if status in CLOSED:
        raise ProgrammeClosed()
    if status == "published" and fixed_changed:
        raise ProgrammeFixed()


def may_withdraw(*, status: str) -> None:
    """Refuse to withdraw what was never published."""
    if status in UNSEEN:
        raise ProgrammeNotPublished("Черновик не опубликован: снимать нечего.")


def may_archive(*, status: str) -> None:
    """Refuse to put away what was not withdrawn."""
    if status not in CLOSED:
        raise ProgrammeOpen()
