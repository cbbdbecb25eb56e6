"""The development issuer and the mail sink, as processes would meet them."""

import os
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from deploy.identity.issuer import Issuer
from deploy.mailsink.sink import Sink
from deploy.ports import free_port
from tests.service.gateway.conftest import serving

VERIFIER = "v" * 43
ASKED = {
    "response_type": "code",
    "client_id": "dpo",
    "redirect_uri": "http://127.0.0.1:8000/callback/development",
    "scope": "openid profile",
    "state": "s",
    "nonce": "n",
    "code_challenge": create_s256_code_challenge(VERIFIER),
    "code_challenge_method": "S256",
}


async def code_for(issuer: Issuer, http: aiohttp.ClientSession) -> str:
    async with http.post(f"{issuer.url}/authorize", params=ASKED, data={"persona": "gareev"}, allow_redirects=False) as response:
        return response.headers["Location"].split("code=")[1].split("&")[0]


async def exchanged(issuer: Issuer, http: aiohttp.ClientSession, **form: str) -> tuple[int, Any]:
    right = {"grant_type": "authorization_code", "client_id": "dpo", "redirect_uri": ASKED["redirect_uri"], "code_verifier": VERIFIER}
    async with http.post(f"{issuer.url}/token", data={**right, **form}) as response:
        return response.status, await response.json()


async def test_a_code_is_worth_tokens_once_and_to_its_own_client_only(issuer: Issuer) -> None:
    async with aiohttp.ClientSession() as http:
        for wrong in ({"code_verifier": "w" * 43}, {"client_id": "another"}, {"redirect_uri": "http://127.0.0.1:8000/callback/x"}):
            assert (await exchanged(issuer, http, **{"code": await code_for(issuer, http), **wrong}))[0] == 400
        code = await code_for(issuer, http)
        status, tokens = await exchanged(issuer, http, code=code)
        assert (status, tokens["token_type"]) == (200, "Bearer")
        assert (await exchanged(issuer, http, code=code)) == (400, {"error": "invalid_grant"})
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        async with http.get(f"{issuer.url}/userinfo", headers=headers) as response:
            assert (await response.json())["family_name"] == "Гареев"
        async with http.get(f"{issuer.url}/userinfo", headers={"Authorization": f"Bearer {tokens['id_token']}"}) as response:
            assert response.status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://elsewhere.test/callback/x"},
        {"redirect_uri": "http://127.0.0.1:8000/elsewhere"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
        {"scope": "profile"},
    ],
)
async def test_the_issuer_sends_nobody_where_it_must_not(issuer: Issuer, change: dict[str, str]) -> None:
    async with aiohttp.ClientSession() as http:
        for method in ("GET", "POST"):
            async with http.request(method, f"{issuer.url}/authorize", params=ASKED | change, data={"persona": "gareev"}) as response:
                assert response.status == 400


async def test_a_key_outlives_a_restart(issuer: Issuer, tmp_path: Path) -> None:
    assert Issuer(issuer.url, tmp_path / "identity").key.kid == issuer.key.kid
    assert (tmp_path / "identity" / "key.json").stat().st_mode & 0o077 == 0


async def test_mails_are_kept_listed_and_forgotten(tmp_path: Path) -> None:
    import asyncio

    sink, port = Sink(tmp_path / "mail"), free_port()
    server = await asyncio.get_running_loop().create_server(sink.smtp, "127.0.0.1", port)
    async with serving(sink.application(), free_port()) as url, aiohttp.ClientSession() as http:
        for person in ("a", "b"):
            mail = EmailMessage()
            mail["Subject"], mail["From"], mail["To"] = "Заявка согласована", "noreply@example.test", f"{person}@example.test"
            mail["Message-ID"], mail["X-Dpo-Person"] = f"<{person}@example.test>", person
            mail.set_content("Здравствуйте!")
            mail.add_alternative("<p>Здравствуйте!</p>", subtype="html")
            await aiosmtplib.send(mail, hostname="127.0.0.1", port=port)

        async def asked(method: str, path: str) -> Any:
            async with http.request(method, url + path) as response:
                return await response.json()

        listed = (await asked("GET", "/mails"))["items"]
        assert [one["to"] for one in listed] == ["b@example.test", "a@example.test"]
        found = (await asked("GET", "/mails?to=a@example.test&subject=согласована"))["items"]
        assert [one["message_id"] for one in found] == ["<a@example.test>"]
        one = await asked("GET", f"/mails/{found[0]['id']}")
        assert (one["text"].strip(), one["html"].strip()) == ("Здравствуйте!", "<p>Здравствуйте!</p>")
        assert (await asked("DELETE", "/mails?person=a")) == {"deleted": 1}
        assert [one["to"] for one in (await asked("GET", "/mails"))["items"]] == ["b@example.test"]
        assert [one.suffix for one in (tmp_path / "mail").iterdir()] == [".eml"]
        async with http.get(f"{url}/mails/..%2f..%2fetc%2fpasswd") as response:
            assert response.status == 404
        assert (await asked("DELETE", "/mails")) == {"deleted": 1}
    server.close()


def test_outside_development_mode_neither_starts(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DPO_", "DEVELOPMENT_"))}
    run = subprocess.run([sys.executable, "-m", "deploy.development"], env=environment, capture_output=True, text=True, timeout=60)
    assert run.returncode != 0
    assert "DPO_DEVELOPMENT" in run.stderr
