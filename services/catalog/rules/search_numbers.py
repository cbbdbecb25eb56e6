"""Hours, school years and months in the words of a search."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.catalog.rules.search_words import Idea, Meaning, Word, own_ways

MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
TOLD = {"это": 0, "текущ": 0, "следующ": 1, "будущ": 1, "ближайш": 1}
"""How a month is told from the present one: the beginning of the word before «месяц», and how many months ahead it is."""
IN_MONTH = ("январе", "феврале", "марте", "апреле", "мае", "июне", "июле", "августе", "сентябре", "октябре", "ноябре", "декабре")
UP_TO, FROM = ("до", "максимум"), ("от", "минимум", "свыше")
COURSE_HOURS, MOST_HOURS = range(16, 1001), 100_000
"""Numbers that are hours even without «ч», and the upper end of «от 72 часов»."""
LEVELS = {range(1, 5): "primary_general", range(5, 10): "basic_general", range(10, 12): "secondary_general"}


def numbered(words: Sequence[Word], meaning: Meaning) -> set[int]:
    """Take hours («72 часа», «до 24 ч», «24–36 часов», «144») and school years («7 класс», «5–6 классы»); say which places they took."""
    taken: set[int] = set()
    place = 0
    while place < len(words):
        ends = place
        while ends < len(words) and words[ends].text.isdigit() and ends - place < 2:
            ends += 1
        numbers = [int(word.text) for word in words[place:ends] if len(word.text) <= 4 and not word.text.startswith("0")]
        unit = words[ends].text if ends < len(words) else ""
        if numbers and is_class(unit):
            take_years(meaning, numbers, unit)
            taken |= set(range(place, ends + 1))
        elif numbers and (is_hour(unit) or (len(numbers) == 1 and numbers[0] in COURSE_HOURS)):
            starts = place - (place > 0 and words[place - 1].text in UP_TO + FROM)
            stops = ends + is_hour(unit)
            take_hours(meaning, numbers, [word.text for word in words[starts:stops]])
            taken |= set(range(starts, stops))
        place = max(ends, place + 1)
    return taken


def take_hours(meaning: Meaning, numbers: Sequence[int], said: Sequence[str]) -> None:
    low, high = (0 if said[0] in UP_TO else min(numbers)), (MOST_HOURS if said[0] in FROM else max(numbers))
    meaning.wish("hours", (low, high))
    meaning.tell(" ".join(said), hours_said(low, high))


def take_years(meaning: Meaning, numbers: Sequence[int], unit: str) -> None:
    """The level of these school years is wished for; the numbers themselves may be in a title."""
    if levels := sorted({level for years, level in LEVELS.items() for number in numbers if number in years}):
        meaning.wish("level", levels)
        meaning.tell(f"{' '.join(map(str, numbers))} {unit}", f"уровень: {'–'.join(map(str, numbers))} классы")
    meaning.ideas += [Idea(tuple(own_ways((str(number),))), weak=True) for number in numbers]


def is_hour(unit: str) -> bool:
    return unit == "ч" or unit.startswith("час")


def is_class(unit: str) -> bool:
    return unit.startswith("класс")


def hours_said(low: int, high: int) -> str:
    if low == high:
        return f"объём {low} ч"
    return f"объём до {high} ч" if not low else f"объём от {low} ч" if high == MOST_HOURS else f"объём {low}–{high} ч"


def dated(words: Sequence[Word], meaning: Meaning, *, today: date) -> set[int]:
    """Take months as a wish for a start in them, named («в декабре»: the next) or told («в этом месяце»); say which places they took."""
    taken = set()
    for place, word in enumerate(words):
        before = words[place - 1].text if place else ""
        number = next((number for number, beginning in enumerate(MONTHS, 1) if beginning_of_month(beginning, word.text)), 0)
        said, ahead = word.text, (number - today.month) % 12
        if word.text.startswith("месяц") and (told := next((told for told in TOLD if before.startswith(told)), None)):
            said, ahead, number = f"{before} {word.text}", TOLD[told], 1
            taken.add(place - 1)
        if number:
            first = month_after(today, ahead)
            meaning.wish("starts", (first, month_after(first, 1) - timedelta(days=1)))
            meaning.tell(said, f"начало в {IN_MONTH[first.month - 1]} {first.year} года")
            taken.add(place)
    return taken


def month_after(day: date, months: int) -> date:
    """The first day of a month so many after a day's own."""
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def beginning_of_month(beginning: str, word: str) -> bool:
    """Whether a word is a case of a month: «май» is short, so its cases are listed."""
    return word in ("май", "мая", "мае") if beginning == "ма" else word.startswith(beginning) and len(word) <= len(beginning) + 2
