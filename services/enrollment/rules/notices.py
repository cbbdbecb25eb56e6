"""What the people who decide should know; none of it stops them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from services.enrollment.rules.register import FIELDS


@dataclass(frozen=True, slots=True)
class Notice:
    """A remark by code, with the sentence that people read; `fields` names what is missing."""

    code: str
    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """A training from its first day to its last, with the title people know it by."""

    title: str
    starts: date
    ends: date


def audience_warnings(
    *,
    position: str | None,
    subjects: Collection[str],
    levels: Collection[str],
    wanted_positions: Collection[str],
    wanted_subjects: Collection[str],
    wanted_levels: Collection[str],
) -> list[Notice]:
    """Where a learner is not among those a programme is for; an empty wish admits everyone."""
    found = []
    if wanted_positions and position not in wanted_positions:
        found.append(Notice("position_differs", "Должность не входит в категорию слушателей программы."))
    if wanted_subjects and not set(subjects) & set(wanted_subjects):
        found.append(Notice("subject_differs", "Программа рассчитана на другие предметы."))
    if wanted_levels and not set(levels) & set(wanted_levels):
        found.append(Notice("level_differs", "Программа рассчитана на другой уровень образования."))
    return found


def register_warning(missing: Sequence[str]) -> list[Notice]:
    """What the federal register will ask for."""
    if not missing:
        return []
    names = ", ".join(FIELDS[name] for name in missing)
    return [Notice("register_gaps", f"Для ФИС ФРДО не хватает: {names}.", tuple(missing))]


def clash_warnings(wanted: Period, others: Sequence[Period]) -> list[Notice]:
    """Trainings of the same person at the same time."""
    return [
        Notice("dates_overlap", f"Даты пересекаются с обучением «{other.title}».")
        for other in others
        if other.starts <= wanted.ends and wanted.starts <= other.ends
    ]


def repeat_warning(completed_on: date | None, *, today: date) -> list[Notice]:
    """The same programme passed within three years."""
    if completed_on is None or completed_on.replace(year=completed_on.year + 3, day=min(completed_on.day, 28)) < today:
        return []
    return [Notice("repeated", f"Эта программа уже пройдена {completed_on:%d.%m.%Y}.")]
