"""Which column of somebody's table means which field: guessed from the headings, and what may not be chosen."""

from collections.abc import Mapping, Sequence

from services.catalog.rules.import_columns import COLUMNS, Kind, folded

ALIASES: Mapping[Kind, Mapping[str, str]] = {
    "programmes": {
        "code": "код; код программы; шифр программы",
        "title": "название программы; наименование; наименование программы; программа; тема",
        "kind": "вид; вид обучения; тип программы",
        "hours": "объём; часы; часов; количество часов; объем часов",
        "form": "форма",
        "distance_share": "доля дот; дот",
        "annotation": "описание; о программе",
        "goal": "цель; результаты",
        "audience.positions": "должность; для кого; категория слушателей",
        "audience.subjects": "предмет",
        "audience.levels": "уровень образования; уровень",
        "prerequisites": "пререквизиты",
        "effects": "компетенция",
        "outline": "модули; учебный план",
        "teachers": "преподаватель",
        "funding": "финансирование; источник финансирования",
        "fee": "стоимость; цена",
        "document_kind": "документ",
        "approvals": "согласование",
        "register_number": "номер в реестре",
        "register_until": "срок в реестре",
        "provider_id": "код организации; организатор",
    },
    "groups": {
        "id": "ид",
        "programme": "шифр; программа; код программы",
        "starts": "начало; дата начала; начало занятий",
        "ends": "конец; окончание; дата окончания",
        "enrolment_opens": "начало записи; запись открывается",
        "enrolment_closes": "конец записи; запись закрывается; запись до",
        "capacity_asked": "места; количество мест; число мест",
        "form": "форма",
        "funding": "финансирование",
        "oktmo": "октмо; территория",
        "place": "адрес; место; место проведения",
        "contact_phone": "контактный телефон",
        "contact_email": "почта; email; e-mail",
    },
    "organisations": {
        "code": "код организации",
        "kind": "вид; тип",
        "name": "наименование; название; полное название",
        "short_name": "краткое название; сокращённое наименование",
        "valid_from": "действует с",
        "oktmo": "октмо; территория",
        "authority_id": "учредитель; код учредителя",
        "site": "адрес сайта",
    },
}
"""What else people call a column."""
KEYS: Mapping[Kind, Sequence[str]] = {"programmes": ("code",), "groups": ("programme", "starts"), "organisations": ("code",)}
"""The fields by which the object of a row is known."""


def guessed(kind: Kind, headings: Sequence[str]) -> list[str | None]:
    """The field of each heading, each field once, our own titles before other names; None where a column says nothing to us."""
    titles = {folded(column.title): column.field for column in COLUMNS[kind]}
    others = {folded(name): field for field, names in ALIASES[kind].items() for name in names.split(";")}
    others |= {column.field: column.field for column in COLUMNS[kind]}
    found: list[str | None] = [titles.get(folded(heading)) for heading in headings]
    for place, heading in enumerate(headings):
        if found[place] is None and (field := others.get(folded(heading))) not in found:
            found[place] = field
    return found


def mapping_faults(kind: Kind, headings: Sequence[str], fields: Sequence[str | None]) -> dict[str, str]:
    """What is wrong with the fields chosen for the headings."""
    titles = {column.field: column.title for column in COLUMNS[kind]}
    stated = [field for field in fields if field]
    if len(fields) != len(headings):
        return {"fields": "Выбор нужен для каждого столбца файла."}
    if unknown := sorted(set(stated) - titles.keys()):
        return {"fields": f"Таких полей нет: {', '.join(unknown)}."}
    if twice := next((titles[field] for field in stated if stated.count(field) > 1), None):
        return {"fields": f"Поле «{twice}» выбрано для двух столбцов."}
    if "id" not in stated and (missing := [titles[field] for field in KEYS[kind] if field not in stated]):
        return {"fields": f"Укажите столбец для поля «{missing[0]}»: по нему узнаётся строка."}
    return {}
