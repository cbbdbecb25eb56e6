"""Tables that people upload: a workbook or a CSV becomes headings and rows of text, or a sentence about what is wrong."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from typing import Any, NamedTuple

from openpyxl import load_workbook

from services.catalog.rules.workbooks import BROKEN, LARGEST, NOT_A_TABLE, OLD, workbook_fault

MOST_ROWS, MOST_COLUMNS, LONGEST, LOOKED_AT = 500, 60, 32_767, 5_000
EXPLANATION = "Пояснение:"
"""What the row of a template begins with that only explains the columns."""
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a text may begin with that a spreadsheet program would run."""
GUARDED = (*DANGEROUS, "'")
"""What our own CSV puts an apostrophe before."""
UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Sheet(NamedTuple):
    """The headings, the rows of text as wide as they, and the number of each row in its file."""

    headings: list[str]
    rows: list[list[str]]
    numbers: list[int]


def read_sheet(body: bytes) -> Sheet | str:
    """The first table of an upload, or what is wrong with it; runs in a process of its own."""
    if not body:
        return "Файл пуст."
    if len(body) > LARGEST:
        return "Файл больше 1 МБ. Разделите таблицу на части."
    if body.startswith(b"\xd0\xcf\x11\xe0"):
        return OLD
    if body.startswith((b"%PDF", b"MZ", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")):
        return NOT_A_TABLE
    if not body.startswith(b"PK"):
        return of_text(body)
    if fault := workbook_fault(body):
        return fault
    try:
        return of_workbook(body)
    except Exception:  # whatever a reader of foreign files trips over, the person is told the same
        return BROKEN


def of_workbook(body: bytes) -> Sheet | str:
    book = load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            return NOT_A_TABLE
        sheet.reset_dimensions()  # what a file says of its own size need not be true
        rows = sheet.iter_rows(max_row=LOOKED_AT + 1, max_col=MOST_COLUMNS + 1, values_only=True)
        return tabled([said(value) for value in row] for row in rows)
    finally:
        book.close()


def of_text(body: bytes) -> Sheet | str:
    text = decoded(body)
    if text is None or UNREADABLE.search(text) or text.lstrip()[:1] == "<":
        return NOT_A_TABLE
    try:
        first = text.lstrip("\r\n").partition("\n")[0]
        delimiter = max(";,\t", key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
        rows = islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT + 1)
        return tabled([unguarded(value) for value in row] for row in rows)
    except csv.Error:
        return BROKEN


def decoded(body: bytes) -> str | None:
    """The text of a CSV in one of the encodings that people have: UTF-8, the UTF-16 and the Windows-1251 of Excel."""
    encodings = ("utf-16",) if body.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1251")
    for encoding in encodings:
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def said(value: Any) -> str:
    """A cell as text: dates as ISO, whole numbers without a fraction."""
    match value:
        case None:
            return ""
        case bool():
            return "да" if value else "нет"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() else repr(round(value, 9))
    return str(value)


def unguarded(text: str) -> str:
    """A text without the apostrophe that our own CSV puts before what a program might run."""
    return text[1:] if text.startswith("'") and text[1:].startswith(GUARDED) else text


def tabled(lines: Iterable[Sequence[str]]) -> Sheet | str:
    """Lines as a table; empty ones and the explanation of a template are left out."""
    headings: list[str] = []
    rows, numbers = [], []
    for number, line in enumerate(lines, 1):
        if number > LOOKED_AT:
            return f"Строк больше {MOST_ROWS}: удалите пустые строки или разделите таблицу на части."
        cells = [cell.strip() for cell in line]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if not headings:
            if fault := headings_fault(cells):
                return fault
            headings = [" ".join(cell.split()) for cell in cells]
        elif not next(filter(None, cells)).startswith(EXPLANATION):
            if len(cells) > len(headings):
                return f"В строке {number} ячеек больше, чем заголовков."
            if any(len(cell) > LONGEST or UNREADABLE.search(cell) for cell in cells):
                return f"В строке {number} есть ячейка, которую нельзя прочитать: в ней слишком длинный текст или служебные знаки."
            rows.append(cells + [""] * (len(headings) - len(cells)))
            numbers.append(number)
            if len(rows) > MOST_ROWS:
                return f"Строк больше {MOST_ROWS}. Разделите таблицу на части."
    if not headings:
        return "В файле нет заголовков: назовите столбцы в первой строке."
    return Sheet(headings, rows, numbers) if rows else "Под заголовками нет ни одной строки."


def headings_fault(cells: Sequence[str]) -> str | None:
    """What is wrong with the line that should name the columns."""
    if len(cells) > MOST_COLUMNS:
        return f"Столбцов больше {MOST_COLUMNS}."
    if not all(cells):
        return f"У столбца № {cells.index('') + 1} нет заголовка: назовите столбцы в первой строке."
    folded = [" ".join(cell.lower().split()) for cell in cells]
    if any(len(cell) > 200 or UNREADABLE.search(cell) for cell in cells):
        return "Заголовок столбца слишком длинный."
    if twice := next((cell for cell, one in zip(cells, folded, strict=True) if folded.count(one) > 1), None):
        return f"Заголовок «{twice}» повторяется: столбцы должны называться по-разному."
    return None
