"""What a public document may say, which files it may carry, and when its versions come into force."""

import re
from base64 import b64decode
from binascii import Error as BadBase64
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from services.catalog.rules.fields import Day, Facts, Line, Prose, plain
from services.catalog.rules.files import demand_pdf
from services.catalog.rules.news import Story
from shared.errors import DomainError, Invalid

LARGEST = 700_000
"""Bytes of a file: what fits as base64 into the megabyte that a body may have."""
NAME = re.compile(r"[^\x00-\x1f\x7f/\\:*?\"<>|]{1,120}\.pdf", re.I)
FARTHEST = timedelta(days=3 * 366)
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100_000), AfterValidator(plain)]


class DocumentWithdrawn(DomainError):
    code, detail = "document_withdrawn", "Документ снят с публикации."


class NothingToPublish(DomainError):
    code, detail = "document_nothing_new", "Новой редакции нет: сначала подготовьте её."


class DocumentNotPublished(DomainError):
    code, detail = "document_not_published", "Документ не опубликован: снимать нечего."


class FileFacts(Facts):
    """A PDF: its name, and its content as base64."""

    name: Annotated[str, StringConstraints(max_length=130)]
    content: Annotated[str, StringConstraints(max_length=960_000)]


class DocumentFacts(Facts):
    """A document and the version of it that is being written; without `file` the written version keeps the file it has."""

    title: Line
    about: Prose = ""
    body: Text = ""
    changes: Story = ""
    in_force_from: Day
    file: FileFacts | None = None
    drop_file: bool = False


class WantedDocuments(Facts):
    """Which documents to list: in force or coming, and of which year the version shown is."""

    standing: Literal["in_force", "coming"] | None = None
    year: Annotated[int | None, Field(ge=1900, le=2100)] = None


def pdf_of(file: FileFacts) -> bytes:
    """The content of a harmless PDF; raises `Invalid` for anything else, whatever its name says."""
    try:
        content = b64decode(file.content, validate=True)
    except (BadBase64, ValueError) as reason:
        raise Invalid("file", "Файл не прочитан: он передан не целиком.") from reason
    if not NAME.fullmatch(file.name):
        raise Invalid("file", "Имя файла должно заканчиваться на .pdf.")
    demand_pdf(content, largest=LARGEST)
    return content


def version_faults(facts: DocumentFacts, *, has_file: bool, today: date, last_in_force: date | None) -> dict[str, str]:
    """What is wrong with a version, by field; `last_in_force` is the day of the version published before it."""
    faults = {}
    if not facts.body and not has_file:
        faults["body"] = "Напишите текст или приложите файл PDF."
    if last_in_force is not None and facts.in_force_from < last_in_force:
        faults["in_force_from"] = f"Прежняя редакция действует с {last_in_force:%d.%m.%Y}: новая не может быть раньше."
    elif facts.in_force_from > today + FARTHEST:
        faults["in_force_from"] = "Проверьте год."
    return faults


def may_write(*, status: str) -> None:
    """Refuse to write versions of a withdrawn document."""
    if status == "withdrawn":
        raise DocumentWithdrawn()


def may_withdraw_document(*, status: str) -> None:
    """Refuse to withdraw what was never published."""
    if status == "draft":
        raise DocumentNotPublished()
