"""What a programme needs before it is submitted, and a group before its enrolment opens: each condition with its reason."""

from collections.abc import Collection
from dataclasses import dataclass

from services.catalog.rules.groups import GroupFacts, group_faults
from services.catalog.rules.programmes import ProgrammeFacts, programme_faults, readiness_faults


@dataclass(frozen=True)
class Condition:
    """One line of the checklist; what is not `needed` is advice."""

    code: str
    title: str
    ok: bool
    why: str = ""
    needed: bool = True


def programme_conditions(
    facts: ProgrammeFacts, *, minimum: int | None, competences: Collection[str], labour_functions: Collection[str], faults: dict[str, str]
) -> list[Condition]:
    """The checklist of a programme; `faults` are those that only the register knows, such as codes that are no longer in force."""
    wrong = faults | programme_faults(facts, minimum=minimum) | readiness_faults(facts, competences=competences)

    def right(code: str, title: str, *fields: str) -> Condition:
        why = next((wrong[field] for field in fields if field in wrong), "")
        return Condition(code, title, not why, why)

    def advised(code: str, title: str, ok: bool, why: str) -> Condition:
        return Condition(code, title, ok, "" if ok else why, needed=False)

    return [
        right("annotation", "Аннотация рассказывает о программе", "annotation"),
        right("hours", "Объём не меньше законного, разделы с ним сходятся", "hours", "outline"),
        right("form", "Форма и доля дистанционных занятий согласованы", "form", "distance_share"),
        right("funding", "Оплата указана", "funding", "fee"),
        right("document", "Документ соответствует виду программы", "document_kind"),
        right("competences", "Названы компетенции, которые развивает программа", "effects"),
        right(
            "reference",
            "Справочные значения действуют",
            "audience.positions",
            "audience.subjects",
            "audience.levels",
            "provider_id",
            "prerequisites",
            "approvals",
            "files",
            "register_number",
            "register_until",
        ),
        advised("goal", "Сказано, чему научатся", bool(facts.goal), "Добавьте цель и планируемые результаты."),
        advised("outline", "Есть разделы с часами", bool(facts.outline), "Добавьте разделы: педагоги смотрят, чему учат."),
        advised("teachers", "Названы преподаватели", bool(facts.teachers), "Назовите преподавателей."),
        advised(
            "positions",
            "Названы должности",
            bool(facts.audience.positions),
            "Должности не названы: программа предлагается всем. Назовите их, если это не так.",
        ),
        advised(
            "labour_functions",
            "Через компетенции видны трудовые функции",
            bool(labour_functions),
            "У выбранных компетенций нет трудовых функций профстандарта.",
        ),
    ]


def group_conditions(
    facts: GroupFacts,
    *,
    programme_status: str,
    programme_hours: int,
    positions: Collection[str],
    labour_functions: Collection[str],
    has_quotas: bool,
) -> list[Condition]:
    """The checklist of a group before applications are taken."""
    form, funding = facts.form or "", facts.funding or ""
    wrong = group_faults(facts, form=form, today=facts.starts, before=facts)
    dates = next((wrong[field] for field in ("starts", "ends", "timetable") if field in wrong), "")
    window = next((wrong[field] for field in ("enrolment_opens", "enrolment_closes") if field in wrong), "")
    where = wrong.get("oktmo", "") or ("" if facts.place else "Укажите адрес занятий или ссылку на площадку.")
    published = programme_status == "published"
    reachable = bool(facts.contact_phone or facts.contact_email)
    return [
        Condition("published", "Программа опубликована", published, "" if published else "Сначала программу должен прочитать оператор."),
        Condition("hours", "Объём программы указан", programme_hours > 0, "" if programme_hours > 0 else "Укажите часы программы."),
        Condition("form", "Форма обучения указана", bool(form), "" if form else "Укажите форму обучения."),
        Condition("funding", "Оплата указана", bool(funding), "" if funding else "Укажите, за чей счёт обучение."),
        Condition("dates", "Даты и расписание сходятся", not dates, dates),
        Condition("window", "Запись закрывается до начала обучения", not window, window),
        Condition("capacity", "Указано число мест", facts.capacity_asked > 0),
        Condition(
            "quotas",
            "Места распределены по муниципалитетам",
            has_quotas or funding == "paid",
            "" if has_quotas or funding == "paid" else "Квот нет: места достанутся тем, кто записался раньше.",
            needed=False,
        ),
        Condition("place", "Понятно, где проходят занятия", not where, where, needed="oktmo" in wrong),
        Condition(
            "contact", "Есть телефон или почта для вопросов", reachable, "" if reachable else "Укажите контакт учебной части.", needed=False
        ),
        Condition(
            "positions",
            "Названы должности, для которых программа",
            bool(positions),
            "" if positions else "Программа предлагается педагогам любых должностей.",
            needed=False,
        ),
        Condition(
            "labour_functions",
            "Через компетенции видны трудовые функции",
            bool(labour_functions),
            "" if labour_functions else "У компетенций программы нет трудовых функций.",
            needed=False,
        ),
        Condition(
            "timetable", "Есть расписание занятий", bool(facts.timetable), "" if facts.timetable else "Добавьте даты занятий.", needed=False
        ),
    ]
