"""The public document is merged from the services: nothing internal, nothing twice, every reference resolved."""

from typing import Any

import pytest

from deploy.openapi import Collision, merged, truthful


def document(paths: dict[str, Any], schemas: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"paths": paths, "components": {"schemas": schemas or {}}}


def operation(name: str, *, public: bool = True, roles: tuple[str, ...] = ("guest",), schema: str | None = None) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"} if schema else {}}}
    return {"operationId": name, "x-public": public, "x-roles": list(roles), "responses": {"200": {"content": content}}}


NOTHING = document({})


def test_only_public_operations_are_published_with_their_service() -> None:
    catalog = document({"/programmes": {"get": operation("programmes"), "post": operation("add", roles=("provider_specialist",))}})
    enrollment = document({"/names": {"get": operation("names", public=False)}})
    pages = {"/": {"get": operation("home")}, "/api/v1/health": {"get": operation("health", public=False)}}
    own = document({"/api/v1/session": {"get": operation("session", roles=("teacher",))}} | pages)
    made = merged({"catalog": catalog, "enrollment": enrollment}, own)
    assert made["paths"].keys() == {"/api/v1/programmes", "/api/v1/session"}
    both = made["paths"]["/api/v1/programmes"]
    assert (both["get"]["x-service"], both["get"]["security"]) == ("catalog", [])
    assert both["post"]["security"] == [{"session": []}, {"bearer": []}]
    assert made["paths"]["/api/v1/session"]["get"]["x-service"] == "gateway"


@pytest.mark.parametrize(
    "other",
    [document({"/things": {"get": operation("other")}}), document({"/others": {"get": operation("things")}})],
    ids=["one path", "one name"],
)
def test_two_services_can_not_answer_one_operation(other: dict[str, Any]) -> None:
    with pytest.raises(Collision):
        merged({"catalog": document({"/things": {"get": operation("things")}}), "routes": other}, NOTHING)


def test_one_operation_can_not_be_the_gateways_and_a_services() -> None:
    own = document({"/api/v1/things": {"get": operation("own_things")}})
    with pytest.raises(Collision):
        merged({"catalog": document({"/things": {"get": operation("things")}})}, own)


def test_two_meanings_of_one_schema_name_are_told_apart_and_one_meaning_is_kept() -> None:
    pages = {
        "Page": {"properties": {"items": {"items": {"$ref": "#/components/schemas/Item"}}}},
        "Item": {"type": "string"},
        "Same": {"type": "null"},
    }
    catalog = document({"/a": {"get": operation("a", schema="Page")}, "/c": {"get": operation("c", schema="Same")}}, pages)
    routes = document(
        {"/b": {"get": operation("b", schema="Page")}, "/d": {"get": operation("d", schema="Same")}},
        pages | {"Item": {"type": "integer"}, "Secret": {"type": "object"}},
    )
    schemas = merged({"catalog": catalog, "routes": routes}, NOTHING)["components"]["schemas"]
    assert schemas.keys() == {"catalog_Page", "catalog_Item", "routes_Page", "routes_Item", "Same"}
    assert schemas["routes_Page"]["properties"]["items"]["items"]["$ref"] == "#/components/schemas/routes_Item"
    assert (schemas["routes_Item"], schemas["catalog_Item"]) == ({"type": "integer"}, {"type": "string"})


def test_every_refusal_is_stated_as_the_problem_that_is_really_answered() -> None:
    frameworks_own = {
        "description": "Validation Error",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}},
    }
    stated = operation("things") | {"responses": {"200": {}, "422": frameworks_own}}
    made = truthful(document({"/things": {"get": stated}}, {"HTTPValidationError": {}, "ValidationError": {}}))
    assert made["paths"]["/things"]["get"]["responses"].keys() == {"200", "default"}
    assert made["components"]["schemas"].keys() == {"Problem"}
    published = merged({"catalog": made}, NOTHING)
    assert published["components"]["schemas"].keys() == {"Problem"}
