"""Assessment's procedures as everybody finds them, and whatever else is found by the titles of competences."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalog.commands import events, notices
from services.catalog.commands.findable import make_findable
from services.catalog.commands.organisers import themes_of
from services.catalog.tables import Gathering, Notice, Procedure


async def show_procedure(session: AsyncSession, procedure: Procedure) -> None:
    """Let a procedure be found."""
    themes = f"процедура оценки диагностика {await themes_of(session, procedure.competences)}"
    await make_findable(session, "procedure", procedure.id, title=procedure.title, summary=procedure.result_visible_to, themes=themes)


async def show_again(session: AsyncSession, competences: Collection[str]) -> None:
    """Let what names these competences be found by the titles that they have now, whichever was heard of first."""

    def named_in(codes: Any) -> ColumnElement[bool]:
        said: ColumnElement[bool] = codes.bool_op("&&")(cast(list(competences), ARRAY(Text)))
        return said

    for procedure in await session.scalars(select(Procedure).where(named_in(col(Procedure.competences)))):
        await show_procedure(session, procedure)
    announced = (col(Gathering.status) == "published") & named_in(col(Gathering.competences))
    for event in await session.scalars(select(Gathering).where(announced)):
        await events.show(session, event)
    published = (col(Notice.status) == "published") & named_in(col(Notice.competences))
    for notice in await session.scalars(select(Notice).where(published)):
        await notices.show(session, notice)
