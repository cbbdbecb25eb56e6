"""What a page says once after something was done."""

from dataclasses import dataclass

TEXTS = {
    "registered": "Вы зарегистрированы. Начните с диагностики или выберите программу.",
    "profile_saved": "Данные сохранены.",
    "consent_given": "Согласие дано.",
    "consent_withdrawn": "Согласие отозвано.",
    "erasing": "Согласие отозвано. Данные о вас удаляются, для входа заведите согласие заново.",
    "submitted": "Заявка № {0} подана. Следить за ней можно здесь.",
    "withdrawn": "Заявка № {0} отозвана.",
    "confirmed": "Вы подтвердили заявку № {0}, она пошла дальше.",
    "answered": "Ответ отправлен, заявка пошла дальше.",
    "seat_taken": "Место за вами. Организация издаст приказ о зачислении.",
    "seat_refused": "Вы отказались от места, оно перейдёт следующему.",
    "suggestion_refused": "Предложение убрано. Маршрут сохранён.",
    "route_accepted": "Маршрут согласован. Предложения подать заявку появятся на странице «Сегодня».",
    "route_planned": "Маршрут пересчитан.",
    "attempt_completed": "Диагностика завершена. Результат ниже, маршрут рассчитывается.",
    "felt_saved": "Самооценка сохранена. Теперь задания.",
    "reported": "Спасибо, сообщение об ошибке в задании отправлено.",
    "read": "Все уведомления отмечены прочитанными.",
    "letters_chosen": "Настройки писем сохранены.",
    "decided": "Готово: {0}.",
    "ordered": "Приказ № {0} подписан.",
    "capacity": "Число мест изменено.",
    "granted": "Роль закреплена.",
    "revoked": "Закрепление снято, доступа больше нет.",
    "replayed": "Отправлено снова: {0}.",
    "dropped": "Сообщение снято.",
    "reading_kept": "Настройки чтения запомнены в этом браузере.",
    "group_announced": "Поток объявлен.",
    "programme_published": "Программа опубликована.",
    "imported": "Загружено строк: {0}.",
    "imported_programmes": "Загружено строк: {0}. Новые программы стали черновиками, изменения опубликованных ждут проверки.",
    "import_undone": "Загрузка отменена.",
    "import_undone_partly": "Загрузка отменена не целиком: {0} осталось, причины ниже.",
    "rebuilt": "Отчёты пересобираются из архива событий.",
}


@dataclass(frozen=True, slots=True)
class Said:
    text: str


def said_of(cookie: str) -> Said | None:
    """The message that a cookie names; an unknown one says nothing."""
    code, *about = cookie.split("|")
    if (text := TEXTS.get(code)) is None or len(about) < text.count("{"):
        return None
    return Said(text.format(*about))
