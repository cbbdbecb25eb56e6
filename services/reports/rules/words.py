"""The words that stand beside codes in the answers."""

from collections.abc import Mapping

from shared.words import STATUSES as OF_APPLICATIONS

STATUSES: Mapping[str, str] = {"submitted": "Подана", **OF_APPLICATIONS}
STAGES: Mapping[str, str] = {
    "submitted": "Подано",
    "approved": "Дошло до организации ДПО",
    "accepted": "Принято",
    "enrolled": "Зачислено",
    "completed": "Завершили",
}
CHANNELS: Mapping[str, str] = {
    "portal": "Портал",
    "suggestion": "Подборка по маршруту",
    "appointment": "Назначение руководителем",
    "import": "Перенос из другой системы",
}
ROUTES: Mapping[str, str] = {
    "proposed": "Предложен",
    "accepted": "Выполняется",
    "studied": "Изучен, ждёт измерения",
    "completed": "Измерен",
}
RESIDUALS: Mapping[str, str] = {
    "no_programme": "Нет подходящей программы",
    "no_open_group": "Нет открытого набора",
    "seats": "Не хватило мест",
    "hours": "Не хватило часов в году",
    "fee": "Только платные программы",
    "dates": "Не подошли даты",
    "quarter_load": "Квартал уже занят",
    "prerequisite": "Сначала нужна другая программа",
    "audience": "Программы для других категорий",
    "steps": "Слишком много шагов",
    "small_gain": "Польза слишком мала",
}
LETTERS: Mapping[str, str] = {
    "application_status": "Статус заявки",
    "consent_withdrawn": "Отзыв согласия",
    "result_ready": "Результат диагностики",
    "reassessment_due": "Повторная диагностика",
    "route_planned": "Маршрут составлен",
    "route_accepted": "Маршрут принят",
    "step_completed": "Шаг маршрута пройден",
    "route_studied": "Маршрут изучен",
    "route_completed": "Маршрут измерен",
    "suggestion_offered": "Предложено обучение",
    "suggestion_lapsed": "Предложение снято",
    "document_issued": "Документ выдан",
    "group_changed": "Изменились даты потока",
    "review_due": "Можно оставить отзыв",
    "saved_search": "Новое по сохранённому поиску",
    "subscription_asked": "Подтверждение подписки",
    "request_answered": "Ответ на обращение",
}
NOWHERE = "Муниципалитет не указан"
UNKNOWN_ORGANISATION, UNKNOWN_PROGRAMME = "Название организации загружается", "Название программы загружается"


def municipality(oktmo: str, authority: str | None) -> str:
    """What to call a municipality: «Агаповский МО» of «Управление образования, Агаповский МО», its code while no authority is known."""
    if not oktmo:
        return NOWHERE
    return authority.rpartition(", ")[2] if authority else f"ОКТМО {oktmo}"
