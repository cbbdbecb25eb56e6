"""A mailbox to look into, and the service that writes to it."""

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
    """A real SMTP server in a thread, keeping what it accepts."""

    mails: list[EmailMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refusals:
            return self.refusals.pop()
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 accepted"


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[Sink]:
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    yield sink
    controller.stop()


@pytest_asyncio.fixture
async def notify(start: Start, sink: Sink) -> Running:
    return await start("notify", NOTIFY_SMTP_URL=f"smtp://127.0.0.1:{sink.port}", NOTIFY_PORTAL_URL="http://portal.test")
