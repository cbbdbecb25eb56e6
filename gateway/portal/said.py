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
    "programme_published": "Версия опубликована: её видят педагоги.",
    "programme_saved": "Программа сохранена.",
    "programme_submitted": "Программа отправлена на проверку. Её прочитает другой сотрудник.",
    "programme_changed": "Изменения отправлены на проверку. До решения педагоги видят прежнюю версию.",
    "programme_returned": "Версия возвращена с замечаниями.",
    "programme_withdrawn": "Программа снята с публикации.",
    "programme_archived": "Программа убрана в архив.",
    "draft_kept": "Черновик сохранён в {0}. Его видит только ваша организация.",
    "draft_dropped": "Черновик удалён.",
    "file_attached": "Файл приложен.",
    "group_clashes": "Поток сохранён, но в это время в другом вашем потоке уже заняты: {0} (подробности на странице потока).",
    "group_changed": "Поток изменён, записавшимся отправлены письма.",
    "group_cancelled": "Поток отменён.",
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
