"""What the letters say: calm, short, «что сделать · у кого · до какого числа»."""

from dataclasses import dataclass
from datetime import date
from typing import Any

MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря")
HOLDERS = {
    "learner": "у вас",
    "school": "у руководителя вашей организации",
    "municipality": "в муниципальном органе управления образованием",
    "provider": "у организации ДПО",
    "agency": "у вашего ведомства",
    "operator": "у оператора модуля",
    "nobody": "",
}
STATUSES: dict[str, tuple[str, str]] = {
    "submitted": ("Заявка подана", "Мы передали её на согласование."),
    "teacher_confirmation": ("Подтвердите заявку", "Её подготовила ваша организация. Без вашего согласия она дальше не пойдёт."),
    "school_review": ("Заявка у руководителя вашей организации", "Руководитель согласует её или объяснит отказ."),
    "municipality_review": ("Заявка на согласовании в муниципалитете", "Руководитель её согласовал, решает муниципальный орган."),
    "provider_review": ("Заявка у организации ДПО", "Она согласована. Организация проверит её и примет решение."),
    "clarification": ("Уточните данные в заявке", "Организации не хватает сведений. Ответьте в кабинете, и заявка пойдёт дальше."),
    "waiting_list": ("Вы в листе ожидания", "Мест в потоке пока нет. Когда место освободится, мы предложим его вам по очереди."),
    "seat_offered": ("Для вас освободилось место", "Примите его или откажитесь: без ответа место перейдёт следующему."),
    "accepted": ("Заявка принята, место за вами", "Организация издаст приказ о зачислении."),
    "enrolled": ("Вы зачислены", "Приказ подписан. Расписание и адрес — на странице программы."),
    "completed": ("Обучение завершено", "Документ появится в зачётной книжке. Расскажите коллегам, чем программа полезна в классе."),
    "not_completed": ("Обучение закончено без документа о квалификации", "Организация выдаст справку об обучении."),
    "expelled": ("Вы отчислены", "Причина указана в кабинете. Если это ошибка, напишите организации."),
    "withdrawn": ("Заявка отозвана", "Место свободно, обязательств нет. Подать заявку снова можно в любой день приёма."),
    "rejected": ("Заявка отклонена", "Причина указана ниже и в кабинете. Можно выбрать другую программу или поток."),
    "expired": ("Срок согласования истёк", "Решения не было вовремя. Подайте заявку снова, история сохранена."),
    "cancelled_by_provider": ("Организация отменила поток или программу", "Место освобождено. Посмотрите другие потоки этой программы."),
}
ACTIONS = {
    "teacher_confirmation": "Подтвердить заявку",
    "seat_offered": "Ответить на предложение",
    "clarification": "Ответить организации",
}
REASONS = {
    "audience": "должность или предмет не входят в категорию слушателей программы",
    "not_employed": "по сведениям организации, вы в ней не работаете",
    "no_substitute": "в дни занятий вас некем заменить",
    "another_programme": "организация предлагает вам другую программу",
    "repeated": "эту программу вы уже проходили",
    "no_seats": "мест в потоке не осталось",
    "no_documents": "документов, о которых просили, не хватает",
    "diploma_name": "нужно уточнить фамилию в дипломе",
    "snils": "нужно указать СНИЛС в профиле",
    "workplace": "нужно уточнить место работы и должность",
    "dates": "нужно подтвердить, что даты занятий вам подходят",
    "plans_changed": "планы изменились",
    "dates_unsuitable": "даты не подходят",
    "own_request": "ваше заявление",
    "absence": "пропуски занятий",
    "other": "другая",
    "offer_declined": "вы отказались от предложенного места",
    "no_decision": "решение не принято в срок",
    "no_answer": "ответ не получен в срок",
    "no_seat": "место не освободилось до начала занятий",
    "seat_freed": "освободилось место",
    "group_cancelled": "организация отменила поток",
    "programme_withdrawn": "программа снята с публикации",
    "consent_withdrawn": "согласие на обработку данных отозвано",
    "school_changed": "изменилось место работы",
    "dates_changed": "изменились даты занятий",
}
"""Every reason that enrollment can give, said to the learner."""


@dataclass(frozen=True)
class Letter:
    """A letter before its greeting: a title that answers first, a paragraph, rows of facts, links of kind, title and path, one button."""

    title: str
    lead: str
    rows: tuple[tuple[str, str], ...] = ()
    action: str = "Открыть кабинет"
    path: str = "/cabinet"
    links: tuple[tuple[str, str, str], ...] = ()
    why: str = "Письмо отправлено, потому что это касается вашего обучения."


def day(value: date | str | None) -> str:
    """1 декабря 2026, with no-break spaces."""
    if value is None:
        return ""
    real = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{real.day}\u00a0{MONTHS[real.month - 1]}\u00a0{real.year}"


def rows(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs if value)


def application_status(facts: dict[str, Any]) -> Letter:
    """A status change: `status`, `number`, `programme`, `holder`, `due`, `reason`, `order_number`, dates of the group, `application_id`."""
    title, lead = STATUSES[facts["status"]]
    if facts["status"] == "enrolled" and facts.get("order_number"):
        title = f"Вы зачислены приказом №\u00a0{facts['order_number']}"
    period = f"{day(facts['starts'])} — {day(facts['ends'])}" if facts.get("starts") and facts.get("ends") else ""
    return Letter(
        title,
        lead,
        rows(
            ("Программа", facts.get("programme") or ""),
            ("Занятия", period),
            ("Причина", REASONS.get(facts.get("reason") or "", "")),
            ("У кого", HOLDERS.get(facts.get("holder") or "", "")),
            ("До какого числа", day(facts.get("due"))),
            ("Заявка", f"№\u00a0{facts['number']}"),
        ),
        action=ACTIONS.get(facts["status"], "Открыть заявку"),
        path=f"/cabinet/applications/{facts['application_id']}",
        why="Письмо отправлено, потому что вы подали заявку: о каждом изменении её состояния мы обязаны сообщить.",
    )


def result_ready(facts: dict[str, Any]) -> Letter:
    """A finished diagnosis; the letter says how many deficits, not which: a mailbox is not a private place."""
    found = facts["deficits"]
    title = "Результат диагностики готов"
    if found == 0:
        lead = "Дефицитов не обнаружено. Оценка каждой компетенции и её погрешность — в профиле."
    else:
        lead = f"Обнаружено дефицитов: {found}. Оценка с погрешностью и маршрут к ним — в вашем профиле. Результат видите только вы."
    return Letter(title, lead, action="Открыть профиль", path="/cabinet/profile")


def route_planned(facts: dict[str, Any]) -> Letter:
    steps, hours = facts["steps"], facts["hours"]
    if not steps:
        return Letter(
            "Маршрут пока пуст",
            "Сейчас нет открытых программ, которые закрывают ваши дефициты. Как только они появятся, маршрут обновится сам.",
            action="Открыть маршрут",
            path="/cabinet/route",
        )
    because = {
        "group_cancelled": "Поток из маршрута отменён, поэтому он составлен заново.",
        "programme_withdrawn": "Программа снята с публикации, поэтому маршрут составлен заново.",
        "dates": "Даты потока изменились, поэтому маршрут составлен заново.",
    }.get(facts.get("because") or "", "Маршрут составлен из программ, на которые открыта запись.")
    details = rows(("Шагов", str(steps)), ("Всего", f"{hours}\u00a0ч"))
    lead = f"{because} Посмотрите его и согласитесь или измените."
    return Letter("Ваш маршрут готов", lead, details, "Открыть маршрут", "/cabinet/route")


def route_accepted(facts: dict[str, Any]) -> Letter:
    return Letter("Маршрут согласован", "Мы подготовим предложения подать заявку на первые программы.", path="/cabinet/route")


def suggestion_offered(facts: dict[str, Any]) -> Letter:
    details = rows(("Программа", facts.get("programme") or ""), ("Подать заявку до", day(facts.get("expires"))))
    lead = "Запись открыта. Подать заявку можно в два нажатия."
    return Letter("Предложение: программа из вашего маршрута", lead, details, "Посмотреть предложение")


def suggestion_lapsed(facts: dict[str, Any]) -> Letter:
    details = rows(("Программа", facts.get("programme") or ""))
    return Letter("Предложение больше не действует", "Маршрут при этом сохранён, новые предложения появятся в кабинете.", details)


def step_completed(facts: dict[str, Any]) -> Letter:
    rest = facts["remaining"]
    lead = f"Осталось шагов: {rest}." if rest else "Это был последний шаг. Впереди повторная диагностика."
    return Letter("Шаг маршрута пройден", lead, path="/cabinet/route", action="Открыть маршрут")


def route_studied(facts: dict[str, Any]) -> Letter:
    lead = "Все шаги пройдены. Что закрыто, покажет повторная диагностика."
    return Letter("Маршрут пройден", lead, path="/cabinet/route", action="Открыть маршрут")


def reassessment_due(facts: dict[str, Any]) -> Letter:
    return Letter(
        "Пора пройти повторную диагностику",
        "Она покажет, какие дефициты закрылись. Задания новые, время то же.",
        rows(("Пройти до", day(facts.get("due")))),
        "Начать диагностику",
        "/cabinet/diagnostics",
    )


def route_completed(facts: dict[str, Any]) -> Letter:
    closed = sum(1 for verdict in facts["verdicts"] if verdict == "closed")
    lead = f"Снято дефицитов: {closed} из {len(facts['verdicts'])}. Подробности с погрешностью — в профиле."
    return Letter("Итог маршрута измерен", lead, action="Открыть профиль", path="/cabinet/profile")


def document_issued(facts: dict[str, Any]) -> Letter:
    details = rows(("Программа", facts.get("programme") or ""), ("Выдан", day(facts.get("issued_on"))))
    return Letter("Документ выдан", "Он уже в вашей зачётной книжке.", details)


def group_changed(facts: dict[str, Any]) -> Letter:
    period = f"{day(facts['starts'])} — {day(facts['ends'])}"
    details = rows(("Программа", facts.get("programme") or ""), ("Теперь занятия", period), ("Причина", facts.get("reason") or ""))
    return Letter("В вашем потоке изменились даты или место", "Проверьте, подходит ли вам новое расписание.", details)


def review_due(facts: dict[str, Any]) -> Letter:
    """An invitation to review what is over, or three months after the review the question whether it is used."""
    programme = facts["target"] == "programme"
    details = rows(("Программа" if programme else "Мероприятие", facts["title"]))
    if facts["kind"] == "second":
        lead = "Прошло три месяца. Применяете ли вы изученное на уроках? Один вопрос, имя не публикуется."
        return Letter("Применяете ли вы изученное?", lead, details, "Ответить", "/cabinet/reviews")
    title = "Как прошло обучение?" if programme else "Как прошло мероприятие?"
    lead = "Поставьте четыре оценки и напишите пару слов для коллег. Имя не публикуется."
    return Letter(title, lead, details, "Написать отзыв", f"/cabinet/reviews/{facts['right_id']}")


def consent_withdrawn(facts: dict[str, Any]) -> Letter:
    return Letter(
        "Согласие отозвано",
        "Мы прекратили обработку и удаляем данные, кроме тех, которые обязаны хранить по закону. "
        "Это последнее письмо: после него мы удалим и адрес.",
        action="Открыть портал",
        path="/",
        why="Письмо отправлено, потому что закон обязывает подтвердить отзыв согласия.",
    )


RULES = {
    rule.__name__: rule
    for rule in (
        application_status,
        result_ready,
        route_planned,
        route_accepted,
        suggestion_offered,
        suggestion_lapsed,
        step_completed,
        route_studied,
        reassessment_due,
        route_completed,
        document_issued,
        group_changed,
        review_due,
        consent_withdrawn,
    )
}
INBOX_ONLY = frozenset({"route_accepted", "suggestion_lapsed", "step_completed", "route_studied"})
"""News that waits in the cabinet: no letter for what a person has just done, or need not act on."""
