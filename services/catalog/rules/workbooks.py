"""Whether an upload is a workbook that may be opened at all, judged by its archive before anything in it is parsed."""

import re
import zipfile
from io import BytesIO

LARGEST, UNPACKED, RATIO, ENTRIES = 1_000_000, 20_000_000, 100, 300
NOT_A_TABLE = "Это не таблица. Сохраните её как книгу Excel (.xlsx) или как CSV и загрузите снова."
BROKEN = "Файл не читается: похоже, он повреждён. Сохраните таблицу заново и загрузите снова."
BOMB = "Внутри файла неправдоподобно много данных. Скопируйте таблицу в новую книгу и загрузите её."
OLD = "Эта книга закрыта паролем или сохранена в старом виде (.xls). Снимите пароль, сохраните её как .xlsx и загрузите снова."
PARTS = (
    (
        re.compile(r"vbaProject|macrosheets/|activeX/"),
        "В книге есть макросы. Сохраните её как обычную книгу Excel (.xlsx) и загрузите снова.",
    ),
    (
        re.compile(r"externalLinks/|connections\.xml|queryTables/"),
        "Книга ссылается на другие файлы. Вставьте данные как значения и загрузите её снова.",
    ),
    (re.compile(r"embeddings/"), "В книгу вложены другие файлы. Оставьте в ней только таблицу и загрузите снова."),
)
MACROS = b"macroEnabled"
DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def workbook_fault(body: bytes) -> str | None:
    """What is wrong with an archive; None for a plain workbook."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            return archive_fault(archive, packed=len(body))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError, RuntimeError):  # zipfile, of what is broken
        return BROKEN


def archive_fault(archive: zipfile.ZipFile, *, packed: int) -> str | None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED or unpacked > packed * RATIO:
        return BOMB
    if any(entry.flag_bits & 1 for entry in entries):
        return OLD
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        return BROKEN
    for pattern, sentence in PARTS:
        if any(pattern.search(name) for name in names):
            return sentence
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
        return NOT_A_TABLE
    for name in names:
        if name.endswith((".xml", ".rels")) and (fault := part_fault(archive.read(name))):
            return fault
    return None


def part_fault(text: bytes) -> str | None:
    """What is wrong with one part of a workbook: it declares entities, or allows macros."""
    plain = text.replace(b"\x00", b"")  # UTF-16 hides nothing
    if DECLARED.search(plain):
        return "В файле есть объявления XML, которых в таблице не бывает. Скопируйте таблицу в новую книгу и загрузите её."
    return PARTS[0][1] if MACROS in plain else None
