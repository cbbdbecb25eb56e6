"""The words people read: a status is named by what has to be done next, and by whom."""

from collections.abc import Mapping

from shared.words import HOLDERS, STATUSES

NEXT: Mapping[str, str] = {
    "teacher_confirmation": "Подтвердить заявку",
    "school_review": "Согласовать заявку",
    "municipality_review": "Согласовать заявку",
    "provider_review": "Рассмотреть заявку",
    "clarification": "Уточнить сведения",
    "waiting_list": "Дождаться места",
    "seat_offered": "Принять или отклонить место",
    "accepted": "Подписать приказ о зачислении",
    "enrolled": "Пройти обучение",
}
ROLES: Mapping[str, str] = {
    "teacher": "педагог",
    "school_specialist": "руководитель школы",
    "municipal_specialist": "муниципальный специалист",
    "agency_specialist": "специалист ведомства",
    "provider_specialist": "организация ДПО",
    "operator": "оператор",
    "system": "система",
}
ACTIONS: Mapping[str, str] = {
    "submit": "Подать заявку",
    "appoint": "Предложить обучение",
    "confirm": "Подтвердить",
    "approve": "Согласовать",
    "reject": "Отклонить",
    "clarify": "Запросить уточнение",
    "answer": "Ответить",
    "accept": "Принять",
    "waitlist": "Поставить в лист ожидания",
    "offer": "Предложить место",
    "take": "Принять место",
    "withdraw": "Отозвать заявку",
    "enrol": "Зачислить приказом",
    "transfer": "Перевести приказом",
    "complete": "Завершить приказом",
    "fail": "Не завершил(а): приказ",
    "expel": "Отчислить приказом",
}
DONE: Mapping[str, str] = {
    "submit": "Заявка подана",
    "appoint": "Обучение предложено",
    "confirm": "Педагог подтвердил заявку",
    "approve": "Заявка согласована",
    "reject": "Заявка отклонена",
    "clarify": "Запрошено уточнение",
    "answer": "Педагог ответил",
    "accept": "Заявка принята, место удержано",
    "waitlist": "Заявка в листе ожидания",
    "offer": "Предложено место",
    "take": "Место принято",
    "lapse": "Срок ответа прошёл, место перешло следующему",
    "withdraw": "Заявка отозвана",
    "enrol": "Зачислен(а) приказом",
    "transfer": "Переведён(а) приказом в другой поток",
    "complete": "Обучение завершено",
    "fail": "Обучение не завершено",
    "expel": "Отчислен(а) приказом",
    "escalate": "Срок прошёл, решение передано дальше",
    "expire": "Срок прошёл, заявка истекла",
    "finish": "Занятия закончились",
    "follow": "Педагог сменил место работы",
    "regroup": "Поток отменён, заявка перешла к следующему потоку из списка",
    "reschedule": "Даты потока изменились",
    "cancel": "Отменена организацией",
}


def next_step(status: str, *, holder: str) -> str:
    """What has to be done next; a status that is an end says its name."""
    if status == "enrolled" and holder != "learner":
        return "Подписать приказ об окончании"
    return NEXT.get(status, STATUSES[status])


def own(holder: str) -> str:
    """Who holds an application, said to its learner."""
    return "у вас" if holder == "learner" else HOLDERS.get(holder, "")
