"""PDFs of programmes: judged by their content, seen by the public once a reader has published them."""

from typing import Any
from uuid import uuid4

import httpx

from tests.service.catalog.conftest import Register
from tests.support.service import Person

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


async def upload(register: Register, programme: dict[str, Any], body: bytes, who: Person | None = None, name: str = "Программа.pdf") -> Any:
    person = who or register.specialist
    path, headers = f"/programmes/{programme['id']}/files", {**person.headers, "content-type": "application/pdf"}
    return await register.service.client.post(path, params={"name": name}, content=body, headers=headers)


async def fetched(register: Register, programme: dict[str, Any], file_id: str, who: Person) -> httpx.Response:
    return await register.service.call("GET", f"/programmes/{programme['id']}/files/{file_id}", who)


async def test_a_file_is_public_once_a_published_version_names_it(register: Register) -> None:
    programme = await register.published()
    file = (await upload(register, programme, PDF)).json()
    assert (file["name"], file["size"]) == ("Программа.pdf", len(PDF))
    guest = register.service.guest()
    assert (await fetched(register, programme, file["id"], guest)).status_code == 404
    assert (await fetched(register, programme, file["id"], register.specialist)).content == PDF
    facts = (await register.get(f"/programmes/{programme['id']}/edition", register.specialist))["facts"]
    changed = await register.done("PUT", f"/programmes/{programme['id']}", register.specialist, facts | {"files": [file["id"]]})
    assert (await fetched(register, programme, file["id"], guest)).status_code == 404
    await register.approved(changed)
    answer = await fetched(register, programme, file["id"], guest)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%9F")
    assert (await register.get(f"/programmes/{programme['id']}"))["files"] == [file]


async def test_what_is_no_plain_pdf_is_refused_in_words(register: Register) -> None:
    draft = await register.draft()
    wrong = {
        b"PK\x03\x04" + b"0" * 50: "Это архив или документ Word либо Excel",
        b"\xd0\xcf\x11\xe0" + b"0" * 50: "в нём могут быть макросы",
        b"<html>": "Это не PDF",
        b"%PDF-1.7 << /JavaScript 3 0 R >>\n%%EOF": "есть сценарии или вложения",
        b"%PDF-1.7 << /Encrypt 3 0 R >>\n%%EOF": "закрыт паролем",
        b"%PDF-1.7 half": "обрывается",
        b"": "Файл пуст",
        b"%PDF-1.7" + b"0" * (5 * 1024 * 1024) + b"%%EOF": "больше 5 МБ",
    }
    for body, sentence in wrong.items():
        answer = await upload(register, draft, body)
        assert answer.status_code == 422, sentence
        assert sentence in answer.json()["errors"][0]["message"]
    assert (await upload(register, draft, PDF, name="../x.pdf")).status_code == 422


async def test_files_stay_with_their_programme(register: Register) -> None:
    mine, other = await register.draft(), await register.draft()
    file = (await upload(register, mine, PDF)).json()
    stranger = register.service.staff("provider_specialist", uuid4())
    assert (await upload(register, mine, PDF, stranger)).status_code == 404
    assert (await fetched(register, other, file["id"], register.specialist)).status_code == 404
    facts = (await register.get(f"/programmes/{other['id']}/edition", register.specialist))["facts"]
    answer = await register.refused("PUT", f"/programmes/{other['id']}", register.specialist, facts | {"files": [file["id"]]})
    assert answer.json()["errors"][0]["field"] == "files"
