"""The columns of tables that are imported and exported: one list for both, so that what was exported can be imported again."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Kind = Literal["programmes", "groups", "organisations"]
Form = Literal[
    "text",
    "whole",
    "share",
    "day",
    "code",
    "codes",
    "place",
    "effects",
    "outline",
    "teachers",
    "programme",
    "programmes",
    "organisation",
    "id",
]


class Column(NamedTuple):
    """A field of an object as a column: its heading and how its values are written; `wrong` says what a value has to be."""

    field: str
    title: str
    form: Form = "text"
    hint: str = ""
    dictionary: str = ""
    required: bool = False
    wrong: str = ""


MANY = "Через точку с запятой; пусто — для всех"
NUMBER = "Прописные буквы, цифры, точка, дробь и дефис, от 3 до 40 знаков."
PROGRAMMES = (
    Column("code", "Шифр", hint="По шифру программа узнаётся: ПК-26-0012", required=True, wrong=NUMBER),
    Column("title", "Название", hint="Полное название", required=True, wrong="Название — не длиннее 300 знаков."),
    Column("kind", "Вид программы", "code", "Как в справочнике: Повышение квалификации", "programme_kind", True),
    Column("hours", "Объём, часов", "whole", "Целое число", required=True, wrong="Объём: от 1 до 3000 часов."),
    Column("form", "Форма обучения", "code", "Очная, очно-заочная или дистанционная", "form", True),
    Column("distance_share", "Доля дистанционных занятий", "share", "50 %; нужна очно-заочной", wrong="Доля: от 0 до 100 %."),
    Column("annotation", "Аннотация", hint="О чём программа", wrong="Аннотация — не длиннее 2000 знаков."),
    Column("goal", "Цель и планируемые результаты", hint="Чему научатся", wrong="Цель — не длиннее 2000 знаков."),
    Column("audience.positions", "Должности", "codes", MANY, "position"),
    Column("audience.subjects", "Предметы", "codes", MANY, "subject"),
    Column("audience.levels", "Уровни образования", "codes", MANY, "level"),
    Column("prerequisites", "Что пройти раньше", "programmes", "Шифры через точку с запятой", wrong="Не больше десяти программ."),
    Column("effects", "Компетенции", "effects", "МЕТ-1 = 0,4; ПРЕД-2 = 0,2", wrong="Эффект — 0,2, 0,4 или 0,6; компетенций не больше 12."),
    Column("outline", "Разделы", "outline", "Каждый с новой строки: Введение, 6 ч", wrong="Разделов — не больше 40, в каждом от 1 часа."),
    Column("teachers", "Преподаватели", "teachers", "Имя, должность, степень; следующий", wrong="Преподавателей — не больше 30."),
    Column("funding", "Оплата", "code", "Федеральный, региональный, муниципальный бюджет или За плату", "funding", True),
    Column("fee", "Стоимость, рублей", "whole", "Только у платных", wrong="Стоимость: от 0 до 10 000 000 рублей."),
    Column("document_kind", "Документ об окончании", "code", "Можно не писать: следует из вида", "document"),
    Column("approvals", "Кто согласует заявку", "codes", "Через точку с запятой; пусто — никто", "approver"),
    Column("register_number", "Номер в федеральном реестре", hint="Вместе со сроком", wrong=NUMBER),
    Column("register_until", "Срок в федеральном реестре", "day", "01.09.2027"),
    Column("provider_id", "Организация", "organisation", "Код; можно не писать, если она одна"),
)
GROUPS = (
    Column("id", "Идентификатор", "id", "Из выгрузки; у новых потоков пусто"),
    Column("programme", "Шифр программы", "programme", "Опубликованная программа вашей организации", required=True),
    Column("starts", "Начало обучения", "day", "01.09.2026", required=True),
    Column("ends", "Конец обучения", "day", "30.09.2026", required=True),
    Column("enrolment_opens", "Запись с", "day", "Не позже конца записи", required=True),
    Column("enrolment_closes", "Запись по", "day", "Не позже начала обучения", required=True),
    Column("capacity_asked", "Мест", "whole", "Целое число", required=True, wrong="Мест: от 1 до 10 000."),
    Column("form", "Форма обучения", "code", "Пусто — как у программы", "form"),
    Column("funding", "Оплата", "code", "Пусто — как у программы", "funding"),
    Column("oktmo", "Муниципалитет", "place", "Название или ОКТМО; у дистанционных можно не писать"),
    Column("place", "Место занятий", hint="Адрес", wrong="Адрес — не длиннее 300 знаков."),
    Column("contact_phone", "Телефон", hint="+7 (351) 000-00-00", wrong="Телефон: цифры, скобки, пробелы и дефисы."),
    Column("contact_email", "Электронная почта", hint="kurs@example.ru", wrong="Проверьте адрес электронной почты."),
)
ORGANISATIONS = (
    Column("code", "Код", hint="По нему она узнаётся: miass-school-1", required=True, wrong="Код: a–z, цифры и дефис, 2–60 знаков."),
    Column("kind", "Вид организации", "code", "Как в справочнике: Образовательная организация", "organisation_kind", True),
    Column("name", "Полное наименование", hint="Как в уставе", required=True, wrong="Наименование — не длиннее 300 знаков."),
    Column("short_name", "Краткое наименование", hint="Как пишут на страницах", required=True, wrong="Не длиннее 300 знаков."),
    Column("valid_from", "Наименование действует с", "day", "Пусто — с сегодняшнего дня"),
    Column("inn", "ИНН", hint="10 или 12 цифр", wrong="ИНН: 10 или 12 цифр."),
    Column("kpp", "КПП", hint="9 знаков", wrong="КПП: 9 знаков."),
    Column("ogrn", "ОГРН", hint="13 или 15 цифр", wrong="ОГРН: 13 или 15 цифр."),
    Column("oktmo", "Муниципалитет", "place", "Название или ОКТМО"),
    Column("authority_id", "Вышестоящая организация", "organisation", "Её код"),
    Column("agency_id", "Ведомство", "organisation", "Его код"),
    Column("address", "Адрес", hint="Город, улица, дом", wrong="Адрес — не длиннее 300 знаков."),
    Column("site", "Сайт", hint="https://example.ru", wrong="Адрес сайта начинается с http:// или https://."),
)
COLUMNS: Mapping[Kind, Sequence[Column]] = {"programmes": PROGRAMMES, "groups": GROUPS, "organisations": ORGANISATIONS}
TITLES: Mapping[Kind, str] = {"programmes": "Программы", "groups": "Потоки", "organisations": "Организации"}


def kind_named(text: str) -> Kind:
    """The kind of table that a stored word names."""
    return next(kind for kind in COLUMNS if kind == text)


def folded(text: str) -> str:
    """Words as headings and titles are compared."""
    return " ".join(text.lower().replace("ё", "е").replace("*", "").split())
