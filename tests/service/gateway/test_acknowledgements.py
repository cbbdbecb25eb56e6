"""Documents that the staff have to read, and how many have."""

from datetime import date
from uuid import uuid4

from shared.contracts.catalog import DocumentPublished
from tests.service.gateway.conftest import Stand
from tests.support.service import envelope_of


async def test_staff_are_asked_to_read_the_newest_regulation(stand: Stand) -> None:
    document = DocumentPublished(document_id=uuid4(), title="Регламент модуля", version=2, in_force_from=date(2026, 1, 1))
    older = document.model_copy(update={"version": 1})
    await stand.gateway.hear(
        envelope_of(document, subject=document.document_id, revision=2), envelope_of(older, subject=document.document_id, revision=1)
    )
    unread = (await stand.call("GET", "/api/v1/session", "orlova")).json()["to_acknowledge"]
    assert [(one["title"], one["version"]) for one in unread] == [("Регламент модуля", 2)]
    body = {"document_id": str(document.document_id), "version": 2}
    for _ in range(2):
        assert (await stand.call("POST", "/api/v1/me/acknowledgements", "orlova", body)).status_code == 204
    assert (await stand.call("POST", "/api/v1/me/acknowledgements", "orlova", {**body, "version": 1})).status_code == 404
    assert (await stand.call("GET", "/api/v1/session", "orlova")).json()["to_acknowledge"] == []


async def test_the_operator_sees_how_many_have_read_a_document_and_nobodys_name(stand: Stand) -> None:
    document = DocumentPublished(document_id=uuid4(), title="Регламент модуля", version=3, in_force_from=date(2026, 1, 1))
    await stand.gateway.hear(envelope_of(document, subject=document.document_id, revision=3))
    path = f"/api/v1/documents/{document.document_id}/acknowledgements"
    before = (await stand.call("GET", path, "orlova")).json()
    assert (before["version"], before["items"]) == (3, [{"role": "operator", "scope_name": None, "staff": 1, "read": 0}])
    body = {"document_id": str(document.document_id), "version": 3}
    assert (await stand.call("POST", "/api/v1/me/acknowledgements", "orlova", body)).status_code == 204
    assert [one["read"] for one in (await stand.call("GET", path, "orlova")).json()["items"]] == [1]
    assert (await stand.call("GET", f"/api/v1/documents/{uuid4()}/acknowledgements", "orlova")).status_code == 404
    assert (await stand.call("GET", path, "sokolova")).status_code == 403
