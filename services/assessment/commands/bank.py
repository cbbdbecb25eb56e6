"""Frameworks, items and procedures enter the bank; what was used stays as it was used."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.assessment.rules import bank as rules
from services.assessment.tables import Competence, FormItem, Framework, Item, Procedure, Question
from shared.access import Caller
from shared.contracts import assessment as said
from shared.errors import Invalid, NotFound, demand_none
from shared.messaging.outbox import emit

Standing = Literal["added", "replaced", "unchanged"]


async def publish_framework(session: AsyncSession, facts: rules.FrameworkFacts, *, framework_id: UUID | None, now: datetime) -> UUID:
    """Publish a framework, or the next version of a known one; return its id."""
    demand_none(rules.framework_faults(facts))
    version = 1 if framework_id is None else (await newest_framework(session, framework_id)).version + 1
    framework = Framework(framework_id=framework_id or uuid4(), version=version, title=facts.title, published_at=now)
    session.add(framework)
    await session.flush()
    for position, one in enumerate(facts.competences, 1):
        stated = one.model_dump(exclude={"group"}) | {"section": one.group, "position": position}
        session.add(Competence(framework_id=framework.framework_id, version=version, **stated))
    event = said.FrameworkPublished.model_validate({"framework_id": framework.framework_id, "version": version, **facts.model_dump()})
    await emit(session, event, subject=framework.framework_id, revision=version)
    return framework.framework_id


async def newest_framework(session: AsyncSession, framework_id: UUID) -> Framework:
    """The version in force, held so that nobody publishes another one or adds items meanwhile."""
    newest = select(Framework).where(col(Framework.framework_id) == framework_id).order_by(col(Framework.version).desc()).limit(1)
    if (framework := (await session.scalars(newest.with_for_update())).first()) is None:
        raise NotFound("Такой модели компетенций нет.")
    return framework


async def competences_of(session: AsyncSession, framework: Framework) -> list[str]:
    """The codes of a framework's competences in their order."""
    own = (col(Competence.framework_id) == framework.framework_id, col(Competence.version) == framework.version)
    return list(await session.scalars(select(col(Competence.code)).where(*own).order_by(col(Competence.position))))


async def add_items(session: AsyncSession, facts: rules.ItemsFacts, *, now: datetime) -> list[dict[str, Any]]:
    """Add items to the bank; one that differs from the current item of its code replaces it for forms published later."""
    framework = await newest_framework(session, facts.framework_id)
    demand_none(rules.item_faults(facts, competences=await competences_of(session, framework)))
    known = await current_items(session, facts.framework_id, [one.code for one in facts.items])
    told = []
    for one in facts.items:
        columns = one.columns()
        top = rules.key_of(**{name: columns[name] for name in rules.SCORED_BY}).top
        earlier, standing, revision = known.get(one.code), "added", 1
        if earlier is not None:
            if all(getattr(earlier, name) == value for name, value in columns.items()):
                told.append({"item_id": earlier.item_id, "code": one.code, "revision": earlier.revision, "standing": "unchanged"})
                continue
            standing, revision, earlier.current = "replaced", earlier.revision + 1, False
            await session.flush()
        item = Item(framework_id=facts.framework_id, revision=revision, current=True, top=top, added_at=now, **columns)
        session.add(item)
        told.append({"item_id": item.item_id, "code": one.code, "revision": revision, "standing": standing})
    return told


async def current_items(session: AsyncSession, framework_id: UUID, codes: list[str]) -> dict[str, Item]:
    """The current items of these codes."""
    wanted = select(Item).where(col(Item.framework_id) == framework_id, col(Item.current), col(Item.code).in_(codes))
    return {item.code: item for item in await session.scalars(wanted)}


async def publish_procedure(
    session: AsyncSession, facts: rules.ProcedureFacts, *, procedure_id: UUID | None, caller: Caller, now: datetime
) -> UUID:
    """Publish a procedure, or the next revision of a known one; attempts already started keep their items. Return its id."""
    known = None if procedure_id is None else await procedure_in_reach(session, procedure_id, caller=caller)
    if known and known.framework_id != facts.framework_id:
        raise Invalid("framework_id", "У опубликованной процедуры модель компетенций не меняется.")
    framework = await newest_framework(session, facts.framework_id)
    competences = await competences_of(session, framework)
    items = await current_items(session, facts.framework_id, [code for codes in facts.forms.values() for code in codes])
    bank = {code: rules.Known(item.item_id, item.competence) for code, item in items.items()}
    demand_none(rules.procedure_faults(facts, bank=bank, competences=competences))
    await demand_apart(session, facts)
    procedure = known or Procedure(revision=0, framework_version=framework.version, published_at=now, **facts.model_dump(exclude=APART))
    for name, value in facts.model_dump(exclude=APART).items():
        setattr(procedure, name, value)
    procedure.revision, procedure.framework_version, procedure.published_at = procedure.revision + 1, framework.version, now
    session.add(procedure)
    await session.flush()
    await fill_forms(session, procedure.procedure_id, facts, bank=bank)
    measured = {bank[code].competence for code in facts.forms["entry"]}
    event = said.ProcedurePublished(
        procedure_id=procedure.procedure_id,
        title=procedure.title,
        organiser_id=procedure.organiser_id,
        framework_id=procedure.framework_id,
        competences=[code for code in competences if code in measured],
        minutes=procedure.minutes,
        result_visible_to=procedure.result_visible_to,
    )
    await emit(session, event, subject=procedure.procedure_id, revision=procedure.revision)
    return procedure.procedure_id


APART = {"forms", "difficulties"}


async def demand_apart(session: AsyncSession, facts: rules.ProcedureFacts) -> None:
    """Refuse samples that are items of the bank: their answers would be known beforehand."""
    stems = [one.stem for one in facts.samples]
    if stems and await session.scalar(
        select(col(Item.item_id)).where(col(Item.framework_id) == facts.framework_id, col(Item.stem).in_(stems)).limit(1)
    ):
        raise Invalid("samples", "Пример взят из банка заданий: его ответ узнают до диагностики.")


async def procedure_in_reach(session: AsyncSession, procedure_id: UUID, *, caller: Caller) -> Procedure:
    """A procedure that the caller may change, held until the end."""
    procedure = await session.scalar(select(Procedure).where(col(Procedure.procedure_id) == procedure_id).with_for_update())
    if procedure is None or not caller.reaches(procedure=procedure_id):
        raise NotFound("Такой процедуры нет.")
    return procedure


async def fill_forms(session: AsyncSession, procedure_id: UUID, facts: rules.ProcedureFacts, *, bank: dict[str, rules.Known]) -> None:
    """Replace the forms and the questions of a procedure."""
    await session.execute(delete(FormItem).where(col(FormItem.procedure_id) == procedure_id))
    await session.execute(delete(Question).where(col(Question.procedure_id) == procedure_id))
    for purpose, codes in facts.forms.items():
        places = enumerate(codes, 1)
        session.add_all(
            FormItem(procedure_id=procedure_id, purpose=purpose, position=place, item_id=bank[code].item_id) for place, code in places
        )
    session.add_all(Question(procedure_id=procedure_id, **one.model_dump()) for one in facts.difficulties)
