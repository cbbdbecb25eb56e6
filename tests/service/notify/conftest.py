"""A mailbox to look into, and the service that writes to it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest_asyncio
from aiosmtpd.controller import Controller

from deploy.ports import free_port
from tests.support.service import Running
from tests.support.stage import Start


@dataclass
class Sink:
    """A real SMTP server in a thread, keeping what it accepts; it refuses at one command, and may take its time over a letter."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    refuses_at: str = "DATA"
    pause: float = 0
    reading: bool = False
    port: int = field(default_factory=free_port)

    def answer(self, command: str) -> str:
        return self.refusals.pop() if self.refusals and command == self.refuses_at else "250 accepted"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.mail_from = address
        return self.answer("MAIL")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        envelope.rcpt_tos.append(address)
        return self.answer("RCPT")

    async def is_reading(self) -> bool:
        return self.reading

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.reading = True
        await asyncio.sleep(self.pause)  # a slow server: what the service does meanwhile is what is tested
        answer = self.answer("DATA")
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


def told_of(sink: Sink) -> dict[str, str]:
    """What the service's environment says."""
    return {"NOTIFY_SMTP_URL": f"smtp://127.0.0.1:{sink.port}", "NOTIFY_PORTAL_URL": "http://portal.test"}


@pytest_asyncio.fixture
async def notify(start: Start, sink: Sink) -> Running:
    return await start("notify", **told_of(sink))
