"""Access tokens of API clients: only genuine ones of a known issuer, meant for us, and in their time."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from deploy.identity.issuer import Issuer
from tests.service.gateway.conftest import Stand

Forge = Callable[[Issuer], str]
FOREIGN = ECKey.generate_key("P-256", {"kid": "foreign"})


def claims(issuer: Issuer, **changed: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {"iss": issuer.url, "aud": "dpo", "sub": "gareev", "iat": now, "exp": now + 600, **changed}
    return {name: value for name, value in said.items() if value is not None}


def signed(issuer: Issuer, header: dict[str, Any] | None = None, **changed: Any) -> str:
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid, **(header or {})}, claims(issuer, **changed), issuer.key)


def foreign(issuer: Issuer, kid: str | None) -> str:
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": kid}, claims(issuer), FOREIGN)


def unsigned(issuer: Issuer) -> str:
    head, body, _ = signed(issuer).split(".")
    none = jws.serialize_compact({"alg": "HS256"}, b"", OctKey.import_key("x" * 32)).split(".")[0]
    forged = none.replace(none, "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0")
    return f"{forged}.{body}."


def symmetric(issuer: Issuer) -> str:
    """HS256, keyed with the issuer's public key as PEM: the classic confusion."""
    key = OctKey.import_key(issuer.key.as_pem(private=False))
    return jws.serialize_compact({"alg": "HS256", "typ": "at+jwt", "kid": issuer.key.kid}, jws_payload(issuer), key, algorithms=["HS256"])


def jws_payload(issuer: Issuer) -> bytes:
    import json

    return json.dumps(claims(issuer)).encode()


def tampered(issuer: Issuer) -> str:
    import base64
    import json

    head, _, signature = signed(issuer).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(issuer, sub="orlova")).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def own_key_inside(issuer: Issuer) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid, "jwk": FOREIGN.as_dict(private=False)}
    return jwt.encode(header, claims(issuer), FOREIGN)


def own_address_inside(issuer: Issuer) -> str:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": "foreign", "jku": "http://127.0.0.1:1/jwks"}
    return jwt.encode(header, claims(issuer), FOREIGN)


def another_algorithm(issuer: Issuer) -> str:
    key = RSAKey.generate_key(2048, {"kid": issuer.key.kid or ""})
    return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": issuer.key.kid}, claims(issuer), key)


WRONG: dict[str, Forge] = {
    "nothing": lambda issuer: "",
    "no token": lambda issuer: "not.a.token",
    "two parts": lambda issuer: "a.b",
    "alg none": unsigned,
    "HS256 with the public key": symmetric,
    "a foreign key": lambda issuer: foreign(issuer, "foreign"),
    "a foreign key under a known id": lambda issuer: foreign(issuer, issuer.key.kid),
    "a path as key id": lambda issuer: foreign(issuer, "../../../../dev/null"),
    "a key of its own inside": own_key_inside,
    "an address of keys inside": own_address_inside,
    "another algorithm": another_algorithm,
    "a changed body": tampered,
    "an unknown issuer": lambda issuer: signed(issuer, iss="https://elsewhere.test"),
    "no issuer": lambda issuer: signed(issuer, iss=None),
    "another audience": lambda issuer: signed(issuer, aud="another"),
    "no audience": lambda issuer: signed(issuer, aud=None),
    "no subject": lambda issuer: signed(issuer, sub=None),
    "an empty subject": lambda issuer: signed(issuer, sub=""),
    "expired": lambda issuer: signed(issuer, iat=int(time.time()) - 700, exp=int(time.time()) - 31),
    "no end": lambda issuer: signed(issuer, exp=None),
    "endless": lambda issuer: signed(issuer, exp=int(time.time()) + 10**9),
    "not yet": lambda issuer: signed(issuer, nbf=int(time.time()) + 60),
    "from the future": lambda issuer: signed(issuer, iat=int(time.time()) + 60),
    "an ID token": lambda issuer: signed(issuer, {"typ": "JWT"}, nonce="n"),
    "an ID token that claims to be an access token": lambda issuer: signed(issuer, nonce="n"),
    "no type": lambda issuer: signed(issuer, {"typ": "JWT"}),
    "a critical extension": lambda issuer: signed(issuer).replace(
        signed(issuer).split(".")[0], "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiYjY0Il0sImI2NCI6ZmFsc2V9"
    ),
}


async def test_a_genuine_token_opens(stand: Stand) -> None:
    headers = {"authorization": f"Bearer {signed(stand.issuer)}"}
    session = (await stand.gateway.client.get("/api/v1/session", headers=headers)).json()
    assert session["signed_in"]
    assert session["csrf_token"] is None


async def test_no_forged_token_opens(stand: Stand) -> None:
    for name, forge in WRONG.items():
        headers = {"authorization": f"Bearer {forge(stand.issuer)}"}
        for path in ("/api/v1/session", "/api/v1/programmes"):
            response = await stand.gateway.client.get(path, headers=headers)
            assert (response.status_code, response.json()["type"]) == (401, "unauthenticated"), name
    assert not stand.upstream.heard


@pytest.mark.parametrize("scheme", ["Basic YTpi", "Bearer", "Token abc", ""])
async def test_other_schemes_open_nothing(stand: Stand, scheme: str) -> None:
    response = await stand.gateway.client.get("/api/v1/session", headers={"authorization": scheme})
    assert response.status_code == 401


async def test_an_internal_token_is_worth_nothing_outside(stand: Stand) -> None:
    from shared.access import Caller, Grant

    gate = stand.gateway.app.state.gate
    token = gate.mint.token(Caller("x", None, (Grant("operator"),)), "catalog")
    response = await stand.gateway.client.get("/api/v1/programmes", headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 401


async def test_new_keys_of_an_issuer_are_found_and_old_ones_forgotten(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.issuers.UNKNOWN_KEY_SECONDS", 0.0)
    old = stand.issuer.key
    assert (
        await stand.gateway.client.get("/api/v1/session", headers={"authorization": f"Bearer {signed(stand.issuer)}"})
    ).status_code == 200
    stand.issuer.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    fresh = {"authorization": f"Bearer {signed(stand.issuer)}"}
    assert (await stand.gateway.client.get("/api/v1/session", headers=fresh)).status_code == 200
    stand.issuer.key = old
    stale = {"authorization": f"Bearer {signed(stand.issuer, iat=int(time.time()) - 1)}"}
    known = stand.gateway.app.state.gate.issuers.known["development"]
    assert KeySet(known.keys.keys).keys[0].kid != old.kid
    monkeypatch.setattr("gateway.issuers.UNKNOWN_KEY_SECONDS", 3600.0)
    assert (await stand.gateway.client.get("/api/v1/session", headers=stale)).status_code == 401
