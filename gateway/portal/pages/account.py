"""A person and what is known of them: the first consents, later ones, and their own data."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from gateway.client import Refused, optional
from gateway.portal.page import At, Page, View
from gateway.portal.refused import Told, told
from gateway.rules import safe_return

router = APIRouter(route_class=Page)
PURPOSES = ("training", "assessment", "notifications", "publication")
WITHOUT = {
    "training": "Без него нельзя подавать заявки. Данные о вас будут удалены, кроме тех, что закон велит хранить после зачисления.",
    "assessment": "Без него нельзя пройти диагностику. Результаты останутся до удаления данных.",
    "notifications": "Писем больше не будет, адрес почты удалим. Уведомления в кабинете останутся.",
    "publication": "Имя не будет появляться в открытых списках.",
}
ALLOWS = {
    "training": "С ним вы сможете подавать заявки на программы и учиться.",
    "assessment": "С ним вы сможете проходить диагностику и видеть свои результаты.",
    "notifications": "С ним мы сможем присылать письма о заявках, местах и сроках. Уведомления в кабинете будут и без него.",
    "publication": "С ним ваше имя можно будет называть в открытых списках.",
}
LABELS = {"organisation_id": "Место работы", "position": "Должность", "consents": "Согласия"}


@router.get("/sign-in/systems")
async def choose_system(view: At, return_to: str = "") -> Response:
    """Which system somebody signs in with, where there are several."""
    systems = list(view.gate.issuers.by_key.values())
    return await view.show("sign_in.html", title="Через какую систему вы входите?", systems=systems, return_to=safe_return(return_to))


@router.get("/consents")
async def first_consents(view: At, return_to: str = "", find: str = "") -> Response:
    """Consent and say where you work, before anything is stored."""
    frame = await view.signed_in()
    if frame.registered:
        return view.go("/cabinet/consents")
    return await registration(view, {"return_to": safe_return(return_to), "find": find})


@router.post("/consents")
async def register(view: At) -> Response:
    await view.signed_in()
    form = await view.form()
    typed = typed_of(form)
    if "search" in form:
        return await registration(view, typed)
    texts = {text["purpose"]: text for text in await view.ask.get("/consents/texts")}
    body = {
        "consents": [{"purpose": purpose, "text_version": texts[purpose]["version"]} for purpose in typed["consents"] if purpose in texts],
        "organisation_id": typed["organisation_id"] or None,
        "position": typed["position"] or None,
        "subjects": typed["subjects"],
        "levels": typed["levels"],
    }
    errors = {}
    if not {"training", "assessment"} & set(typed["consents"]):
        errors["consents"] = "Отметьте согласие на обучение или на диагностику: без них нам нельзя ничего хранить."
    if not body["organisation_id"]:
        errors["organisation_id"] = "Найдите и отметьте свою организацию"
    if not body["position"]:
        errors["position"] = "Выберите должность"
    if errors:
        return await registration(view, typed, Told(errors), status=422)
    try:
        await view.ask.post("/me/registration", body)
    except Refused as refused:
        return await registration(view, typed, told(refused), status=refused.status)
    back = safe_return(typed["return_to"])
    return view.go(back if back not in ("/", "/enter", "/consents") else "/cabinet", "registered")


def typed_of(form: FormData) -> dict[str, Any]:
    one = {name: str(form.get(name, ""))[:200] for name in ("organisation_id", "position", "find", "return_to")}
    many = {name: [str(value) for value in form.getlist(name)][:20] for name in ("subjects", "levels", "consents")}
    return one | many


async def registration(view: View, typed: Mapping[str, Any], said: Told | None = None, status: int = 200) -> Response:
    texts, dictionaries, found = await asyncio.gather(
        view.ask.get("/consents/texts"),
        view.ask.get("/dictionaries"),
        workplaces(view, typed.get("find", ""), typed.get("organisation_id")),
    )
    texts.sort(key=lambda text: PURPOSES.index(text["purpose"]))
    return await view.show(
        "register.html",
        status=status,
        title="Согласия и регистрация",
        texts=texts,
        terms=terms_of(dictionaries),
        found=found,
        typed=typed,
        said=said or Told(),
        labels=LABELS,
        allows=ALLOWS,
    )


async def workplaces(view: View, find: str, chosen: str | None) -> list[dict[str, Any]]:
    """Organisations to choose from: those found by a part of the name, and the one chosen before."""
    listed, one = await asyncio.gather(
        optional(view.ask.get("/organisations", q=find, status="active", limit=12)) if find.strip() else optional(nobody()),
        optional(view.ask.get(f"/organisations/{chosen}")) if chosen else optional(nobody()),
    )
    found = list(listed["items"]) if listed else []
    return ([one] if one and one["id"] not in {each["id"] for each in found} else []) + found


async def nobody() -> None:
    return None


def terms_of(dictionaries: Mapping[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Codes with titles of the dictionaries in force, as lists to choose from."""
    return {
        name: [(term["code"], term["title"]) for term in terms if term["in_force"]]
        for name, terms in dictionaries["terms"].items()
        if name in ("position", "subject", "level")
    }


@router.get("/cabinet/consents")
async def consents(view: At) -> Response:
    """Each consent with its text: given, withdrawn, or still to be given."""
    await view.learner()
    return await consent_list(view, Told())


async def consent_list(view: View, said: Told, status: int = 200) -> Response:
    texts, given = await asyncio.gather(view.ask.get("/consents/texts"), view.ask.get("/me/consents"))
    texts.sort(key=lambda text: PURPOSES.index(text["purpose"]))
    standing = {one["purpose"]: one for one in given if not one["withdrawn_at"]}
    before = [one for one in given if one["withdrawn_at"]]
    return await view.show(
        "consents.html",
        status=status,
        section="teacher",
        title="Согласия",
        texts=texts,
        standing=standing,
        before=before,
        without=WITHOUT,
        allows=ALLOWS,
        said=said,
    )


@router.post("/cabinet/consents/{purpose}")
async def give_consent(view: At, purpose: str) -> Response:
    await view.learner()
    form = await view.form()
    version = str(form.get("version", ""))
    try:
        await view.ask.post("/me/consents", {"purpose": purpose, "text_version": int(version) if version.isdecimal() else 0})
    except Refused as refused:
        return await consent_list(view, told(refused), refused.status)
    return view.go("/cabinet/consents", "consent_given")


@router.post("/cabinet/consents/{purpose}/withdrawal")
async def withdraw_consent(view: At, purpose: str) -> Response:
    await view.learner()
    try:
        answer = await view.ask.delete(f"/me/consents/{purpose}")
    except Refused as refused:
        return await consent_list(view, told(refused), refused.status)
    return view.go("/", "erasing") if answer["erase"] else view.go("/cabinet/consents", "consent_withdrawn")


OWN = (
    "organisation_id",
    "position",
    "hours_norm",
    "trained_elsewhere_on",
    "birth_date",
    "gender",
    "snils",
    "citizenship",
    "education_level",
    "diploma_family_name",
    "diploma_series",
    "diploma_number",
)
OWN_LABELS = {
    "organisation_id": "Место работы",
    "position": "Должность",
    "hours_norm": "Учебная нагрузка",
    "birth_date": "Дата рождения",
    "snils": "СНИЛС",
    "diploma_family_name": "Фамилия в дипломе",
    "diploma_series": "Серия диплома",
    "diploma_number": "Номер диплома",
    "trained_elsewhere_on": "Последнее обучение",
}


@router.get("/cabinet/about")
async def about_me(view: At, find: str = "") -> Response:
    """What a person keeps about themselves."""
    await view.learner()
    profile = await view.ask.get("/me/profile")
    return await about(view, profile, {**profile, "find": find})


@router.post("/cabinet/about")
async def change_about_me(view: At) -> Response:
    await view.learner()
    form = await view.form()
    profile = await view.ask.get("/me/profile")
    typed: dict[str, Any] = {name: str(form.get(name, ""))[:200].strip() for name in (*OWN, "find")}
    typed |= {name: [str(value) for value in form.getlist(name)][:20] for name in ("subjects", "levels")}
    if "search" in form:
        return await about(view, profile, typed)
    body: dict[str, Any] = {name: typed[name] or None for name in OWN} | {"subjects": typed["subjects"], "levels": typed["levels"]}
    if typed["hours_norm"].isdecimal():
        body["hours_norm"] = int(typed["hours_norm"])
    try:
        await view.ask.put("/me/profile", body)
    except Refused as refused:
        return await about(view, profile, typed, told(refused), refused.status)
    return view.go("/cabinet/about", "profile_saved")


async def about(view: View, profile: Mapping[str, Any], typed: Mapping[str, Any], said: Told | None = None, status: int = 200) -> Response:
    dictionaries, found = await asyncio.gather(
        view.ask.get("/dictionaries"), workplaces(view, typed.get("find", ""), typed.get("organisation_id"))
    )
    return await view.show(
        "about.html",
        status=status,
        section="teacher",
        title="Мои данные",
        profile=profile,
        typed=typed,
        terms=terms_of(dictionaries),
        found=found,
        said=said or Told(),
        labels=OWN_LABELS,
    )
