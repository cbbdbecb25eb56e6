"""Items stored as JSON {kind, options, key} become keys that can score answers."""

from collections.abc import Callable
from typing import Any

from .categories import AnswerMalformed, Choice, Key, Matching, Multiple, Numeric, Ordering, all_texts, different_options, number


class KeyMalformed(ValueError):
    """The item cannot be scored: its options or its key contradict its kind; the text is a sentence for people."""

    code = "key_malformed"


def read_key(*, kind: str, options: Any, key: Any) -> Key:
    """The key of an item stored as JSON; KeyMalformed when it cannot be scored.

    choice    options [{"id": …}, …]                          key "id"
    multiple  options [{"id": …}, …]                          key ["id", …]
    matching  options {"left": [{"id": …}], "right": [{"id": …}]}  key {"left id": "right id", …}
    ordering  options [{"id": …}, …]                          key ["id", …] in the right order
    numeric   options are not read                            key {"value": 1.5, "tolerance": 0.1, "wide": 0.5 or absent}
    """
    try:
        return _READERS[kind](options, key)
    except AnswerMalformed as problem:
        raise KeyMalformed(str(problem)) from problem
    except (KeyError, TypeError, AttributeError) as problem:
        raise KeyMalformed("Задание такого вида не удалось прочитать.") from problem


def _choice(options: Any, key: Any) -> Choice:
    known = _ids(options)
    if key not in known:
        raise KeyMalformed("Верного ответа нет среди вариантов.")
    return Choice(known, key)


def _multiple(options: Any, key: Any) -> Multiple:
    known = _ids(options)
    right = different_options(key, known)
    if not right:
        raise KeyMalformed("Нужен хотя бы один верный вариант.")
    return Multiple(known, right)


def _matching(options: Any, key: Any) -> Matching:
    left, right = _ids(options["left"]), _ids(options["right"])
    if not isinstance(key, dict) or key.keys() != left or not right.issuperset(key.values()):
        raise KeyMalformed("Каждому элементу левого столбца нужна одна пара.")
    return Matching(right, tuple(key.items()))


def _ordering(options: Any, key: Any) -> Ordering:
    if not all_texts(key) or len(set(key)) != len(key) or _ids(options) != set(key):
        raise KeyMalformed("Верный порядок должен назвать каждый элемент один раз.")
    return Ordering(tuple(key))


def _numeric(_options: Any, key: Any) -> Numeric:
    if key.keys() - {"value", "tolerance", "wide", "unit"}:
        raise KeyMalformed("Верное число задают значением, допусками и единицей, другого в ключе нет.")
    value, tolerance = number(key["value"]), number(key.get("tolerance", 0))
    wide = None if key.get("wide") is None else number(key["wide"])
    if tolerance < 0 or (wide is not None and wide <= tolerance):
        raise KeyMalformed("Допуск не меньше нуля, широкий допуск больше обычного.")
    return Numeric(value, tolerance, wide)


_READERS: dict[str, Callable[[Any, Any], Key]] = {
    "choice": _choice,
    "multiple": _multiple,
    "matching": _matching,
    "ordering": _ordering,
    "numeric": _numeric,
}


def _ids(options: Any) -> frozenset[str]:
    ids = [option["id"] for option in options]
    if len(ids) < 2 or not all_texts(ids) or not all(ids) or len(set(ids)) != len(ids):
        raise KeyMalformed("Нужны хотя бы два варианта с разными идентификаторами.")
    return frozenset(ids)
