"""An upload is judged by its content, whatever it is called."""

import pytest

from services.catalog.rules.files import LARGEST, pdf_fault

PDF = b"%PDF-1.7\n<< /Type /Catalog >>\n%%EOF\n"


def test_a_plain_pdf_is_taken() -> None:
    assert pdf_fault(PDF) is None
    assert pdf_fault(PDF[:-6] + b"0" * (LARGEST - len(PDF)) + PDF[-6:]) is None


@pytest.mark.parametrize("name", [b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/Encrypt"])
def test_an_active_name_is_refused_and_a_longer_one_is_not(name: bytes) -> None:
    assert pdf_fault(PDF.replace(b"/Type", name + b" 1 0 R /Type")) is not None
    assert pdf_fault(PDF.replace(b"/Type", name + b"tles 1 0 R /Type")) is None


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04", b"MZ\x90", b"\xd0\xcf\x11\xe0", b"text", b"%PDF-1.7", PDF + b"0" * LARGEST])
def test_anything_else_is_refused_in_words(body: bytes) -> None:
    assert pdf_fault(body)


@pytest.mark.parametrize(("largest", "words"), [(LARGEST, "больше 5 МБ"), (700_000, "больше 700 КБ")])
def test_a_file_too_large_is_told_the_limit(largest: int, words: str) -> None:
    assert words in str(pdf_fault(b"0" * (largest + 1), largest=largest))
