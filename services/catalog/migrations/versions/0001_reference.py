"""Dictionaries, legal minima of hours, municipalities: reference data with validity dates."""

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LONG_AGO = date(2000, 1, 1)
TERMS: dict[str, list[tuple[str, str, str]]] = {
    "position": [
        ("teacher", "Учитель", "учитель"),
        ("educator", "Воспитатель", "воспитатель"),
        ("senior_educator", "Старший воспитатель", "старший воспитатель"),
        ("head", "Руководитель (директор, заведующий)", "руководитель (директор, заведующий)"),
        ("deputy_head", "Заместитель руководителя", "заместитель руководителя"),
        ("methodist", "Методист", "методист"),
        ("senior_methodist", "Старший методист", "старший методист"),
        ("psychologist", "Педагог-психолог", "педагог-психолог"),
        ("speech_therapist", "Учитель-логопед", "учитель-логопед"),
        ("defectologist", "Учитель-дефектолог", "учитель-дефектолог"),
        ("social_teacher", "Социальный педагог", "социальный педагог"),
        ("librarian", "Педагог-библиотекарь", "педагог-библиотекарь"),
        ("organiser", "Педагог-организатор", "педагог-организатор"),
        ("supplementary_teacher", "Педагог дополнительного образования", "педагог дополнительного образования"),
        ("tutor", "Тьютор", "тьютор"),
        (
            "upbringing_adviser",
            "Советник директора по воспитанию и взаимодействию с детскими общественными объединениями",
            "советник директора по воспитанию",
        ),
        ("music_director", "Музыкальный руководитель", "музыкальный руководитель"),
        ("pe_instructor", "Инструктор по физической культуре", "инструктор по физической культуре"),
        ("safety_teacher", "Преподаватель-организатор основ безопасности и защиты Родины", "преподаватель-организатор ОБЗР"),
        ("lecturer", "Преподаватель", "преподаватель"),
        ("training_master", "Мастер производственного обучения", "мастер производственного обучения"),
    ],
    "subject": [
        ("mathematics", "Математика", "математика"),
        ("russian", "Русский язык", "русский язык"),
        ("literature", "Литература", "литература"),
        ("primary", "Начальные классы", "начальные классы"),
        ("english", "Английский язык", "английский язык"),
        ("informatics", "Информатика", "информатика"),
        ("physics", "Физика", "физика"),
        ("chemistry", "Химия", "химия"),
        ("biology", "Биология", "биология"),
        ("geography", "География", "география"),
        ("history", "История", "история"),
        ("social_studies", "Обществознание", "обществознание"),
        ("technology", "Труд (технология)", "труд (технология)"),
        ("art", "Изобразительное искусство", "изобразительное искусство"),
        ("music", "Музыка", "музыка"),
        ("physical_education", "Физическая культура", "физическая культура"),
        ("safety", "Основы безопасности и защиты Родины", "основы безопасности и защиты Родины"),
    ],
    "level": [
        ("preschool", "Дошкольное образование", "дошкольное образование"),
        ("primary_general", "Начальное общее образование", "начальное общее образование"),
        ("basic_general", "Основное общее образование", "основное общее образование"),
        ("secondary_general", "Среднее общее образование", "среднее общее образование"),
        ("vocational", "Среднее профессиональное образование", "среднее профессиональное образование"),
        ("supplementary", "Дополнительное образование детей", "дополнительное образование детей"),
    ],
    "programme_kind": [
        ("professional_development", "Повышение квалификации", "повышение квалификации"),
        ("retraining", "Профессиональная переподготовка", "профессиональная переподготовка"),
        ("internship", "Стажировка", "стажировка"),
    ],
    "form": [
        ("full_time", "Очная", "очно"),
        ("blended", "Очно-заочная", "очно-заочно"),
        ("distance", "Дистанционная", "дистанционно"),
    ],
    "funding": [
        ("federal", "Федеральный бюджет", "бюджет"),
        ("regional", "Региональный бюджет", "бюджет"),
        ("municipal", "Муниципальный бюджет", "бюджет"),
        ("paid", "За плату", "за плату"),
    ],
    "document": [
        ("qualification_certificate", "Удостоверение о повышении квалификации", "удостоверение о повышении квалификации"),
        ("retraining_diploma", "Диплом о профессиональной переподготовке", "диплом о профессиональной переподготовке"),
        ("study_certificate", "Справка об обучении", "справка об обучении"),
    ],
    "approver": [
        ("school", "Руководитель образовательной организации", "руководитель"),
        ("municipality", "Муниципальный орган управления образованием", "муниципалитет"),
    ],
    "organisation_kind": [
        ("ministry", "Министерство", "министерство"),
        ("operator", "Оператор", "оператор"),
        ("assessment_centre", "Центр оценки профессионального мастерства", "центр оценки профессионального мастерства"),
        ("provider", "Организация дополнительного профессионального образования", "организация ДПО"),
        ("school", "Образовательная организация", "образовательная организация"),
        ("municipal_authority", "Муниципальный орган управления образованием", "МОУО"),
        ("agency", "Ведомство", "ведомство"),
    ],
    "labour_function": [
        ("A/01.6", "Общепедагогическая функция. Обучение", "общепедагогическая функция. Обучение"),
        ("A/02.6", "Воспитательная деятельность", "воспитательная деятельность"),
        ("A/03.6", "Развивающая деятельность", "развивающая деятельность"),
        ("B/01.5", "Реализация программ дошкольного образования", "реализация программ дошкольного образования"),
        ("B/02.6", "Реализация программ начального общего образования", "реализация программ начального общего образования"),
        (
            "B/03.6",
            "Реализация программ основного и среднего общего образования",
            "реализация программ основного и среднего общего образования",
        ),
        ("B/04.6", "Предметное обучение. Математика", "предметное обучение. Математика"),
        ("B/05.6", "Предметное обучение. Русский язык", "предметное обучение. Русский язык"),
    ],
}
"""Code, title, and the words inside a sentence; the order is the order of lists."""

MINIMA = [
    ("professional_development", 16, date(2013, 9, 1), date(2025, 9, 1), "Приказ Минобрнауки России от 01.07.2013 № 499, п. 12"),
    ("retraining", 250, date(2013, 9, 1), date(2025, 9, 1), "Приказ Минобрнауки России от 01.07.2013 № 499, п. 12"),
    ("professional_development", 16, date(2025, 9, 1), None, "Приказ Минпросвещения России от 24.03.2025 № 266, п. 18"),
    ("retraining", 250, date(2025, 9, 1), None, "Приказ Минпросвещения России от 24.03.2025 № 266, п. 18"),
]

CITIES = [
    ("Челябинский", "75701000"),
    ("Верхнеуфалейский", "75706000"),
    ("Трёхгорный", "75707000"),
    ("Златоустовский", "75712000"),
    ("Карабашский", "75715000"),
    ("Копейский", "75728000"),
    ("Кыштымский", "75734000"),
    ("Магнитогорский", "75738000"),
    ("Миасский", "75742000"),
    ("Озёрский", "75743000"),
    ("Снежинский", "75746000"),
    ("Троицкий", "75752000"),
    ("Усть-Катавский", "75755000"),
    ("Чебаркульский", "75758000"),
    ("Локомотивный", "75759000"),
    ("Южноуральский", "75764000"),
]
DISTRICTS = [  # name, the code in force, the code before, the day of change (only the year is known where it is a 1 January)
    ("Агаповский", "75503000", "75603000", date(2025, 1, 1)),
    ("Аргаяшский", "75506000", "75606000", date(2025, 1, 1)),
    ("Ашинский", "75509000", "75609000", date(2025, 3, 31)),
    ("Брединский", "75512000", "75612000", date(2025, 1, 1)),
    ("Варненский", "75514000", "75614000", date(2025, 1, 1)),
    ("Верхнеуральский", "75517000", "75617000", date(2025, 1, 1)),
    ("Еманжелинский", "75519000", "75619000", date(2025, 1, 1)),
    ("Еткульский", "75520000", "75620000", date(2025, 1, 1)),
    ("Карталинский", "75523000", "75623000", date(2025, 1, 1)),
    ("Каслинский", "75526000", "75626000", date(2025, 1, 1)),
    ("Катав-Ивановский", "75529000", "75629000", date(2025, 1, 1)),
    ("Кизильский", "75532000", "75632000", date(2025, 1, 1)),
    ("Коркинский", "75533000", "75633000", date(2022, 1, 1)),
    ("Красноармейский", "75534000", "75634000", date(2025, 1, 1)),
    ("Кунашакский", "75536000", "75636000", date(2025, 1, 1)),
    ("Кусинский", "75538000", "75638000", date(2025, 3, 31)),
    ("Нагайбакский", "75542000", "75642000", date(2025, 1, 1)),
    ("Нязепетровский", "75544000", "75644000", date(2024, 1, 1)),
    ("Октябрьский", "75547000", "75647000", date(2025, 1, 1)),
    ("Пластовский", "75548000", "75648000", date(2024, 1, 1)),
    ("Саткинский", "75549000", "75649000", date(2024, 1, 1)),
    ("Сосновский", "75552000", "75652000", date(2025, 1, 1)),
    ("Троицкий", "75554000", "75654000", date(2025, 1, 1)),
    ("Увельский", "75555000", "75655000", date(2025, 1, 1)),
    ("Уйский", "75556000", "75656000", date(2025, 1, 1)),
    ("Чебаркульский", "75557000", "75657000", date(2025, 1, 1)),
    ("Чесменский", "75559000", "75659000", date(2025, 1, 1)),
]
INNER_DISTRICTS = [  # of Chelyabinsk, municipalities until 1 October 2024
    ("Калининский", "75701310"),
    ("Курчатовский", "75701315"),
    ("Ленинский", "75701320"),
    ("Металлургический", "75701330"),
    ("Советский", "75701370"),
    ("Тракторозаводский", "75701380"),
    ("Центральный", "75701390"),
]


def upgrade() -> None:
    term = op.create_table(
        "term",
        sa.Column("dictionary", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("short", sa.String, nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("dictionary", "code", "valid_from"),
        sa.CheckConstraint("valid_to > valid_from", name="term_valid_for_a_while"),
    )
    op.create_index("term_in_force", "term", ["dictionary", "code"], unique=True, postgresql_where=sa.text("valid_to IS NULL"))
    op.bulk_insert(
        term,
        [
            {"dictionary": dictionary, "code": code, "title": title, "short": short, "place": place, "valid_from": LONG_AGO}
            for dictionary, terms in TERMS.items()
            for place, (code, title, short) in enumerate(terms)
        ],
    )

    minimum = op.create_table(
        "hours_minimum",
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("basis", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("kind", "valid_from"),
        sa.CheckConstraint("hours > 0", name="hours_minimum_positive"),
        sa.CheckConstraint("valid_to > valid_from", name="hours_minimum_valid_for_a_while"),
    )
    op.create_index("hours_minimum_in_force", "hours_minimum", ["kind"], unique=True, postgresql_where=sa.text("valid_to IS NULL"))
    op.bulk_insert(
        minimum,
        [
            {"kind": kind, "hours": hours, "valid_from": since, "valid_to": until, "basis": basis}
            for kind, hours, since, until, basis in MINIMA
        ],
    )

    territory = op.create_table(
        "territory",
        sa.Column("oktmo", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("successor", sa.String, sa.ForeignKey("territory.oktmo")),
        sa.CheckConstraint("oktmo ~ '^[0-9]{8}$'", name="territory_oktmo_digits"),
        sa.CheckConstraint("valid_to > valid_from", name="territory_valid_for_a_while"),
        sa.CheckConstraint("(valid_to IS NULL) = (successor IS NULL)", name="territory_succeeded"),
        sa.CheckConstraint("successor <> oktmo", name="territory_not_its_own_successor"),
    )
    now = [place(name, "городской округ", oktmo, LONG_AGO) for name, oktmo in CITIES]
    now += [place(name, "муниципальный округ", oktmo, since) for name, oktmo, _, since in DISTRICTS]
    before = [place(name, "муниципальный район", old, LONG_AGO, since, oktmo) for name, oktmo, old, since in DISTRICTS]
    before += [place(name, "внутригородской район", oktmo, LONG_AGO, date(2024, 10, 1), "75701000") for name, oktmo in INNER_DISTRICTS]
    op.bulk_insert(territory, [*now, *before])


def place(name: str, kind: str, oktmo: str, since: date, until: date | None = None, successor: str | None = None) -> dict[str, object]:
    return {
        "oktmo": oktmo,
        "name": name,
        "kind": kind,
        "title": f"{name} {kind}",
        "valid_from": since,
        "valid_to": until,
        "successor": successor,
    }


def downgrade() -> None:
    for table in ("territory", "hours_minimum", "term"):
        op.drop_table(table)
