"""Access tokens of API clients: only genuine ones of a known issuer, meant for us, and in their time."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

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


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def unsigned(issuer: Issuer) -> str:
    return f"{encoded({'alg': 'none', 'typ': 'at+jwt'})}.{encoded(claims(issuer))}."


def symmetric(issuer: Issuer) -> str:
    """HS256, keyed with the issuer's public key as PEM: the classic confusion."""
    said = f"{encoded({'alg': 'HS256', 'typ': 'at+jwt', 'kid': issuer.key.kid})}.{encoded(claims(issuer))}"
    proof = hmac.digest(issuer.key.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(proof).rstrip(b'=').decode()}"


def tampered(issuer: Issuer) -> str:
    head, _, signature = signed(issuer).split(".")
    return f"{head}.{encoded(claims(issuer, sub='orlova'))}.{signature}"


def critical(issuer: Issuer) -> str:
    _, body, signature = signed(issuer).split(".")
    header = {"alg": "ES256", "typ": "at+jwt", "kid": issuer.key.kid, "crit": ["b64"], "b64": False}
    return f"{encoded(header)}.{body}.{signature}"


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
    "a critical extension": critical,
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


async def test_other_schemes_open_nothing(stand: Stand) -> None:
    for scheme in ("Basic YTpi", "Bearer", "Token abc", ""):
        response = await stand.gateway.client.get("/api/v1/session", headers={"authorization": scheme})
        assert response.status_code == 401, scheme


async def test_an_internal_token_is_worth_nothing_outside(stand: Stand) -> None:
    from shared.access import Caller, Grant

    gate = stand.gateway.app.state.gate
    token = gate.mint.token(Caller("x", None, (Grant("operator"),)), "catalog")
    response = await stand.gateway.client.get("/api/v1/programmes", headers={"authorization": f"Bearer {token}"})
    assert response.status_code == 401


async def test_new_keys_of_an_issuer_are_found_and_old_ones_forgotten(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.issuers.UNKNOWN_KEY_SECONDS", 0.0)
    old = stand.issuer.key

    async def opens(token: str) -> bool:
        response = await stand.gateway.client.get("/api/v1/session", headers={"authorization": f"Bearer {token}"})
        return response.status_code == 200

    assert await opens(signed(stand.issuer))
    stand.issuer.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    assert await opens(signed(stand.issuer))
    monkeypatch.setattr("gateway.issuers.UNKNOWN_KEY_SECONDS", 3600.0)
    stand.issuer.key = old
    assert not await opens(signed(stand.issuer, iat=int(time.time()) - 1))
