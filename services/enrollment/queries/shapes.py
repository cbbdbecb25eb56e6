"""The shapes that lists and cards share."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.enrollment.rules import words
from services.enrollment.rules.moves import REASONED
from services.enrollment.rules.notices import Notice


class Shown(BaseModel):
    """What an answer is made of."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class ProgrammeShown(Shown):
    """A programme as an application names it."""

    id: UUID
    code: str
    title: str
    kind: str
    hours: int
    form: str
    funding: str


class GroupShown(Shown):
    """A group as an application names it."""

    id: UUID
    starts: date
    ends: date
    enrolment_closes: date
    form: str
    oktmo: str | None
    place: str | None


class WorkplaceShown(Shown):
    """The school whose head approves."""

    id: UUID
    short_name: str | None
    oktmo: str


class LearnerShown(Shown):
    """A learner without a name; the gateway adds it."""

    person_id: UUID
    position: str | None
    subjects: list[str]


class PersonInRole(Shown):
    """Someone who may act for the holder."""

    person_id: UUID
    deputy: bool


class HolderShown(Shown):
    """Who has to act now; `words` say it to people, `people` are those whom a grant lets act today."""

    role: str
    scope: str | None
    words: str
    people: list[PersonInRole] = []


class ActionShown(Shown):
    """An action that is open to the caller, with the words of its button."""

    action: str
    label: str
    needs_reason: bool


class NoticeShown(Shown):
    """What the people who decide should know."""

    code: str
    text: str
    fields: tuple[str, ...] = ()


class StepShown(Shown):
    """One step of the history."""

    revision: int
    action: str
    words: str
    from_status: str | None
    to_status: str
    state: str
    actor_role: str
    actor_words: str
    reason: str | None
    reason_words: str | None
    remark: str | None
    holder_role: str
    holder_words: str
    due: date | None
    order_number: str | None
    at: datetime


class OrderShown(Shown):
    """The order behind an enrolment."""

    id: UUID
    number: str
    dated: date


def action_shown(action: str) -> ActionShown:
    return ActionShown(action=action, label=words.ACTIONS[action], needs_reason=action in REASONED)


def notices_shown(*notices: list[Notice]) -> list[NoticeShown]:
    return [NoticeShown(code=one.code, text=one.text, fields=one.fields) for some in notices for one in some]
