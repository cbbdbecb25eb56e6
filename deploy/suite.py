"""The suite as data: which processes it is made of, and what each is told by its environment."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from deploy import databases
from deploy.console import Refusal
from deploy.given import GivenBroker
from deploy.identity.personas import listed
from deploy.keys import Keys
from deploy.paths import CLOCK, HOME, ROOT, STATUS, servers_home
from deploy.rights import definitions
from deploy.servers import PostgreSQL, RabbitMQ

SERVICES = ("catalog", "enrollment", "assessment", "routes", "notify", "reports")
HEARING = (*SERVICES, "gateway")  # who has a database and a broker user
DATABASES = (*HEARING, "traces")
SERVER_PORTS = ("postgresql", "rabbitmq", "rabbitmq_distribution", "epmd", "rabbitmq_management")
PROCESS_PORTS = (*SERVICES, "identity", "smtp", "mail", "traces")
VHOST = "dpo"
GIVEN = ("DPO_POSTGRES_URL", "DPO_BROKER_URL", "DPO_BROKER_MANAGEMENT_URL")


@dataclass(frozen=True)
class Process:
    """One process of the suite; it answers GET /readyz on its port."""

    name: str
    command: tuple[str, ...]
    port: int
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Places:
    """Where everything of one launch is: addresses of the servers, ports, secrets, and what the environment adds."""

    postgres_url: str
    broker: RabbitMQ | GivenBroker
    vhost: str
    ports: Mapping[str, int]
    portal_port: int
    keys: Keys
    given: Mapping[str, str]
    launch_id: str = ""

    @property
    def portal(self) -> str:
        """The address people open."""
        return f"http://127.0.0.1:{self.portal_port}"

    def at(self, name: str) -> str:
        """The HTTP address of a port."""
        return f"http://127.0.0.1:{self.portal_port if name == 'gateway' else self.ports[name]}"

    def database(self, name: str) -> str:
        return databases.for_sqlalchemy(databases.address(self.postgres_url, name, user=name, password=self.keys.password(name)))

    def broker_url(self, name: str) -> str:
        return self.broker.url(self.vhost, user=name, password=self.keys.password(name))


def private_postgresql(keys: Keys, ports: Mapping[str, int]) -> PostgreSQL:
    """The PostgreSQL that the suite runs when none is given."""
    return PostgreSQL(servers_home() / "postgresql", port=ports.get("postgresql"), password=keys.password("postgresql"))


def private_rabbitmq(keys: Keys, ports: Mapping[str, int]) -> RabbitMQ:
    """The RabbitMQ that the suite runs when none is given."""
    return RabbitMQ(
        servers_home() / "rabbitmq",
        port=ports.get("rabbitmq"),
        distribution_port=ports.get("rabbitmq_distribution"),
        epmd_port=ports.get("epmd"),
        management_port=ports.get("rabbitmq_management"),
        password=keys.password("rabbitmq"),
        definitions=definitions(VHOST, service_passwords(keys)),
    )


def service_passwords(keys: Keys) -> dict[str, str]:
    return {service: keys.password(service) for service in HEARING}


def processes(places: Places) -> list[Process]:
    """Every process in the order in which they are stopped: the door first, then services, then what they lean on."""
    shared = common(places)
    own = {
        "gateway": gateway(places),
        "notify": {
            "NOTIFY_SMTP_URL": places.given.get("NOTIFY_SMTP_URL") or f"smtp://127.0.0.1:{places.ports['smtp']}",
            "NOTIFY_PORTAL_URL": places.given.get("NOTIFY_PORTAL_URL") or places.portal,
        },
    }
    found = []
    for name in ("gateway", *SERVICES):
        told = {f"{name.upper()}_DATABASE_URL": places.database(name), f"{name.upper()}_BROKER_URL": places.broker_url(name)}
        port = places.portal_port if name == "gateway" else places.ports[name]
        found.append(
            Process(
                name,
                uvicorn("gateway.main" if name == "gateway" else f"services.{name}.main", port),
                port,
                shared | told | own.get(name, {}),
            )
        )
    identity, traces = places.ports["identity"], places.ports["traces"]
    found.append(Process("development", (sys.executable, "-m", "deploy.development"), identity, shared | development(places)))
    receiver = {"TRACES_PORT": str(traces), "TRACES_DATABASE_URL": places.database("traces")}
    found.append(Process("traces", (sys.executable, "-m", "deploy.traces"), traces, shared | receiver))
    return found


def uvicorn(module: str, port: int) -> tuple[str, ...]:
    options = (
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--timeout-graceful-shutdown",
        "10",
        "--no-access-log",
        "--no-proxy-headers",
        "--log-level",
        "warning",
    )
    return (sys.executable, "-m", "uvicorn", f"{module}:app", *options)


def common(places: Places) -> dict[str, str]:
    """What every process is told; the administrators' addresses stay with the launcher."""
    inherited = {name: value for name, value in places.given.items() if name not in GIVEN}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "DPO_DEVELOPMENT": "1",
        "DPO_LAUNCH_ID": places.launch_id,
        "DPO_BROKER_MANAGEMENT_URL": places.broker.management,
        "DPO_TOKEN_PUBLIC_KEYS": json.dumps(places.keys.public_keys()),
        "DPO_CLOCK_FILE": str(CLOCK),
        "OTEL_EXPORTER_OTLP_ENDPOINT": places.given.get("OTEL_EXPORTER_OTLP_ENDPOINT") or places.at("traces"),
    }


def gateway(places: Places) -> dict[str, str]:
    return {
        "GATEWAY_PUBLIC_URL": places.portal,
        "GATEWAY_UPSTREAMS": json.dumps({service: places.at(service) for service in SERVICES}),
        "GATEWAY_SIGNING_KEY": json.dumps(places.keys.signing_key()),
        "GATEWAY_ISSUERS": places.given.get("GATEWAY_ISSUERS") or json.dumps(issuers(places)),
        "GATEWAY_FIRST_OPERATOR": f"{places.at('identity')}|{first_operator()}",
        "GATEWAY_TRACES_URL": places.at("traces"),
        "GATEWAY_SINK_URL": places.at("mail"),
        "GATEWAY_STATUS_FILE": str(STATUS),
    }


def issuers(places: Places) -> list[dict[str, Any]]:
    """The development issuer, as the gateway is registered there."""
    return [{"key": "development", "title": "Учебный вход", "issuer": places.at("identity"), "client_id": "dpo"}]


def first_operator() -> str:
    """The person of the development issuer who appoints everybody else."""
    return next(person.id for person in listed() if person.role == "operator")


def development(places: Places) -> dict[str, str]:
    return {
        "DEVELOPMENT_IDENTITY_PORT": str(places.ports["identity"]),
        "DEVELOPMENT_SMTP_PORT": str(places.ports["smtp"]),
        "DEVELOPMENT_MAIL_PORT": str(places.ports["mail"]),
        "DEVELOPMENT_MAIL_FOLDER": str(HOME / "mail"),
        "DEVELOPMENT_PORTAL_URL": places.portal,
    }


def given_servers(environment: Mapping[str, str] = os.environ) -> tuple[str | None, GivenBroker | None]:
    """The administrators' addresses of servers that others run, as far as the environment names them; raises `Refusal` for no addresses."""
    postgres = address(environment, "DPO_POSTGRES_URL", "postgresql", "postgres")
    broker = address(environment, "DPO_BROKER_URL", "amqp", "amqps")
    management = address(environment, "DPO_BROKER_MANAGEMENT_URL", "http", "https")
    return postgres, GivenBroker(broker, management) if broker else None


def address(environment: Mapping[str, str], variable: str, *schemes: str) -> str | None:
    """The address in a variable, None when it is empty; one that is refused is not repeated, for a password may be in it."""
    if not (given := environment.get(variable)):
        return None
    try:
        parts = urlsplit(given)
        whole = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole:
        raise Refusal(f"В {variable} нужен адрес вида {schemes[0]}://имя:пароль@сервер:порт, а там что-то другое: поправьте его.")
    return given


def where(url: str) -> str:
    """An address without its password, for people."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
