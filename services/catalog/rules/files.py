"""Whether an upload is the plain PDF that it should be, judged by its content and not by its name."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from services.catalog.rules.fields import plain
from shared.errors import Invalid

LARGEST = 5 * 1024 * 1024
Name = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^/\\<>\"\x00-\x1f]{1,120}$"), AfterValidator(plain)]
SORTS = (
    (b"PK\x03\x04", "Это архив или документ Word либо Excel. Сохраните его как PDF и приложите снова."),
    (b"\xd0\xcf\x11\xe0", "Это документ Word или Excel старого вида, в нём могут быть макросы. Сохраните его как PDF."),
    (b"Rar!", "Это архив. Приложите сам PDF."),
    (b"7z\xbc\xaf", "Это архив. Приложите сам PDF."),
    (b"\x1f\x8b", "Это архив. Приложите сам PDF."),
    (b"MZ", "Это исполняемый файл, а не документ."),
)
ACTIVE = (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA")
ENDS = frozenset(b" \t\r\n\f\x00/<([{")


def demand_pdf(body: bytes, *, largest: int = LARGEST) -> None:
    """Refuse anything but a PDF without scripts, attachments and passwords."""
    if fault := pdf_fault(body, largest=largest):
        raise Invalid("file", fault)


def pdf_fault(body: bytes, *, largest: int = LARGEST) -> str | None:
    """What is wrong with an upload; None for a PDF without scripts, attachments and passwords."""
    if not body:
        return "Файл пуст."
    if len(body) > largest:
        return f"Файл больше {said(largest)}. Сохраните PDF в уменьшенном размере."
    for start, sentence in SORTS:
        if body.startswith(start):
            return sentence
    if not body.startswith(b"%PDF-"):
        return "Это не PDF. Сохраните документ как PDF и приложите снова."
    if b"%%EOF" not in body[-2048:]:
        return "PDF обрывается: похоже, он скачан не целиком."
    if any(named(body, name) for name in ACTIVE):
        return "В этом PDF есть сценарии или вложения. Сохраните его без них, например через печать в PDF."
    if named(body, b"/Encrypt"):
        return "Этот PDF закрыт паролем. Сохраните его без пароля."
    return None


def said(size: int) -> str:
    """A size in words, rounded down."""
    return f"{size // 1_000_000} МБ" if size >= 1_000_000 else f"{size // 1000} КБ"


def named(body: bytes, name: bytes) -> bool:
    """Whether a PDF holds this very name and not a longer one."""
    at = body.find(name)
    while at >= 0:
        after = body[at + len(name) : at + len(name) + 1]
        if not after or after[0] in ENDS:
            return True
        at = body.find(name, at + 1)
    return False
