"""Documents: published versions never change, files are harmless, and the day of force is kept."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.catalog import DocumentPublished
from tests.service.catalog.conftest import Register, day

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"


def file(content: bytes = PDF, name: str = "Регламент.pdf") -> dict[str, str]:
    return {"name": name, "content": b64encode(content).decode()}


def facts(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Регламент модуля",
        "about": "Кто, что и в какие сроки делает.",
        "body": "1. Общие положения.",
        "in_force_from": day(0),
    } | changes


async def published(register: Register, **changes: Any) -> dict[str, Any]:
    document = await register.done("POST", "/documents", register.operator, facts(**changes))
    return await register.done("POST", f"/documents/{document['id']}/publication", register.operator)


async def test_a_document_is_public_and_said_once_it_is_published(register: Register) -> None:
    draft = await register.done("POST", "/documents", register.operator, facts())
    assert (await register.get("/documents"))["items"] == []
    assert (await register.refused("GET", f"/documents/{draft['id']}", register.service.guest())).status_code == 404
    await register.done("POST", f"/documents/{draft['id']}/publication", register.operator)
    said = (await register.service.told(DocumentPublished))[0]
    event = said.event()
    assert isinstance(event, DocumentPublished)
    assert (str(said.subject), event.version, event.in_force_from.isoformat()) == (draft["id"], 1, day(0))
    card = await register.get(f"/documents/{draft['id']}")
    assert (card["in_force"], card["newest"], [one["body"] for one in card["versions"]]) == (1, 1, ["1. Общие положения."])


async def test_the_next_version_waits_for_its_day_and_leaves_the_former_as_it_was(register: Register) -> None:
    document = await published(register)
    path = f"/documents/{document['id']}"
    await register.done("PUT", path, register.operator, facts(body="Новый порядок.", changes="Сроки короче.", in_force_from=day(30)))
    assert [one["number"] for one in (await register.get(path))["versions"]] == [1]
    assert (await register.get(path, register.operator))["draft"] == 2
    await register.done("POST", f"{path}/publication", register.operator)
    card = await register.get(path)
    assert (card["in_force"], card["newest"], card["draft"]) == (1, 2, None)
    assert [one["body"] for one in card["versions"]] == ["Новый порядок.", "1. Общие положения."]
    assert [one.data["version"] for one in await register.service.told(DocumentPublished)] == [1, 2]
    nothing = await register.refused("POST", f"{path}/publication", register.operator)
    assert nothing.json()["type"] == "document_nothing_new"


async def test_a_version_is_not_in_force_before_the_former_one(register: Register) -> None:
    document = await published(register)
    answer = await register.refused("PUT", f"/documents/{document['id']}", register.operator, facts(in_force_from=day(-1)))
    assert [one["field"] for one in answer.json()["errors"]] == ["in_force_from"]


async def test_a_file_is_kept_and_given_as_it_came(register: Register) -> None:
    document = await published(register, body="", file=file())
    shown = await register.get(f"/documents/{document['id']}")
    assert shown["versions"][0]["file"] == {"name": "Регламент.pdf", "size": len(PDF)}
    answer = await register.service.call("GET", f"/documents/{document['id']}/versions/1/file", register.service.guest())
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PDF, "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment")
    missing = await register.refused("GET", f"/documents/{document['id']}/versions/2/file", register.service.guest())
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        file(b"MZ\x90\x00 not a document %%EOF"),
        file(b"%PDF-1.7 without an end"),
        file(b"%PDF-1.7\n/OpenAction << /S /JavaScript >>\n%%EOF"),
        file(b"%PDF-1.7\n/EmbeddedFiles\n%%EOF"),
        file(b"%PDF-1.7\n" + b"0" * 700_001 + b"\n%%EOF"),
        file(name="Регламент.exe"),
        file(name="../../etc/passwd.pdf"),
        {"name": "Регламент.pdf", "content": "это не base64"},
    ],
)
async def test_whatever_is_no_harmless_pdf_is_refused(register: Register, wrong: dict[str, str]) -> None:
    answer = await register.refused("POST", "/documents", register.operator, facts(file=wrong))
    assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["file"])


async def test_a_document_says_something(register: Register) -> None:
    answer = await register.refused("POST", "/documents", register.operator, facts(body=""))
    assert [one["field"] for one in answer.json()["errors"]] == ["body"]


async def test_only_the_operator_writes_documents(register: Register) -> None:
    document = await published(register)
    for who, status in ((register.specialist, 403), (register.service.guest(), 401)):
        assert (await register.refused("POST", "/documents", who, facts())).status_code == status
        assert (await register.refused("PUT", f"/documents/{document['id']}", who, facts())).status_code == status
    assert (await register.refused("PUT", f"/documents/{uuid4()}", register.operator, facts())).status_code == 404


async def test_a_withdrawn_document_says_why_and_shows_nothing(register: Register) -> None:
    document = await published(register, file=file())
    await register.done("POST", f"/documents/{document['id']}/withdrawal", register.operator, {"reason": "Заменён другим"})
    card = await register.get(f"/documents/{document['id']}")
    assert (card["status"], card["withdrawal_reason"], card["versions"]) == ("withdrawn", "Заменён другим", [])
    assert (await register.get("/documents"))["items"] == []
    assert (await register.refused("GET", f"/documents/{document['id']}/versions/1/file", register.service.guest())).status_code == 404


async def test_the_database_holds_what_the_rules_say_of_documents(register: Register) -> None:
    await published(register)
    await register.forbids(
        "UPDATE document_version SET body = ''",
        "UPDATE document_version SET file = 'MZ', file_name = 'x.pdf'",
        "UPDATE document_version SET file_name = 'x.pdf'",
        "UPDATE public_document SET status = 'withdrawn'",
        "INSERT INTO document_version SELECT document_id, number + place, body, changes, NULL, NULL, in_force_from, NULL"
        " FROM document_version, generate_series(1, 2) AS place",
    )


async def test_facets_of_documents_react_to_each_other(register: Register) -> None:
    this, coming = day(0)[:4], day(400)[:4]
    await published(register, title="Действует")
    await published(register, title="Вступит", in_force_from=day(400))

    async def asked(**wanted: Any) -> tuple[list[str], dict[str, dict[str, int]]]:
        found = await register.get("/documents", **wanted)
        counts = {name: {one["value"]: one["count"] for one in values} for name, values in found["facets"].items()}
        return [one["title"] for one in found["items"]], counts

    both = {"standing": {"coming": 1, "in_force": 1}, "year": {coming: 1, this: 1}}
    assert await asked() == (["Вступит", "Действует"], both)
    assert await asked(standing="in_force") == (["Действует"], both | {"year": {this: 1}})
    assert await asked(year=coming) == (["Вступит"], both | {"standing": {"coming": 1}})
    assert await asked(year=coming, standing="in_force") == ([], {"standing": {"coming": 1, "in_force": 0}, "year": {coming: 0, this: 1}})
    assert (await register.refused("GET", "/documents?standing=nobody", register.service.guest())).status_code == 422
