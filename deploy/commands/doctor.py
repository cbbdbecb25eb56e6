"""`./dpo doctor`: the machine and the running suite in words; everything that is wrong comes with what to do about it."""

import argparse
import asyncio
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika

from deploy import databases, launch, programs
from deploy.commands import subscriber
from deploy.console import Refusal, say
from deploy.health import health
from deploy.paths import HOME
from deploy.suite import DATABASES, Places, given_servers
from shared.messaging.bindings import bound
from shared.messaging.topology import EVENTS, Binding, Topology, missing, parked_of

SMALLEST_MEMORY = 3_000_000_000
SMALLEST_DISK = 2_000_000_000


def main(arguments: argparse.Namespace) -> int:
    """Print one line per finding; 1 if anything is wrong."""
    wrong = 0
    for title, found in (("Машина", list(machine())), ("Система", asyncio.run(suite()))):
        say(f"{title}:")
        for well, text in found:
            say(f"  {'✓' if well else '✗'} {text}")
            wrong += not well
    say("Всё в порядке." if not wrong else f"Найдено неполадок: {wrong}.")
    return 1 if wrong else 0


Finding = tuple[bool, str]


def machine() -> Iterator[Finding]:
    """What the suite needs of the machine."""
    yield True, f"Python {sys.version.split()[0]}, ядер процессора {os.cpu_count()}"
    given_postgres, given_broker = given_servers()
    for title, given, found in (
        ("PostgreSQL", given_postgres, programs.postgresql()),
        ("RabbitMQ", given_broker, programs.rabbitmq()),
    ):
        if given:
            yield True, f"{title}: задан адресом в окружении"
        elif found:
            yield True, f"{title}: {found.folder}"
        else:
            yield False, f"{title} не найден: ./dpo up поставит его или скажет, чего не хватает"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    yield memory >= SMALLEST_MEMORY, f"памяти {memory / 1e9:.1f} ГБ" + ("" if memory >= SMALLEST_MEMORY else ": нужно не меньше 3 ГБ")
    free = shutil.disk_usage(HOME if HOME.exists() else Path.cwd()).free
    yield free >= SMALLEST_DISK, f"на диске свободно {free / 1e9:.1f} ГБ" + ("" if free >= SMALLEST_DISK else ": освободите не меньше 2 ГБ")
    browser = shutil.which("chromium")
    yield True, f"chromium: {browser}" if browser else "chromium не установлен: он нужен только для ./dpo test e2e"


async def suite() -> list[Finding]:
    """How the running suite is: its processes, databases, and the broker against the event map."""
    told = launch.status()
    if told is None:
        left = [server.title for server in launch.leftovers()]
        if left:
            return [(False, f"система не запущена, но работают {', '.join(left)}: остановите их командой ./dpo down")]
        return [(True, "не запущена: ./dpo up")]
    places = launch.places()
    return [*await asyncio.to_thread(lambda: list(processes(told))), *await stored(places), *await queues(places)]


def processes(told: dict[str, Any]) -> Iterator[Finding]:
    for name, process in told["processes"].items():
        answer = health(process["port"])
        again = f", перезапусков {process['restarts']}" if process["restarts"] else ""
        if not answer:
            yield False, f"{name} не отвечает на порту {process['port']}{again}: ./dpo logs {name}"
        elif answer.launch_id != told["launch_id"]:
            yield False, f"на порту {process['port']} вместо {name} отвечает другая программа: выполните ./dpo down и ./dpo up"
        elif not answer.ready:
            yield False, f"{name} не готов{again}: {'; '.join(answer.wrong)}"
        else:
            yield True, f"{name} готов{again}"


async def stored(places: Places) -> list[Finding]:
    """Whether every service can open its own database."""
    found = []
    for name in DATABASES:
        try:
            connection = await databases.connect(places.database(name).replace("+asyncpg", ""))
            await connection.close()
        except Refusal as refusal:
            found.append((False, f"база {name}: {refusal}"))
    return found or [(True, f"базы данных открываются: {', '.join(DATABASES)}")]


async def queues(places: Places) -> list[Finding]:
    """The broker against what the services hear, and what waits in the parking places."""
    from deploy.topology import of_the_suite  # imports every service

    topology = of_the_suite()
    try:
        async with await aio_pika.connect(places.broker.url(places.vhost), timeout=5) as connection:
            absent = await missing(connection, topology)
            services = [name.removesuffix(".parked") for name in topology.exchanges if name.endswith(".parked")]
            channel = await connection.channel()
            parked = {
                service: (await channel.declare_queue(parked_of(service), passive=True)).declaration_result.message_count or 0
                for service in services
                if parked_of(service) not in absent
            }
    except OSError as problem:
        return [(False, f"RabbitMQ не отвечает: {problem or type(problem).__name__}")]
    found = [
        (not absent, f"на RabbitMQ нет: {', '.join(absent)}; выполните ./dpo down и ./dpo up" if absent else "очереди и обменники на месте")
    ]
    found += await asyncio.to_thread(bindings, places, topology, absent)
    found += [(False, f"{service}: отложено сообщений {count}, ./dpo parked list {service}") for service, count in parked.items() if count]
    return found


def bindings(places: Places, topology: Topology, absent: list[str]) -> list[Finding]:
    """Every binding on the broker against the event map and the subscribers' register; what hangs on absent names has been told already."""
    queues = {subscriber.queue_of(name): entry["topics"] for name, entry in subscriber.register().items()}
    wanted = {*topology.bindings, *(Binding(EVENTS, queue, topic) for queue, topics in queues.items() for topic in topics)}
    try:
        there = bound(places.broker.management, places.broker.url(places.vhost), timeout=5)
    except OSError as problem:
        place = f"{places.broker.management}: {problem or type(problem).__name__}"
        advice = "включите rabbitmq_management или укажите DPO_BROKER_MANAGEMENT_URL"
        return [(False, f"привязок не видно, управление RabbitMQ не отвечает ({place}): {advice}")]
    found: list[Finding] = []
    for lost in sorted((one for one in wanted - there if not {one.exchange, one.queue} & {*absent}), key=str):
        again = "заведите получателя заново (./dpo subscriber remove и add)" if lost.queue in queues else "выполните ./dpo down и ./dpo up"
        found.append((False, f"нет привязки {lost}: {again}"))
    for stray in sorted(there - wanted, key=str):
        found.append((False, f"лишняя привязка {stray}: её нет ни в карте событий, ни у получателей"))
    return found or [(True, f"привязки совпадают с картой событий: {len(wanted)}")]
