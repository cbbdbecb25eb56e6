"""What people read for the codes that more than one service shows."""

from collections.abc import Mapping

STATUSES: Mapping[str, str] = {
    "teacher_confirmation": "Ждёт подтверждения педагога",
    "school_review": "На согласовании у руководителя",
    "municipality_review": "На согласовании в муниципалитете",
    "provider_review": "На рассмотрении организации",
    "clarification": "Требуется уточнение",
    "waiting_list": "Лист ожидания",
    "seat_offered": "Предложено место",
    "accepted": "Принята, место удержано",
    "enrolled": "Обучается",
    "completed": "Обучение завершено",
    "not_completed": "Обучение не завершено",
    "expelled": "Отчислен(а)",
    "withdrawn": "Отозвана",
    "rejected": "Отклонена",
    "expired": "Истекла",
    "cancelled_by_provider": "Отменена организацией",
}
"""Where an application stands."""
HOLDERS: Mapping[str, str] = {
    "learner": "у педагога",
    "school": "у руководителя школы",
    "municipality": "у муниципального специалиста",
    "agency": "у специалиста ведомства",
    "provider": "у организации ДПО",
    "operator": "у оператора",
}
"""Who has to act on it."""
