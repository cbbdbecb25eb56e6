"""Tables that people upload are read in whatever form they have them, and refused in words when they are not plain tables."""

import zipfile
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from services.catalog.rules.sheet_writing import Cell, as_csv, as_workbook
from services.catalog.rules.sheets import Sheet, read_sheet
from services.catalog.rules.workbooks import BOMB, BROKEN, NOT_A_TABLE, OLD, UNPACKED

TEXT = "Шифр;Название\nПК-1;Чтение, письмо и счёт\n;\nПК-2;«Ёлка»\n"


def sheet_of(body: bytes) -> Sheet:
    found = read_sheet(body)
    assert isinstance(found, Sheet), found
    return found


def book(*rows: list[Any]) -> bytes:
    made, held = Workbook(), BytesIO()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(held)
    return held.getvalue()


def with_entries(body: bytes, **entries: bytes) -> bytes:
    """A workbook with these parts added or in place of its own."""
    held = BytesIO()
    renamed = {name.replace("__", "/"): content for name, content in entries.items()}
    with zipfile.ZipFile(BytesIO(body)) as before, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            if entry.filename not in renamed:
                after.writestr(entry, before.read(entry))
        for name, content in renamed.items():
            after.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_csv_is_read_in_the_encodings_that_people_have(encoding: str, delimiter: str) -> None:
    found = sheet_of(TEXT.replace(";", delimiter).encode(encoding))
    assert found == Sheet(["Шифр", "Название"], [["ПК-1", "Чтение, письмо и счёт"], ["ПК-2", "«Ёлка»"]], [2, 4])


def test_a_csv_with_commas_and_quotes_is_read() -> None:
    assert sheet_of('Код,Текст\n1,"а, б\nв"\n'.encode()).rows == [["1", "а, б\nв"]]


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    found = sheet_of(
        book(["Шифр", "Часы", "Начало", "Доля", "Да"], ["ПК-1", 36.0, date(2026, 9, 1), 0.4, True], [], ["ПК-2", 72, date(2026, 9, 2)])
    )
    assert found.rows == [["ПК-1", "36", "2026-09-01", "0.4", "да"], ["ПК-2", "72", "2026-09-02", "", ""]]
    assert found.numbers == [2, 4]


def test_the_explanation_of_a_template_is_no_row() -> None:
    assert sheet_of("Шифр;Название\nПояснение: уникальный;Полное\nПК-1;Чтение".encode()).rows == [["ПК-1", "Чтение"]]


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "пуст"),
        (b"a" * 1_000_001, "больше 1 МБ"),
        (b"%PDF-1.7 ...", NOT_A_TABLE),
        (b"<html><body>", NOT_A_TABLE),
        (b"\x00\x01\x02", NOT_A_TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD),
        (b"PK\x03\x04 broken", BROKEN),
        (b"\n\n", "нет заголовков"),
        ("Шифр;Название".encode(), "ни одной строки"),
        ("Шифр;шифр\n1;2".encode(), "повторяется"),
        ("Шифр;;Часы\n1;2;3".encode(), "№ 2 нет заголовка"),
        ("Шифр\n1;2".encode(), "больше, чем заголовков"),
        (("Шифр\n" + "1\n" * 501).encode(), "Строк больше 500"),
        ((";".join(f"Столбец {n}" for n in range(61)) + "\n1").encode(), "Столбцов больше 60"),
    ],
)
def test_what_is_no_plain_table_is_refused_in_words(body: bytes, part: str) -> None:
    said = read_sheet(body)
    assert isinstance(said, str)
    assert part in said


def test_five_hundred_rows_are_read() -> None:
    assert len(sheet_of(("Шифр\n" + "1\n" * 500).encode()).rows) == 500


def test_a_zip_bomb_is_refused_before_it_is_opened() -> None:
    bomb = with_entries(book(["Шифр"], ["1"]), xl__worksheets__sheet1_xml=b"0" * (UNPACKED + 1))
    assert len(bomb) < 100_000
    assert read_sheet(bomb) == BOMB
    many = with_entries(book(["Шифр"], ["1"]), **{f"xl__part{number}.xml": b"<a/>" for number in range(400)})
    assert read_sheet(many) == BOMB


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("xl__vbaProject.bin", b"macro", "макросы"),
        ("xl__externalLinks__externalLink1.xml", b"<a/>", "ссылается на другие файлы"),
        ("xl__embeddings__oleObject1.bin", b"ole", "вложены"),
        ("xl__workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook>&b;</workbook>', "объявления XML"),
        ("xl__sharedStrings.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode("utf-16"), "объявления XML"),
        ("[Content_Types].xml", b"<Types>application/vnd.ms-excel.sheet.macroEnabled.main+xml</Types>", "макросы"),
        ("xl__workbook.xml", b"<workbook", "не читается"),
    ],
)
def test_macros_links_and_entities_are_refused(name: str, content: bytes, part: str) -> None:
    said = read_sheet(with_entries(book(["Шифр"], ["1"]), **{name: content}))
    assert isinstance(said, str)
    assert part in said


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    held = BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("readme.txt", "text")
    assert read_sheet(held.getvalue()) == NOT_A_TABLE


HOSTILE = ["=1+1", "+7 351", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://evil")']


def test_no_text_of_a_workbook_is_a_formula() -> None:
    read = load_workbook(BytesIO(as_workbook("Лист", ["=Шифр"], [[text] for text in HOSTILE])))
    cells = [row[0] for row in read.worksheets[0].iter_rows()]
    assert [cell.data_type for cell in cells] == ["s"] * 8
    assert all(cell.quotePrefix for cell in cells)
    assert [cell.value for cell in cells[1:5]] == HOSTILE[:4]


def test_no_text_of_a_csv_is_a_formula_and_ours_reads_it_back() -> None:
    written: list[Cell] = [*HOSTILE, "'кавычка", "обычный", 7, date(2026, 9, 1)]
    body = as_csv(["Шифр"], [[text] for text in written])
    lines = body.decode("utf-8-sig").split("\r\n")
    assert all(line.lstrip('"').startswith("'") for line in lines[1:6])
    assert [row[0] for row in sheet_of(body).rows] == [*(text.strip() for text in HOSTILE), "'кавычка", "обычный", "7", "01.09.2026"]
