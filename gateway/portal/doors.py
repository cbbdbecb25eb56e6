"""The parts of the portal and their doors: which are open to whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.rules import Held

DECIDING = ("school_specialist", "municipal_specialist", "agency_specialist")


@dataclass(frozen=True, slots=True)
class Door:
    """One link of a section."""

    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """One cabinet: its name in the person's menu, its first page, its doors."""

    key: str
    title: str
    doors: tuple[Door, ...]

    @property
    def href(self) -> str:
        return self.doors[0].href


TEACHER = Section(
    "teacher",
    "Кабинет педагога",
    (
        Door("/cabinet", "Сегодня"),
        Door("/cabinet/applications", "Заявки"),
        Door("/cabinet/diagnostics", "Диагностика"),
        Door("/cabinet/profile", "Профиль компетенций"),
        Door("/cabinet/route", "Мой маршрут"),
        Door("/cabinet/reviews", "Отзывы"),
        Door("/programmes", "Программы"),
    ),
)
QUEUE, GRANTS, REPORTS = Door("/queue", "Согласование"), Door("/operator/grants", "Закрепление"), Door("/reports", "Отчёты")
MODERATION, PUBLICATIONS = Door("/moderation", "Модерация"), Door("/provider/publications", "Мероприятия и новости")
DOCUMENTS, REQUESTS = Door("/operator/documents", "Документы"), Door("/operator/requests", "Обращения")
KEEPING = (
    PUBLICATIONS,
    DOCUMENTS,
    Door("/operator/organisations", "Организации"),
    Door("/operator/dictionaries", "Справочники"),
    Door("/operator/import", "Загрузка таблиц"),
)
PROVIDING = (
    Door("/queue", "Заявки"),
    Door("/provider/groups", "Потоки"),
    Door("/provider/programmes", "Программы"),
    PUBLICATIONS,
    Door("/provider/reviews", "Отзывы"),
    Door("/provider/demand", "Спрос"),
    Door("/provider/organisation", "Организация"),
    REPORTS,
)
APPOINTING = ("operator", "auditor", "municipal_specialist")


def sections_of(held: Iterable[Held], *, registered: bool, development: bool) -> tuple[Section, ...]:
    """The sections of somebody with these grants; the learner's own comes last, as work is what staff come for."""
    held = tuple(held)
    roles = {one.role for one in held}
    appoints = roles & set(APPOINTING) or any(one.head for one in held)
    found = []
    if roles & {"operator", "auditor"}:
        mail = [Door("/mail", "Письма")] if development and "operator" in roles else []
        watching = (
            REPORTS,
            Door("/operations", "Эксплуатация"),
            Door("/queue", "Заявки"),
            MODERATION,
            GRANTS,
            REQUESTS,
            Door("/journal", "Журнал"),
        )
        doors = (*watching, *(KEEPING if "operator" in roles else (DOCUMENTS,)), *mail)
        found.append(Section("operator", "Кабинет оператора", doors))
    if "ministry" in roles:
        found.append(Section("ministry", "Кабинет министерства", (REPORTS,)))
    if roles & set(DECIDING):
        reports = [REPORTS] if "municipal_specialist" in roles else []
        found.append(Section("approver", "Согласование заявок", (QUEUE, *reports, *([GRANTS] if appoints else []))))
    if "provider_specialist" in roles:
        found.append(Section("provider", "Кабинет организации ДПО", PROVIDING))
    if registered:
        found.append(TEACHER)
    return tuple(found)
