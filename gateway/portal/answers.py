"""Answers to items: from the fields of a plain form to what assessment takes, and back into the form."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

Item = Mapping[str, Any]
EMPTY: dict[str, Any] = {"choice": "", "multiple": [], "matching": {}, "ordering": [], "numeric": ""}
"""«Не знаю» by kind."""
ASKS = {
    "choice": "выберите один ответ",
    "multiple": "выберите все верные ответы",
    "matching": "подберите пару к каждой строке",
    "ordering": "расставьте по порядку",
    "numeric": "впишите число",
}


class Incomplete(ValueError):
    """What still has to be filled in, as a sentence."""


def answer_of(item: Item, form: FormData) -> Any:
    """The answer in a form; raises `Incomplete` when the form is not filled in."""
    kind, ids = item["kind"], [option["id"] for option in item["options"]]
    if kind == "choice":
        if not (chosen := str(form.get("a", ""))):
            raise Incomplete("Выберите ответ или нажмите «Не знаю»")
        return chosen
    if kind == "multiple":
        if not (several := [str(one) for one in form.getlist("a")]):
            raise Incomplete("Отметьте хотя бы один ответ или нажмите «Не знаю»")
        return several
    if kind == "numeric":
        if not (number := str(form.get("a", "")).strip()):
            raise Incomplete("Впишите число или нажмите «Не знаю»")
        return number[:100]
    if kind == "matching":
        pairs = {one: str(form.get(f"m-{one}", "")) for one in ids}
        if not all(pairs.values()):
            raise Incomplete("Выберите пару для каждой строки")
        return pairs
    places = {one: str(form.get(f"p-{one}", "")) for one in ids}
    if sorted(places.values()) != sorted(str(place) for place in range(1, len(ids) + 1)):
        raise Incomplete("У каждой строки должно быть своё место: номера не повторяются")
    return sorted(ids, key=lambda one: int(places[one]))


def typed_of(item: Item, form: FormData) -> Any:
    """What was put into a form that is not complete, in the shape of an answer."""
    kind, ids = item["kind"], [option["id"] for option in item["options"]]
    if kind == "matching":
        return {one: str(form.get(f"m-{one}", "")) for one in ids}
    if kind == "ordering":
        return {one: str(form.get(f"p-{one}", "")) for one in ids}
    return [str(one) for one in form.getlist("a")] if kind == "multiple" else str(form.get("a", ""))


def places_of(item: Item, answer: Any) -> dict[str, str]:
    """The place of each option: as answered or typed, else as shown."""
    if isinstance(answer, Mapping):
        return {str(key): str(value) for key, value in answer.items()}
    ids = [option["id"] for option in item["options"]]
    ordered = answer if isinstance(answer, list) and sorted(answer) == sorted(ids) else ids
    return {one: str(place) for place, one in enumerate(ordered, 1)}
