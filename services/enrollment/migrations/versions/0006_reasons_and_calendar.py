"""The first dictionary of reasons, and the moved days of 2026 and 2027."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REASONS: tuple[tuple[str, str, list[str]], ...] = (
    ("audience", "Должность или предмет не входят в категорию слушателей программы", ["reject"]),
    ("not_employed", "Педагог не работает в этой организации", ["reject"]),
    ("no_substitute", "В дни занятий педагога некем заменить", ["reject"]),
    ("another_programme", "Организация предлагает педагогу другую программу", ["reject"]),
    ("repeated", "Эту программу педагог уже проходил", ["reject"]),
    ("no_seats", "Мест в потоке не осталось", ["reject"]),
    ("no_documents", "Не хватает документов после запроса", ["reject"]),
    ("diploma_name", "Уточните фамилию в дипломе", ["clarify"]),
    ("snils", "Укажите СНИЛС в профиле", ["clarify"]),
    ("workplace", "Уточните место работы и должность", ["clarify"]),
    ("dates", "Подтвердите, что даты занятий вам подходят", ["clarify"]),
    ("plans_changed", "Планы изменились", ["withdraw"]),
    ("dates_unsuitable", "Даты не подходят", ["withdraw", "expel"]),
    ("own_request", "По заявлению слушателя", ["expel"]),
    ("absence", "За пропуски занятий", ["expel"]),
    ("other", "Другая причина", ["reject", "clarify", "withdraw", "expel"]),
    ("offer_declined", "Педагог отказался от предложенного места", []),
    ("no_decision", "Решение не принято в срок", []),
    ("no_answer", "Ответ не получен в срок", []),
    ("no_seat", "Место не освободилось до начала занятий", []),
    ("seat_freed", "Освободилось место", []),
    ("group_cancelled", "Поток отменён организацией", []),
    ("programme_withdrawn", "Программа снята с публикации", []),
    ("consent_withdrawn", "Согласие на обработку данных отозвано", []),
    ("school_changed", "Изменилось место работы", []),
    ("dates_changed", "Изменились даты потока", []),
)
MOVED_2026 = "Постановление Правительства РФ о переносе выходных дней в 2026 году"
ARTICLE_112 = "Трудовой кодекс РФ, ст. 112: праздник пришёлся на выходной"
DAYS = (
    (date(2026, 1, 9), False, MOVED_2026),
    (date(2026, 3, 9), False, ARTICLE_112),
    (date(2026, 5, 11), False, ARTICLE_112),
    (date(2026, 12, 31), False, MOVED_2026),
    (date(2027, 5, 3), False, ARTICLE_112),
    (date(2027, 5, 10), False, ARTICLE_112),
    (date(2027, 6, 14), False, ARTICLE_112),
)


def upgrade() -> None:
    since = date(2026, 1, 1)
    op.bulk_insert(
        sa.table("reason", *(sa.column(name) for name in ("code", "text", "actions", "place", "valid_from"))),
        [
            {"code": code, "text": words, "actions": actions, "place": place, "valid_from": since}
            for place, (code, words, actions) in enumerate(REASONS, 1)
        ],
    )
    op.bulk_insert(
        sa.table("calendar_day", sa.column("day"), sa.column("works"), sa.column("ground")),
        [{"day": day, "works": works, "ground": ground} for day, works, ground in DAYS],
    )


def downgrade() -> None:
    op.execute("DELETE FROM calendar_day")
    op.execute("DELETE FROM reason")
