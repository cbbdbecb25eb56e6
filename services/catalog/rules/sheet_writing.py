"""Tables that people download: typed cells, and no text that a spreadsheet program would run."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font

from services.catalog.rules.sheets import DANGEROUS, GUARDED, LONGEST, UNREADABLE

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
Cell = str | int | date | None
WIDE = 40


def written(form: str, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """A table as a workbook or as a CSV; runs in a process of its own."""
    return as_csv(headings, rows) if form == "csv" else as_workbook(title, headings, rows)


def as_workbook(title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings):
        sheet.column_dimensions[chr(65 + number) if number < 26 else "A" + chr(39 + number)].width = min(len(heading) + 6, WIDE)
    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.append([text_cell(sheet, heading, font=bold) for heading in headings])
    for row in rows:
        sheet.append([text_cell(sheet, value, alignment=wrapped) if isinstance(value, str) else plain_cell(sheet, value) for value in row])
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def text_cell(sheet: Any, text: str, **style: Any) -> Any:
    """A cell of text, whatever it begins with; a program that opens the file shows it and runs nothing."""
    cell = WriteOnlyCell(sheet, UNREADABLE.sub("", text)[:LONGEST])
    cell.data_type = "s"
    for name, value in style.items():
        setattr(cell, name, value)
    if text.startswith(DANGEROUS):
        cell.quotePrefix = True
    return cell


def plain_cell(sheet: Any, value: int | date | None) -> Any:
    if not isinstance(value, date):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, datetime.combine(value, time()))
    cell.number_format = "DD.MM.YYYY"
    return cell


def as_csv(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """Semicolons and a mark of UTF-8 at the beginning, so that Excel opens it in Russian as it is."""
    held = StringIO(newline="")
    writer = csv.writer(held, delimiter=";")
    writer.writerows([guarded(value) for value in row] for row in (headings, *rows))
    return b"\xef\xbb\xbf" + held.getvalue().encode()


def guarded(value: Cell) -> str:
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(GUARDED) else text
