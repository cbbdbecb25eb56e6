"""The issuer: discovery, keys, a page where one chooses who to be, codes with PKCE, tokens, and userinfo."""

import html
import json
import os
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from deploy.identity.personas import Persona, found, listed

CODE_SECONDS, TOKEN_SECONDS = 120, 3600
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
VERIFIER = re.compile(r"^[A-Za-z0-9\-._~]{43,128}$")


@dataclass(frozen=True)
class Code:
    """What an authorization code is worth, once."""

    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str | None
    persona: Persona
    expires: float


def signing_key(folder: Path) -> ECKey:
    """The issuer's key: made once, so that tokens outlive a restart."""
    file = folder / "key.json"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, private=True, auto_kid=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
            json.dump(made.as_dict(private=True), opened)
    return ECKey.import_key(json.loads(file.read_text()))


class Issuer:
    """One issuer at one address; `portal` is where it may send people back to, besides this machine in its absence."""

    def __init__(self, url: str, folder: Path, *, portal: str | None = None, launch_id: str = "") -> None:
        self.url, self.portal, self.launch_id = url, portal, launch_id
        self.key = signing_key(folder)
        self.people = {one.id: one for one in listed()}
        self.codes: dict[str, Code] = {}

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/.well-known/openid-configuration", self.discovery),
                web.get("/jwks", self.jwks),
                web.get("/authorize", self.choose),
                web.post("/authorize", self.chosen),
                web.post("/token", self.token),
                web.get("/userinfo", self.userinfo),
                web.get("/personas", self.personas),
                web.get("/readyz", self.ready),
            ]
        )
        return app

    async def discovery(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "code_challenge_methods_supported": ["S256"],
                "scopes_supported": ["openid", "profile", "email"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.key.as_dict(private=False)]})

    async def ready(self, request: web.Request) -> web.Response:
        return web.json_response({"service": "development", "ready": True, "wrong": []}, headers={"x-launch-id": self.launch_id})

    async def personas(self, request: web.Request) -> web.Response:
        """The people of the list without personal data: who is who, for scripts."""
        shown = [
            {"id": one.id, "title": one.title, "role": one.role, "organisation": one.organisation, "oktmo": one.oktmo, "head": one.head}
            for one in self.people.values()
        ]
        return web.json_response(shown)

    async def choose(self, request: web.Request) -> web.Response:
        """The page with a button per person."""
        self.asked(request)
        buttons = "".join(
            f'<li><button name="persona" value="{html.escape(one.id)}"><b>{html.escape(one.full_name)}</b>'
            f"<span>{html.escape(one.title)}</span></button></li>"
            for one in self.people.values()
        )
        action = html.escape(f"/authorize?{request.query_string}")
        page = PAGE.replace("{buttons}", buttons).replace("{action}", action)
        return web.Response(text=page, content_type="text/html", headers=HEADERS)

    async def chosen(self, request: web.Request) -> web.Response:
        """Send the browser back with a code."""
        asked = self.asked(request)
        persona = found(str((await request.post()).get("persona", "")), self.people)
        if persona is None:
            raise web.HTTPBadRequest(text="Такого человека в учебном входе нет.")
        code = secrets.token_urlsafe(32)
        self.codes = {key: one for key, one in self.codes.items() if one.expires > time.time()}
        self.codes[code] = Code(
            asked["client_id"],
            asked["redirect_uri"],
            asked["code_challenge"],
            asked.get("nonce"),
            persona,
            time.time() + CODE_SECONDS,
        )
        back = urlencode({"code": code, "state": asked.get("state", ""), "iss": self.url})
        raise web.HTTPSeeOther(f"{asked['redirect_uri']}?{back}", headers=HEADERS)

    def asked(self, request: web.Request) -> dict[str, str]:
        """The parameters of an authorization request; refuses any but a code flow with PKCE that ends where it may."""
        query = dict(request.query)
        place = urlsplit(query.get("redirect_uri", ""))
        home = f"{place.scheme}://{place.netloc}"
        welcome = home == self.portal if self.portal else place.hostname in ("127.0.0.1", "localhost")
        if not welcome or not place.path.startswith("/callback/") or place.query or place.fragment:
            raise web.HTTPBadRequest(text="Сюда учебный вход не возвращает.")
        if query.get("response_type") != "code" or query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise web.HTTPBadRequest(text="Нужен вход с кодом и PKCE (S256).")
        if not query.get("client_id") or "openid" not in query.get("scope", "").split():
            raise web.HTTPBadRequest(text="Нужны client_id и scope с openid.")
        return query

    async def token(self, request: web.Request) -> web.Response:
        """Tokens for a code, or an access token for a script that names its persona."""
        form = {name: str(value) for name, value in (await request.post()).items()}
        if form.get("grant_type") == "client_credentials":
            persona = found(form.get("persona", ""), self.people)
            if persona is None or not form.get("client_id"):
                return refused("invalid_request")
            return self.granted(persona, form["client_id"])
        if form.get("grant_type") != "authorization_code":
            return refused("unsupported_grant_type")
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or code.expires < time.time():
            return refused("invalid_grant")
        verifier = form.get("code_verifier", "")
        proven = VERIFIER.match(verifier) and secrets.compare_digest(create_s256_code_challenge(verifier), code.challenge)
        if not proven or form.get("redirect_uri") != code.redirect_uri or form.get("client_id") != code.client_id:
            return refused("invalid_grant")
        claims = code.persona.claims() | ({"nonce": code.nonce} if code.nonce else {})
        return self.granted(code.persona, code.client_id, id_token=self.signed("JWT", claims, code.client_id))

    def granted(self, persona: Persona, client_id: str, **more: str) -> web.Response:
        access = self.signed("at+jwt", {"sub": persona.id, "client_id": client_id, "scope": "openid profile email"}, client_id)
        body = {"access_token": access, "token_type": "Bearer", "expires_in": TOKEN_SECONDS, **more}
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    def signed(self, kind: str, claims: dict[str, Any], audience: str) -> str:
        now = int(time.time())
        body = {**claims, "iss": self.url, "aud": audience, "iat": now, "exp": now + TOKEN_SECONDS, "jti": secrets.token_hex(8)}
        return jwt.encode({"alg": "ES256", "typ": kind, "kid": self.key.kid}, body, self.key)

    async def userinfo(self, request: web.Request) -> web.Response:
        """What the issuer knows of the holder of an access token."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            read = jwt.decode(token, self.key, algorithms=["ES256"])
            valid = scheme.lower() == "bearer" and read.header.get("typ") == "at+jwt" and float(read.claims["exp"]) > time.time()
            persona = found(str(read.claims["sub"]), self.people) if valid else None
        except (JoseError, KeyError, ValueError, TypeError):
            persona = None
        if persona is None:
            return web.json_response({"error": "invalid_token"}, status=401, headers={"WWW-Authenticate": "Bearer"})
        return web.json_response(persona.claims(), headers={"Cache-Control": "no-store"})


def refused(error: str) -> web.Response:
    return web.json_response({"error": error}, status=400, headers={"Cache-Control": "no-store"})


PAGE = """<!doctype html>
<html lang="ru">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Учебный вход</title>
<style>
body { font: 17px/1.5 Roboto, "Segoe UI", Arial, sans-serif; margin: 0; background: #faf9f6; color: #1d2421; }
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font: 600 1.75rem/1.25 "PT Serif", Georgia, serif; margin: 0 0 .5rem; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; display: grid; gap: .5rem; }
button { width: 100%; min-height: 44px; text-align: left; font: inherit; padding: .6rem 1rem; background: #fff; color: inherit;
  border: 1px solid #8a948f; border-radius: 4px; cursor: pointer; }
button:hover { border-color: #0d6b4f; } button:focus-visible { outline: 3px solid #1d2421; outline-offset: 2px; }
button span { display: block; color: #4c5852; }
</style>
</head>
<body>
<main>
<h1>Кем войти?</h1>
<p>Это учебный вход: все люди вымышлены, пароли не нужны. Вне режима разработки он не работает.</p>
<form method="post" action="{action}"><ul>{buttons}</ul></form>
</main>
</body>
</html>
"""
