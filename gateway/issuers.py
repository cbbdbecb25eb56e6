"""OpenID Connect towards any number of issuers: discovery and keys, cached; codes exchanged; tokens checked."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.settings import Issuer
from shared.errors import DomainError, Unauthenticated, Unavailable

log = structlog.get_logger()
METADATA_SECONDS, KEYS_SECONDS, UNKNOWN_KEY_SECONDS = 3600.0, 600.0, 10.0
LEEWAY, LONGEST_TOKEN, ANSWER_BYTES = 30, 24 * 3600, 500_000
BEARERS_KEPT = 2000


class SignInRefused(DomainError):
    code, status, detail = "sign_in_refused", 400, "Войти не удалось. Начните вход заново."


@dataclass
class Known:
    """What we last read about an issuer, and when."""

    metadata: dict[str, Any] = field(default_factory=dict)
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    metadata_at: float = float("-inf")
    keys_at: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Issuers:
    """The issuers that may say who somebody is."""

    def __init__(self, issuers: Iterable[Issuer], *, development: bool) -> None:
        self.by_key = {issuer.key: issuer for issuer in issuers}
        self.by_name = {issuer.issuer: issuer for issuer in self.by_key.values()}
        self.known = {key: Known() for key in self.by_key}
        self.development = development
        self.bearers: OrderedDict[bytes, tuple[float, str, str]] = OrderedDict()
        self.http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), cookie_jar=aiohttp.DummyCookieJar())

    def named(self, key: str) -> Issuer:
        if (issuer := self.by_key.get(key)) is None:
            raise SignInRefused("Такого способа входа нет.")
        return issuer

    async def read(self, url: str, **kwargs: Any) -> Any:
        """A JSON answer of an issuer; raises `Unavailable` when there is none. No redirect is followed."""
        method = kwargs.pop("method", "GET")
        try:
            async with self.http.request(method, url, allow_redirects=False, **kwargs) as response:
                if response.status >= 500:
                    raise Unavailable("Служба входа не отвечает. Повторите через минуту.")
                body = b""
                while len(body) < ANSWER_BYTES and (piece := await response.content.read(ANSWER_BYTES - len(body))):
                    body += piece  # one read gives what has arrived so far
                return (response.status, orjson.loads(body))
        except (aiohttp.ClientError, OSError, TimeoutError, orjson.JSONDecodeError) as problem:
            log.warning("issuer_away", error=type(problem).__name__)
            raise Unavailable("Служба входа не отвечает. Повторите через минуту.") from problem

    async def metadata(self, issuer: Issuer) -> dict[str, Any]:
        """The issuer's discovery document, at most an hour old; an older one serves while the issuer is away."""
        known = self.known[issuer.key]
        async with known.lock:
            if time.monotonic() - known.metadata_at > METADATA_SECONDS:
                try:
                    _, found = await self.read(issuer.issuer + "/.well-known/openid-configuration")
                    known.metadata, known.metadata_at = self.trusted(issuer, found), time.monotonic()
                except Unavailable:
                    if not known.metadata:
                        raise
        return known.metadata

    def trusted(self, issuer: Issuer, found: Any) -> dict[str, Any]:
        """The document, when it speaks for this issuer and names addresses that are as safe as the issuer's."""
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not isinstance(found, dict) or str(found.get("issuer", "")).rstrip("/") != issuer.issuer:
            raise Unavailable("Служба входа представилась другим именем.")
        addresses = [str(found.get(name, "")) for name in wanted]
        if not all(one.startswith("https://") or (self.development and one.startswith("http://")) for one in addresses):
            raise Unavailable("Служба входа назвала небезопасные адреса.")
        return found

    async def keys(self, issuer: Issuer, kid: str | None) -> KeySet:
        """The issuer's public keys; an unknown key id makes them be read anew, not more often than every ten seconds."""
        metadata, known = await self.metadata(issuer), self.known[issuer.key]
        async with known.lock:
            age = time.monotonic() - known.keys_at
            unknown = kid is not None and kid not in {key.kid for key in known.keys.keys}
            if age > KEYS_SECONDS or (unknown and age > UNKNOWN_KEY_SECONDS):
                try:
                    _, found = await self.read(metadata["jwks_uri"])
                    known.keys, known.keys_at = public_keys(found), time.monotonic()
                except Unavailable:
                    if not known.keys.keys:
                        raise
        return known.keys

    async def claims(self, issuer: Issuer, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token that the issuer signed and that is in its time; raises `Unauthenticated` otherwise.

        Only the issuer's own published keys count: `alg` must be one that we agreed on, and keys or addresses in the header mean nothing.
        """
        try:
            header = jws.extract_compact(token.encode()).headers()
            if header.get("alg") not in issuer.algorithms or header.get("crit"):
                raise Unauthenticated()
            kid = header.get("kid")
            keys = await self.keys(issuer, kid)
            fitting = [key for key in keys.keys if (kid is None or key.kid == kid) and key.get("alg") in (None, header["alg"])]
            if len(fitting) != 1:
                raise Unauthenticated()
            claims = orjson.loads(jws.deserialize_compact(token, fitting[0], algorithms=[header["alg"]]).payload)
            now = time.time()
            if claims["iss"].rstrip("/") != issuer.issuer or not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
                raise Unauthenticated()
            begins = max(float(claims.get("nbf", 0)), float(claims["iat"]))
            if not begins - LEEWAY <= now < float(claims["exp"]) + LEEWAY or float(claims["exp"]) - float(claims["iat"]) > LONGEST_TOKEN:
                raise Unauthenticated()
            return header, claims
        except (JoseError, KeyError, ValueError, TypeError, AttributeError) as reason:
            raise Unauthenticated() from reason

    async def bearer(self, token: str) -> tuple[str, str]:
        """Issuer and subject of an API client's access token; a token checked once is remembered for a minute."""
        now, key = time.time(), hashlib.sha256(token.encode()).digest()
        if (kept := self.bearers.get(key)) and kept[0] > now:
            return kept[1], kept[2]
        try:
            said = orjson.loads(jws.extract_compact(token.encode()).payload)
            issuer = self.by_name[str(said["iss"]).rstrip("/")]
        except (JoseError, KeyError, ValueError, TypeError) as reason:
            raise Unauthenticated() from reason
        header, claims = await self.claims(issuer, token)
        audience = claims.get("aud")
        audiences = {audience} if isinstance(audience, str) else set(audience or ())
        is_access_token = header.get("typ") in issuer.access_token_types and not {"nonce", "at_hash", "c_hash"} & claims.keys()
        if not is_access_token or not audiences & {issuer.client_id, *issuer.audiences}:
            raise Unauthenticated()
        self.bearers[key] = (min(now + 60, float(claims["exp"])), issuer.issuer, claims["sub"])
        if len(self.bearers) > BEARERS_KEPT:
            self.bearers.popitem(last=False)
        return issuer.issuer, str(claims["sub"])

    async def authorization_url(self, issuer: Issuer, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where to send the browser: code flow with PKCE."""
        asked = {
            "response_type": "code",
            "client_id": issuer.client_id,
            "redirect_uri": redirect_uri,
            "scope": issuer.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = (await self.metadata(issuer))["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def exchanged(self, issuer: Issuer, *, code: str, verifier: str, nonce: str, redirect_uri: str) -> dict[str, Any]:
        """Who signed in, from the ID token that a code is worth; raises `SignInRefused` for any token but a genuine one of this sign-in."""
        metadata = await self.metadata(issuer)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, "code_verifier": verifier}
        secret = issuer.client_secret.get_secret_value() if issuer.client_secret else None
        auth = aiohttp.BasicAuth(issuer.client_id, secret) if secret else None
        if auth is None:
            form["client_id"] = issuer.client_id
        status, tokens = await self.read(metadata["token_endpoint"], method="POST", data=form, auth=auth)
        if status != 200 or not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
            raise SignInRefused()
        try:
            _, claims = await self.claims(issuer, tokens["id_token"])
        except Unauthenticated as reason:
            raise SignInRefused() from reason
        audience = claims.get("aud")
        ours = audience == issuer.client_id or (isinstance(audience, list) and issuer.client_id in audience)
        if not ours or claims.get("nonce") != nonce or claims.get("azp", issuer.client_id) != issuer.client_id:
            raise SignInRefused()
        if "userinfo_endpoint" in metadata and set(issuer.claims.values()) - claims.keys():
            claims = {**await self.userinfo(issuer, str(tokens.get("access_token")), claims["sub"]), **claims}
        return claims

    async def userinfo(self, issuer: Issuer, access_token: str, subject: str) -> dict[str, Any]:
        """What the issuer tells about the holder of an access token, when it is the same subject."""
        endpoint = (await self.metadata(issuer)).get("userinfo_endpoint")
        if not endpoint:
            return {}
        status, told = await self.read(endpoint, headers={"Authorization": f"Bearer {access_token}"})
        return told if status == 200 and isinstance(told, dict) and told.get("sub") == subject else {}

    async def close(self) -> None:
        await self.http.close()


def public_keys(found: Any) -> KeySet:
    """The signing keys of a JWKS; symmetric ones and those for encryption are left out, whatever the issuer meant by them."""
    try:
        kept = [key for key in found["keys"] if key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": kept})
    except (JoseError, KeyError, TypeError, ValueError, AttributeError) as reason:
        raise Unavailable("Служба входа опубликовала негодные ключи.") from reason


def of_ours(issuer: Issuer, claims: Mapping[str, Any]) -> dict[str, str]:
    """The claims that registration needs, under our names; everything else an issuer says is not kept."""
    return {ours: claims[theirs].strip() for ours, theirs in issuer.claims.items() if isinstance(claims.get(theirs), str)}
