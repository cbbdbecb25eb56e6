"""`python -m deploy.development`: the issuer with invented people and the mail sink, in one process, in development mode alone."""

import asyncio
import os
import signal
from pathlib import Path

from aiohttp import web

from deploy.identity.issuer import Issuer
from deploy.mailsink.sink import Sink

HOST = "127.0.0.1"


async def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    told = os.environ
    mail_folder = Path(told["DEVELOPMENT_MAIL_FOLDER"])
    identity_folder = Path(told.get("DEVELOPMENT_IDENTITY_FOLDER") or mail_folder.parent / "identity")
    identity_port = int(told["DEVELOPMENT_IDENTITY_PORT"])
    issuer = Issuer(
        f"http://{HOST}:{identity_port}",
        identity_folder,
        portal=told.get("DEVELOPMENT_PORTAL_URL") or None,
        launch_id=told.get("DPO_LAUNCH_ID", ""),
    )
    sink = Sink(mail_folder)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, ended.set)
    smtp = await loop.create_server(sink.smtp, HOST, int(told["DEVELOPMENT_SMTP_PORT"]))
    runners = []
    for app, port in ((sink.application(), int(told["DEVELOPMENT_MAIL_PORT"])), (issuer.application(), identity_port)):
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        runners.append(runner)
    await ended.wait()
    smtp.close()
    for runner in runners:
        await runner.cleanup()


def main() -> None:
    if os.environ.get("DPO_DEVELOPMENT") != "1":
        raise SystemExit("Учебный вход и почтовый ящик работают только в режиме разработки (DPO_DEVELOPMENT=1).")
    missing = [name for name in ("IDENTITY_PORT", "SMTP_PORT", "MAIL_PORT", "MAIL_FOLDER") if not os.environ.get(f"DEVELOPMENT_{name}")]
    if missing:
        raise SystemExit("В окружении нет " + ", ".join(f"DEVELOPMENT_{name}" for name in missing) + ".")
    asyncio.run(run())


if __name__ == "__main__":
    main()
