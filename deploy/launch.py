"""The running suite as others see it: its lock, its status file, its addresses."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploy import ports
from deploy.console import Refusal, say
from deploy.given import GivenBroker
from deploy.keys import Keys
from deploy.paths import HOME, STATUS, servers_home
from deploy.server import Server
from deploy.servers import PostgreSQL, RabbitMQ
from deploy.suite import PROCESS_PORTS, SERVER_PORTS, VHOST, Places, given_servers, private_postgresql, private_rabbitmq

PORTS_FILE = HOME / "ports.json"
SECRETS_FILE = HOME / "secrets.json"
USUAL_PORTAL_PORT = 8080


class AlreadyRunning(Exception):
    """Another supervisor holds the lock."""


@contextmanager
def lock() -> Iterator[None]:
    """Be the one supervisor of this tree; the system frees the lock when the process dies, however it dies."""
    try:
        HOME.mkdir(parents=True, exist_ok=True)
        file = (HOME / "up.lock").open("w")
    except OSError as problem:
        raise Refusal(f"Нельзя писать в {HOME} ({problem.strerror}): укажите в DPO_HOME другую папку.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def is_running() -> bool:
    """Whether a supervisor of this tree is alive."""
    try:
        with lock():
            return False
    except AlreadyRunning:
        return True


def status() -> dict[str, Any] | None:
    """What the living supervisor wrote of its launch; None when there is none."""
    try:
        told: dict[str, Any] = json.loads(STATUS.read_text())
    except (OSError, ValueError):
        return None
    return told if is_running() else None


def running() -> dict[str, Any]:
    """The status of the launch, or a refusal when nothing runs."""
    if (told := status()) is None:
        raise Refusal("Система не запущена: выполните ./dpo up.")
    return told


def keys() -> Keys:
    return Keys(SECRETS_FILE)


def choose_portal_port(*, wanted: str | None, kept: int | None) -> int:
    """The portal's port: the one asked for, else the one it had, which letters name, else 8080, else any free one."""
    if wanted:
        if not wanted.isdigit() or not 0 < int(wanted) < 65536:
            raise Refusal(f"DPO_PORT должен быть номером порта от 1 до 65535, а задано «{wanted}».")
        if not ports.is_free(int(wanted)):
            raise Refusal(f"Порт {wanted} занят другой программой: освободите его или укажите в DPO_PORT другой.")
        return int(wanted)
    if kept:
        if not ports.is_free(kept):
            taken = f"Порт {kept}, на котором портал был в прошлый раз, занят другой программой"
            raise Refusal(f"{taken}: освободите его или задайте другой в DPO_PORT.")
        return kept
    if ports.is_free(USUAL_PORTAL_PORT):
        return USUAL_PORTAL_PORT
    say(f"Порт {USUAL_PORTAL_PORT} занят другой программой, поэтому портал будет на другом.")
    return ports.free_port()


def choose_ports(*, private: tuple[str, ...], wanted_portal: str | None) -> dict[str, int]:
    """Ports for a launch, the same as last time as far as they are free; written down."""
    kept = ports.kept(PORTS_FILE)
    portal = choose_portal_port(wanted=wanted_portal, kept=kept.get("portal"))
    return ports.stored(PORTS_FILE, [*private, *PROCESS_PORTS], fixed={"portal": portal})


def private_ports(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The names of the ports that servers of our own need."""
    given_postgres, given_broker = given_servers(environment)
    return (() if given_postgres else SERVER_PORTS[:1]) + (() if given_broker else SERVER_PORTS[1:])


def places(
    *,
    launch_id: str = "",
    postgresql: PostgreSQL | None = None,
    rabbitmq: RabbitMQ | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Places:
    """Where everything is: servers given in the environment, else these of our own, else those of the last launch."""
    chosen, secrets = ports.kept(PORTS_FILE), keys()
    if "portal" not in chosen:
        raise Refusal("Система ещё не запускалась: выполните ./dpo up.")
    given_postgres, given_broker = given_servers(environment)
    url = given_postgres or (postgresql or private_postgresql(secrets, chosen)).url()
    broker = given_broker or rabbitmq or private_rabbitmq(secrets, chosen)
    vhost = broker.vhost if isinstance(broker, GivenBroker) else VHOST
    return Places(url, broker, vhost, chosen, chosen["portal"], secrets, environment, launch_id)


def leftovers() -> list[Server]:
    """Private servers that a killed supervisor left behind; their ports look taken by strangers."""
    chosen, secrets = ports.kept(PORTS_FILE), keys()
    made = (("postgresql", private_postgresql), ("rabbitmq", private_rabbitmq))
    servers = [make(secrets, chosen) for name, make in made if (servers_home() / name / "pid").exists()]
    return [server for server in servers if server.process]
