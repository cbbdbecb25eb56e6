"""Parts of the door that need no server: the table of operations, rates, addresses, tokens, settings, personas."""

import asyncio
import json
from dataclasses import replace
from ipaddress import ip_network

import pytest
import uvicorn
from joserfc.jwk import KeySet, OKPKey, RSAKey
from pydantic import ValidationError

from deploy.identity.personas import listed, numbered, snils
from gateway.door.app import cookie_value
from gateway.door.limits import Buckets, TooMany, address_of
from gateway.door.table import Operation, Table, from_document
from gateway.door.upstreams import KEPT_ALIVE_SECONDS
from gateway.door.visitors import Together
from gateway.settings import Issuer
from gateway.tokens import WRONG_KEY, Mint
from services.enrollment.rules.register import snils_holds
from shared.access import GUEST, Caller, Grant, Tokens
from shared.errors import Unavailable

KEY = OKPKey.generate_key("Ed25519", {"kid": "k"})


def table() -> Table:
    paths = ("/api/v1/groups", "/api/v1/groups/{group_id}", "/api/v1/groups/mine", "/api/v1/groups/{group_id}/roster")
    return Table(Operation("catalog", "GET", path, path) for path in paths)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/api/v1/groups", "/api/v1/groups"),
        ("/api/v1/groups/7", "/api/v1/groups/{group_id}"),
        ("/api/v1/groups/mine", "/api/v1/groups/mine"),
        ("/api/v1/groups/%D0%B0/roster", "/api/v1/groups/{group_id}/roster"),
        ("/api/v1/%67roups", "/api/v1/groups"),
        ("/api/v1/groups/", None),
        ("/api/v1/groups//roster", None),
        ("/api/v1/groups/a%2Fb", None),
        ("/api/v1/groups/..", None),
        ("/api/v1/groups/%2e%2e", None),
        ("/api/v1/groups/%00", None),
        ("/api/v1/groups/7/roster/8", None),
        ("/api/v1", None),
        ("", None),
    ],
)
def test_a_path_finds_its_operation_or_none(path: str, found: str | None) -> None:
    operation = table().find(path).get("GET")
    assert (operation.path if operation else None) == found


def test_only_what_the_document_says_of_a_service_is_forwarded() -> None:
    document = {
        "paths": {
            "/api/v1/a": {
                "get": {"x-service": "catalog", "operationId": "a", "x-roles": ["guest", "teacher"]},
                "post": {"x-service": "gateway", "operationId": "b"},
                "put": {"operationId": "c"},
                "parameters": [{"name": "x"}],
            }
        }
    }
    assert from_document(document) == [Operation("catalog", "GET", "/api/v1/a", "a", ("teacher",), ())]


def test_a_bucket_lets_a_burst_pass_and_then_a_trickle() -> None:
    buckets = Buckets(rate=2, burst=3)
    for _ in range(3):
        buckets.take("a", now=100.0)
    with pytest.raises(TooMany) as refused:
        buckets.take("a", now=100.0)
    assert refused.value.retry_after == 1
    buckets.take("b", now=100.0)  # others are not affected
    buckets.take("a", now=100.5)
    with pytest.raises(TooMany):
        buckets.take("a", now=100.6)


def test_buckets_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.door.limits.KEPT", 10)
    buckets = Buckets(rate=1, burst=1)
    for number in range(100):
        buckets.take(str(number), now=0.0)
    assert len(buckets.levels) == 10


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1", "10.0.0.1"),
        ("127.0.0.1", "1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "9.9.9.9, 1.1.1.1", "1.1.1.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("2001:db8::1", None, "2001:db8::/64"),
        ("", None, ""),
    ],
)
def test_an_address_is_the_peers_unless_a_trusted_proxy_says_otherwise(peer: str, forwarded: str | None, address: str) -> None:
    assert address_of(peer, forwarded, [ip_network("127.0.0.0/8")]) == address


def test_an_internal_token_is_what_services_check() -> None:
    from uuid import uuid4

    mint = Mint(json.dumps(KEY.as_dict(private=True)))
    caller = Caller("me", uuid4(), (Grant("operator"), Grant("municipal_specialist", "75742000")), frozenset({"training"}))
    public = dict(KeySet([KEY]).as_dict(private=False))
    token = mint.token(caller, "catalog")
    assert Tokens(public, "catalog").caller(token) == caller
    with pytest.raises(Exception, match="Войдите"):
        Tokens(public, "routes").caller(token)
    assert mint.token(GUEST, "catalog") == mint.token(GUEST, "catalog") != mint.token(GUEST, "routes")
    assert Tokens(public, "catalog").caller(mint.token(GUEST, "catalog")) == GUEST


def test_a_token_serves_a_second_and_only_the_very_same_rights() -> None:
    mint = Mint(json.dumps(KEY.as_dict(private=True)))
    caller = Caller("me", None, (Grant("operator"), Grant("auditor")), frozenset({"training"}))
    token = mint.token(caller, "catalog", now=100.0)
    assert mint.token(replace(caller), "catalog", now=101.0) == token
    fewer = [replace(caller, grants=caller.grants[:1]), replace(caller, consents=frozenset()), replace(caller, subject="you")]
    others = [mint.token(one, "catalog", now=100.0) for one in fewer]
    assert len({token, *others, mint.token(caller, "routes", now=100.0), mint.token(caller, "catalog", now=102.5)}) == 6
    public = dict(KeySet([KEY]).as_dict(private=False))
    assert [Tokens(public, "catalog").caller(one) for one in others] == fewer


def test_a_key_that_can_not_sign_stops_the_start() -> None:
    for key in (RSAKey.generate_key(2048, {"kid": "k"}).as_dict(private=True), KEY.as_dict(private=False)):
        with pytest.raises(ValueError, match=WRONG_KEY):
            Mint(json.dumps(key))


@pytest.mark.parametrize(
    ("header", "value"),
    [("dpo=a", "a"), ("x=1; dpo=a", "a"), ("dpo=a; dpo=b", None), ("xdpo=a", None), ("", None), (None, None), ("dpo", "")],
)
def test_of_two_cookies_with_one_name_neither_is_trusted(header: str | None, value: str | None) -> None:
    assert cookie_value(header, "dpo") == value


def test_an_issuer_is_an_address_without_frills() -> None:
    for url in ("ftp://issuer.test", "issuer.test", "https://issuer.test/?a=b", "https://issuer.test/#a"):
        with pytest.raises(ValidationError):
            Issuer(key="a", title="A", issuer=url, client_id="c")
    assert Issuer(key="a", title="A", issuer="https://issuer.test/", client_id="c").issuer == "https://issuer.test"


def test_invented_people_have_numbers_that_add_up_and_addresses_that_lead_nowhere() -> None:
    people = [*listed(), *(numbered(number) for number in range(200))]
    assert len({one.snils for one in people}) == len(people) == len({one.id for one in people})
    for one in people:
        digits = "".join(mark for mark in one.snils if mark.isdigit())
        assert snils_holds(digits)
        assert int(digits[:9]) > 1_001_998
        assert one.email.endswith("@example.test")
    assert snils(112_233_445) == "112-233-445 95"


def test_the_sign_in_page_offers_every_role() -> None:
    roles = {one.role for one in listed()}
    assert roles >= {"teacher", "school_specialist", "municipal_specialist", "agency_specialist", "provider_specialist"}
    assert roles >= {"assessor", "expert", "operator", "ministry", "auditor"}


async def test_waiting_callers_share_a_statement_and_late_ones_get_a_fresh_one() -> None:
    asked: list[list[bytes]] = []
    go_on = asyncio.Event()

    async def ask(keys: list[bytes]) -> dict[bytes, int]:
        asked.append(keys)
        await go_on.wait()
        if b"broken" in keys:
            raise Unavailable()
        return {key: len(asked) for key in keys if key != b"nobody"}

    together = Together(ask)
    first = asyncio.create_task(together.find(b"a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert asked == [[b"a"]]
    late = [asyncio.create_task(together.find(key)) for key in (b"a", b"b", b"a", b"nobody")]
    await asyncio.sleep(0)
    go_on.set()
    assert await first == 1
    assert await asyncio.gather(*late) == [2, 2, 2, None]  # read after they came, once for all of them
    assert asked == [[b"a"], [b"a", b"b", b"nobody"]]
    with pytest.raises(Unavailable):
        await together.find(b"broken")
    assert await together.find(b"c") == 4  # a failure is over with its statement


def test_a_connection_is_given_up_before_its_service_closes_it() -> None:
    assert uvicorn.Config("any:app").timeout_keep_alive > KEPT_ALIVE_SECONDS
