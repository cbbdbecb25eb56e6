"""What enrollment refuses, and the sentence that a person reads."""

from shared.errors import DomainError, Forbidden, Invalid


class MovedOn(DomainError):
    code, detail = "moved_on", "Заявка уже в другом состоянии. Обновите страницу: возможно, решение уже принято."


class NotYours(Forbidden):
    code, detail = "not_yours", "Сейчас эту заявку решает не ваша роль."


class OwnApplication(Forbidden):
    code, detail = "own_application", "Свою заявку никто не решает сам. Её решит другой специалист, а по сроку — следующий по порядку."


class AlreadyApplied(DomainError):
    code, detail = "already_applied", "По этой программе у вас уже есть действующая заявка."


class GroupFull(DomainError):
    code, detail = "group_full", "Свободных мест в потоке нет. Можно поставить заявку в лист ожидания."


class WaitingListFirst(DomainError):
    code, detail = "waiting_list_first", "В потоке есть лист ожидания: освободившееся место сначала предлагают ему."


class SeatsAreFree(DomainError):
    code, detail = "seats_are_free", "В потоке есть свободные места: заявку можно принять сразу."


class CapacityBelowSeats(DomainError):
    code, detail = "capacity_below_seats", "Мест не может быть меньше, чем уже занято и удержано."


class GroupUnknown(Invalid):
    """A group that is not this programme's, or that has not been heard of."""

    def __init__(self, field: str = "group_ids") -> None:
        super().__init__(field, "Такого потока у программы нет.")


class WindowClosed(DomainError):
    code, detail = "window_closed", "Приём заявок в этот поток сейчас не идёт."


class GroupGone(DomainError):
    code, detail = "group_cancelled", "Поток отменён организацией."


class GroupOver(DomainError):
    code, detail = "group_over", "Обучение этого потока уже закончилось."


class ProgrammeClosed(DomainError):
    code, detail = "programme_closed", "Программа снята с публикации и заявок не принимает."


class WorkplaceMissing(DomainError):
    code, detail = "workplace_missing", "Укажите в профиле место работы: заявку согласует ваш руководитель."


class ConsentMissing(Forbidden):
    code, detail = "consent_missing", "Сначала дайте согласие на обработку персональных данных для обучения."


class ConsentTextChanged(DomainError):
    code, detail = "consent_text_changed", "Текст согласия обновился. Прочитайте новую редакцию и решите ещё раз."


class ConsentNotGiven(DomainError):
    code, detail = "consent_not_given", "Этого согласия вы не давали или уже отозвали его."


class SnilsTaken(DomainError):
    code, detail = "snils_taken", "Этот СНИЛС уже указан у другого человека. Обратитесь в поддержку: проверим вместе."


class ReasonMissing(Invalid):
    def __init__(self) -> None:
        super().__init__("reason", "Выберите причину: её увидит педагог.")


class RemarkMissing(Invalid):
    def __init__(self) -> None:
        super().__init__("remark", "Напишите, что нужно уточнить или исправить.")


class ReasonUnknown(Invalid):
    def __init__(self) -> None:
        super().__init__("reason", "Такой причины в справочнике сейчас нет.")


class SuggestionClosed(DomainError):
    code, detail = "suggestion_closed", "Это предложение уже не действует."


class OrderNumberTaken(DomainError):
    code, detail = "order_number_taken", "Приказ с таким номером в этом году уже есть."


class OtherGroup(DomainError):
    code, detail = "other_group", "Заявка стоит не в этом потоке."


class TrainingNotStarted(DomainError):
    code, detail = "training_not_started", "Обучение ещё не началось: завершить его приказом нельзя."
