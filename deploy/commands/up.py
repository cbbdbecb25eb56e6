"""`./dpo up`: starts the suite and watches over it; `--detach` leaves it in the background."""

import argparse
import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time

from deploy import launch
from deploy.console import Refusal, say, seconds, step
from deploy.demo.past import PAST
from deploy.identity.personas import listed
from deploy.paths import CLOCK, HOME, LOGS, ROOT, STATUS, write_whole
from deploy.start import READY_SECONDS, run, start
from deploy.suite import SERVICES, Places, given_servers, private_postgresql, private_rabbitmq
from deploy.supervisor import Supervisor

STOP_ORDER = (("gateway",), SERVICES, ("development", "traces"))
LOADED = HOME / "demo-loaded"  # the scale of the demonstration data in the databases
LOADING = {"demo": "Демонстрационные данные", "region": "Данные целой области и её прошлого набора, около пяти минут"}


def main(arguments: argparse.Namespace) -> int:
    if arguments.detach:
        return detached(arguments.scale)
    try:
        with launch.lock():
            return asyncio.run(up(arguments.scale))
    except launch.AlreadyRunning:
        return already_running()


def already_running() -> int:
    """Say where the running suite is; one that is still starting is waited for."""
    deadline = time.monotonic() + READY_SECONDS
    while told := launch.status():
        if told["state"] == "ready":
            say(f"Система уже запущена: {told['portal']}")
            return 0
        if time.monotonic() > deadline:
            break
        time.sleep(0.3)
    raise Refusal("Другой запуск системы не завершился: посмотрите ./dpo status и ./dpo logs или выполните ./dpo down.")


def detached(scale: str) -> int:
    """Start the supervisor in the background, show what it says until the suite is ready, and leave it there."""
    if launch.is_running():
        return already_running()
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / "launcher.log"
    command = [sys.executable, "-m", "deploy", "up", "--scale", scale]
    with log.open("wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    with log.open(encoding="utf-8", errors="replace") as written:
        while True:
            ended = child.poll()
            told = launch.status()
            print(written.read(), end="", flush=True)
            if ended is not None:
                return ended or 1
            if told and told["supervisor"] == child.pid and told["state"] == "ready":
                return 0
            time.sleep(0.1)


async def up(scale: str) -> int:
    """Start everything, then watch over it until SIGINT or SIGTERM, then stop it in order."""
    began, stopping = time.monotonic(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    keys = launch.keys()
    for server in launch.leftovers():
        server.stop()
    chosen = launch.choose_ports(private=launch.private_ports(), wanted_portal=os.environ.get("DPO_PORT"))
    given_postgres, given_broker = given_servers()
    postgresql = None if given_postgres else private_postgresql(keys, chosen)
    rabbitmq = None if given_broker else private_rabbitmq(keys, chosen)
    places = launch.places(launch_id=secrets.token_hex(8), postgresql=postgresql, rabbitmq=rabbitmq)
    facts = {"launch_id": places.launch_id, "portal": places.portal, "started": time.time(), "state": "starting"}
    supervisor = Supervisor(STATUS, LOGS, facts)
    supervisor.own(server for server in (postgresql, rabbitmq) if server)
    supervisor.tell("starting")

    async def work() -> None:
        if scale == "region" and not LOADED.exists():
            write_whole(CLOCK, str(-PAST.total_seconds()))  # what lies behind is entered first, and its people have their roles by then
        await start(supervisor, places, postgresql)
        supervisor.watch()
        await load_demo(places, scale)
        announce(places, time.monotonic() - began)
        supervisor.tell("ready")

    working, told_to_stop = asyncio.create_task(work()), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({working, told_to_stop}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
        await told_to_stop
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        with step("Останавливаю"):
            await supervisor.stop(STOP_ORDER)
    return 0


async def load_demo(places: Places, scale: str) -> None:
    """Load the demonstration data once, as people would, through the portal's own API."""
    if LOADED.exists():
        if scale == "region" and LOADED.read_text() != "region":
            say("· Данные уже загружены (demo). Чтобы загрузить область: ./dpo reset, затем ./dpo up --scale region")
        return
    with step(LOADING[scale]):
        await run("deploy.demo_data", "--portal", places.portal, "--scale", scale, environment={})
    LOADED.write_text(scale)


def announce(places: Places, took: float) -> None:
    """The last words of a start: where to go and who one can be there, one person per role."""
    say(f"Готово за {seconds(took)}. Портал: {places.portal}")
    say("Войти можно как (учебный вход, люди вымышлены):")
    shown: set[str] = set()
    for person in listed():
        if person.role not in shown:
            shown.add(person.role)
            say(f"  {person.full_name:<32} {person.title}")
