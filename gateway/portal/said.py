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
    "draft_kept": "Незаконченный текст сохранён в {0}. Его видит только ваша организация.",
    "draft_dropped": "Незаконченный текст удалён.",
    "file_attached": "Файл приложен.",
    "group_clashes": "Поток сохранён, но в это время в другом вашем потоке уже заняты: {0}.",
    "group_changed": "Поток изменён. Кто уже подал заявку, получит письмо.",
    "group_cancelled": "Поток отменён.",
    "acknowledged": "Отмечено: вы ознакомлены с документом.",
    "draft_saved": "Черновик сохранён. Ниже видно, как его увидят на портале.",
    "event_published": "Мероприятие опубликовано.",
    "event_changed": "Изменения опубликованы.",
    "event_cancelled": "Мероприятие отменено, причина показана на его странице.",
    "news_submitted": "Новость отправлена второму читателю.",
    "news_published": "Новость опубликована.",
    "news_returned": "Новость возвращена автору с замечанием.",
    "news_withdrawn": "Новость снята с публикации.",
    "notice_published": "Объявление опубликовано.",
    "notice_cancelled": "Объявление отменено, причина показана на его странице.",
    "document_published": "Редакция опубликована.",
    "document_withdrawn": "Документ снят с публикации.",
    "subscription_asked": "Мы отправили письмо на указанный адрес. Откройте его и подтвердите подписку в течение двух дней.",
    "subscription_ended": "Подписка прекращена.",
    "support_asked": "Обращение № {0} принято. Ответ придёт на почту, которую вы указали.",
    "support_answered": "Ответ отправлен письмом.",
    "organisation_saved": "Запись сохранена. Прежние значения остались в истории.",
    "contacts_saved": "Контакты сохранены, карточка на портале обновилась.",
    "dictionary_changed": "Справочник изменён. Новое значение действует с выбранного дня.",
    "review_written": "Спасибо! Отзыв отправлен на проверку.",
    "poll_answered": "Спасибо за ответ.",
    "review_published": "Отзыв опубликован.",
    "review_rejected": "Отзыв отклонён, автор прочитает причину.",
    "review_answered": "Ответ опубликован.",
    "imported": "Загружено строк: {0}.",
    "imported_programmes": "Загружено строк: {0}. Новые программы стали черновиками, изменения опубликованных ждут проверки.",
    "import_undone": "Загрузка отменена.",
    "import_undone_partly": "Загрузка отменена не целиком: {0} осталось, причины ниже.",
    "rebuilt": "Отчёты пересобираются из архива событий.",
}

LINKS = dict.fromkeys(("group_announced", "group_changed", "group_clashes"), ("/provider/groups/", "Открыть поток"))
"""Where a message leads: the beginning of the address, to which the last thing said about it is added, and its words."""


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    link: tuple[str, str] | None = None


def said_of(cookie: str) -> Said | None:
    """The message that a cookie names; an unknown one says nothing."""
    code, *about = cookie.split("|")
    if (text := TEXTS.get(code)) is None or len(about) < text.count("{"):
        return None
    start, words = LINKS.get(code, ("", ""))
    return Said(text.format(*about), (start + about[-1], words) if start and about else None)
