"""Mails in over SMTP, out over a small JSON API; each is one file."""

import os
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_MAIL = 10_000_000
NAME = re.compile(r"^[0-9a-f]{32}$")


def read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def header(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, ""))


def outline(file: Path, mail: EmailMessage) -> dict[str, Any]:
    """What a list shows of a mail."""
    kept_at = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
    names = {"message_id": "Message-ID", "date": "Date", "from": "From", "to": "To", "subject": "Subject"}
    names |= {"rule": "X-Dpo-Rule", "person": "X-Dpo-Person"}
    return {"id": file.stem, "kept_at": kept_at} | {key: header(mail, at) for key, at in names.items()}


def part(mail: EmailMessage, kind: str) -> str | None:
    body = mail.get_body(preferencelist=(kind,))
    return str(body.get_content()) if body is not None else None


class Sink:
    """A folder of mails; what is in it survives a restart."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def smtp(self) -> SMTP:
        """The protocol of one SMTP connection."""
        return SMTP(self, data_size_limit=MAX_MAIL, enable_SMTPUTF8=True, ident="mail sink", hostname="localhost")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        name = uuid4().hex
        fresh = self.folder / f"{name}.new"
        fresh.write_bytes(content)
        os.replace(fresh, self.folder / f"{name}.eml")
        return f"250 kept as {name}"

    def files(self) -> list[Path]:
        """Newest first."""
        return sorted(self.folder.glob("*.eml"), key=lambda file: (file.stat().st_mtime_ns, file.name), reverse=True)

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/mails", self.listed),
                web.get("/mails/{id}", self.one),
                web.get("/mails/{id}/raw", self.raw),
                web.delete("/mails", self.deleted),
            ]
        )
        return app

    async def listed(self, request: web.Request) -> web.Response:
        """Mails, newest first; `to`, `person` and `message_id` match exactly, `subject` a part."""
        query = request.query
        limit = int(query["limit"]) if query.get("limit", "").isdigit() else 200
        found: list[dict[str, Any]] = []
        for file in self.files():
            mail = outline(file, read(file))
            exact = all(query[key].strip("<>") == mail[key].strip("<>") for key in ("to", "person", "message_id") if key in query)
            if exact and query.get("subject", "").casefold() in mail["subject"].casefold():
                found.append(mail)
            if len(found) >= limit:
                break
        return web.json_response({"items": found})

    def file(self, request: web.Request) -> Path:
        name = request.match_info["id"]
        file = self.folder / f"{name}.eml"
        if not NAME.match(name) or not file.exists():
            raise web.HTTPNotFound(text='{"detail": "no such mail"}', content_type="application/json")
        return file

    async def one(self, request: web.Request) -> web.Response:
        """A mail with its text and HTML."""
        file = self.file(request)
        mail = read(file)
        return web.json_response({**outline(file, mail), "text": part(mail, "plain"), "html": part(mail, "html")})

    async def raw(self, request: web.Request) -> web.Response:
        return web.Response(body=self.file(request).read_bytes(), content_type="message/rfc822")

    async def deleted(self, request: web.Request) -> web.Response:
        """Remove every mail, or those to one `person` or one address `to`."""
        asked, count = {key: request.query[key] for key in ("to", "person") if key in request.query}, 0
        for file in self.files():
            mail = outline(file, read(file)) if asked else {}
            if all(mail[key] == value for key, value in asked.items()):
                file.unlink(missing_ok=True)
                count += 1
        return web.json_response({"deleted": count})
