"""What an organisation publishes besides programmes: the forms of events, news and notices, and what each form asks of the API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from gateway.portal.words import as_moment
from shared.clock import REGION

Typed = dict[str, Any]
SPARE_ROWS, MOST_ROWS = 3, 60


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of publication: its address in the API, its words, its fields, and how the form becomes facts."""

    key: str
    api: str
    title: str
    new: str
    fields: Mapping[str, str]
    publish: str
    end: str
    owner: str
    facts: Callable[[Typed], tuple[dict[str, Any], dict[str, str]]]
    published: str
    ended: str
    card: str


def typed_in(kind: Kind, form: FormData) -> Typed:
    """What somebody has typed, as they typed it."""
    typed: Typed = {name: str(form.get(name, ""))[:20_000].strip().replace("\r\n", "\n") for name in kind.fields}
    if "competences" in kind.fields:
        typed["competences"] = [str(one) for one in form.getlist("competences")][:40]
    if "agenda" in kind.fields:
        columns = [[str(one).strip()[:300] for one in form.getlist(f"agenda_{name}")] for name in ("time", "title", "speaker")]
        rows = [dict(zip(("time", "title", "speaker"), row, strict=True)) for row in zip(*columns, strict=False)]
        typed["agenda"] = [row for row in rows if any(row.values())][:MOST_ROWS]
    return typed


def typed_of(kind: Kind, card: Mapping[str, Any]) -> Typed:
    """A card of the API as its form shows it."""
    owner = kind.owner.removesuffix("_id")
    typed: Typed = {name: "" if card.get(name) is None else str(card.get(name, "")) for name in kind.fields}
    typed[kind.owner] = str(card[owner]["id"])
    for name in ("starts", "ends"):
        if typed.get(name):
            typed[name] = f"{as_moment(typed[name]):%Y-%m-%dT%H:%M}"
    if "kind" in card:
        typed["kind"] = card["kind"]["code"]
    if "competences" in kind.fields:
        typed["competences"] = [one["code"] for one in card["competences"]]
    if "agenda" in kind.fields:
        typed["agenda"] = [dict(one) for one in card["agenda"]]
    return typed


def blank(kind: Kind, owner: str) -> Typed:
    typed: Typed = dict.fromkeys(kind.fields, "") | {kind.owner: owner}
    return typed | {name: [] for name in ("competences", "agenda") if name in kind.fields}


def missing(typed: Typed, needed: Iterable[str]) -> dict[str, str]:
    return {name: "Заполните это поле." for name in needed if not typed[name]}


def number_in(typed: Typed, name: str, errors: dict[str, str]) -> int | None:
    """A whole number; whatever else was typed is an error."""
    if not typed[name]:
        return None
    if typed[name].isdecimal() and len(typed[name]) < 7:
        return int(typed[name])
    errors[name] = "Впишите целое число."
    return None


def moment_in(typed: Typed, name: str, errors: dict[str, str]) -> str | None:
    """A moment on the region's clock."""
    try:
        return datetime.fromisoformat(typed[name]).replace(tzinfo=REGION).isoformat()
    except ValueError:
        errors[name] = "Укажите день и время."
        return None


def event_facts(typed: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    errors = missing(typed, ("organiser_id", "kind", "title"))
    facts = {name: typed[name] or None for name in ("organiser_id", "kind", "title", "oktmo", "place", "link")}
    facts |= {"annotation": typed["annotation"], "competences": typed["competences"], "agenda": typed["agenda"]}
    facts |= {name: moment_in(typed, name, errors) for name in ("starts", "ends")}
    return facts | {"capacity_asked": number_in(typed, "capacity_asked", errors)}, errors


def news_facts(typed: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    return {name: typed[name] for name in ("organisation_id", "title", "lead", "body")}, missing(typed, ("organisation_id", "title"))


def notice_facts(typed: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    needed = ("organiser_id", "title", "measures", "minutes", "result_visible_to", "opens", "closes", "registration")
    errors = missing(typed, needed)
    facts = {name: typed[name] or None for name in (*needed, "procedure_id", "link")} | {"competences": typed["competences"]}
    return facts | {"minutes": number_in(typed, "minutes", errors)}, errors


KINDS = {
    "events": Kind(
        key="events",
        api="/events",
        title="Мероприятия",
        new="Новое мероприятие",
        fields={
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
        publish="publication",
        end="cancellation",
        owner="organiser_id",
        facts=event_facts,
        published="event_published",
        ended="event_cancelled",
        card="/events",
    ),
    "news": Kind(
        key="news",
        api="/news",
        title="Новости",
        new="Новая новость",
        fields={"organisation_id": "От чьего имени", "title": "Заголовок", "lead": "Главное", "body": "Текст"},
        publish="submission",
        end="withdrawal",
        owner="organisation_id",
        facts=news_facts,
        published="news_submitted",
        ended="news_withdrawn",
        card="/news",
    ),
    "notices": Kind(
        key="notices",
        api="/notices",
        title="Процедуры оценки",
        new="Новое объявление о процедуре оценки",
        fields={
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
        publish="publication",
        end="cancellation",
        owner="organiser_id",
        facts=notice_facts,
        published="notice_published",
        ended="notice_cancelled",
        card="/procedures",
    ),
}
