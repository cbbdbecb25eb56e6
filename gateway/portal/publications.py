"""What an organisation publishes besides programmes: the forms of events, news and notices, and what each form asks of the API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.portal.fields import Fields, Parts, Rows, as_fields, one
from gateway.portal.words import as_moment
from shared.clock import REGION

AGENDA = Rows("agenda", ("time", "title", "speaker"), least=3, most=60)
Facts = tuple[dict[str, Any], dict[str, str]]
"""The facts for the API, and what can not even be sent to it, by field."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of publication: what the API calls all of them and one, its words, its fields, and how the form becomes facts.

    `owner` is the field of the organisation in whose name it is said; `publish` and `end` are what the API calls either step,
    with the word for its having been taken; `card` is where everybody reads it.
    """

    key: str
    single: str
    title: str
    new: str
    labels: Mapping[str, str]
    facts: Callable[[Fields], Facts]
    card: str
    owner: str = "organiser_id"
    publish: tuple[str, str] = ("publication", "published")
    end: tuple[str, str] = ("cancellation", "cancelled")

    @property
    def api(self) -> str:
        return f"/{self.key}"

    @property
    def parts(self) -> Parts:
        """What two editors may differ in; why something changes is for each of them to say."""
        return {name: AGENDA if name == "agenda" else name for name in self.labels if name != "reason"}


def fields_of(kind: Kind, card: Mapping[str, Any]) -> dict[str, list[str]]:
    """A card of the API as the fields of its form."""
    moments = {name: f"{as_moment(card[name]):%Y-%m-%dT%H:%M}" for name in ("starts", "ends") if name in kind.labels}
    owner = card[kind.owner.removesuffix("_id")]["id"]
    stated = {name: card.get(name) for name in kind.labels if name not in ("agenda", "reason")}
    return as_fields(stated | moments | {kind.owner: owner}) | AGENDA.fields(card.get("agenda", ()))


def missing(fields: Fields, needed: Iterable[str]) -> dict[str, str]:
    return {name: "Заполните это поле." for name in needed if not one(fields, name)}


def number_in(fields: Fields, name: str, errors: dict[str, str]) -> int | None:
    """A whole number; whatever else was typed is an error."""
    if not (typed := one(fields, name)):
        return None
    if typed.isdecimal() and len(typed) < 7:
        return int(typed)
    errors[name] = "Впишите целое число."
    return None


def moment_in(fields: Fields, name: str, errors: dict[str, str]) -> str | None:
    """A moment on the region's clock."""
    try:
        return datetime.fromisoformat(one(fields, name)).replace(tzinfo=REGION).isoformat()
    except ValueError:
        errors[name] = "Укажите день и время."
        return None


def event_facts(fields: Fields) -> Facts:
    errors = missing(fields, ("organiser_id", "kind", "title"))
    facts: dict[str, Any] = {name: one(fields, name) or None for name in ("organiser_id", "kind", "title", "oktmo", "place", "link")}
    facts |= {"annotation": one(fields, "annotation"), "competences": fields.get("competences", []), "agenda": AGENDA.filled(fields)}
    facts |= {name: moment_in(fields, name, errors) for name in ("starts", "ends")}
    return facts | {"capacity_asked": number_in(fields, "capacity_asked", errors)}, errors


def news_facts(fields: Fields) -> Facts:
    facts = {name: one(fields, name) for name in ("organisation_id", "title", "lead", "body")}
    return facts, missing(fields, ("organisation_id", "title"))


def notice_facts(fields: Fields) -> Facts:
    needed = ("organiser_id", "title", "measures", "minutes", "result_visible_to", "opens", "closes", "registration")
    errors = missing(fields, needed)
    facts: dict[str, Any] = {name: one(fields, name) or None for name in (*needed, "procedure_id", "link")}
    return facts | {"competences": fields.get("competences", []), "minutes": number_in(fields, "minutes", errors)}, errors


EVENTS = Kind(
    key="events",
    single="event",
    title="Мероприятия",
    new="Новое мероприятие",
    labels={
        "organiser_id": "Кто проводит",
        "kind": "Вид",
        "title": "Название",
        "annotation": "О чём и для кого",
        "starts": "Начало",
        "ends": "Конец",
        "oktmo": "Муниципалитет",
        "place": "Место",
        "link": "Ссылка",
        "capacity_asked": "Мест",
        "competences": "Компетенции",
        "agenda": "Программа",
        "reason": "Причина изменения",
    },
    facts=event_facts,
    card="/events",
)
NEWS = Kind(
    key="news",
    single="news",
    title="Новости",
    new="Новая новость",
    labels={"organisation_id": "От чьего имени", "title": "Заголовок", "lead": "Главное", "body": "Текст"},
    facts=news_facts,
    card="/news",
    owner="organisation_id",
    publish=("submission", "submitted"),
    end=("withdrawal", "withdrawn"),
)
NOTICES = Kind(
    key="notices",
    single="notice",
    title="Процедуры оценки",
    new="Новое объявление о процедуре оценки",
    labels={
        "organiser_id": "Кто проводит",
        "procedure_id": "Диагностика на портале",
        "title": "Название",
        "measures": "Что измеряется",
        "competences": "Компетенции",
        "minutes": "Сколько минут",
        "result_visible_to": "Кто видит результат",
        "opens": "Первый день",
        "closes": "Последний день",
        "registration": "Как записаться",
        "link": "Ссылка",
    },
    facts=notice_facts,
    card="/procedures",
)
KINDS = {kind.key: kind for kind in (EVENTS, NEWS, NOTICES)}
