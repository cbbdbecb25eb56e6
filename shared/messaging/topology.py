"""Exchanges, queues and bindings of the whole suite, as data made from all HEARS tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelClosed
from aiormq.exceptions import ChannelNotFoundEntity

from shared.contracts import Event

EVENTS, ARCHIVE = "dpo.events", "dpo.archive"
ARCHIVE_BYTES, SEGMENT_BYTES = 2_000_000_000, 100_000_000
LOOKS = 1_000_000  # how often a parked message may be looked at: RabbitMQ 4 drops it after 20 unless told


def queue_of(service: str, topic: str) -> str:
    return f"{service}:{topic}"


def seconds_name(seconds: int) -> str:
    return f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"


def retry_of(service: str, seconds: int) -> str:
    return f"{service}.retry.{seconds_name(seconds)}"


def home_of(service: str) -> str:
    return f"{service}.home"


def parked_of(service: str) -> str:
    return f"{service}.parked"


@dataclass(frozen=True)
class Binding:
    exchange: str
    queue: str
    key: str

    def __str__(self) -> str:
        return f"{self.exchange} → {self.queue}" + (f" [{self.key}]" if self.key else "")


@dataclass
class Topology:
    """What must stand on the broker before anything is sent."""

    exchanges: dict[str, str] = field(default_factory=dict)
    queues: dict[str, dict[str, Any]] = field(default_factory=dict)
    bindings: list[Binding] = field(default_factory=list)


def topology_of(hears: Mapping[str, Iterable[type[Event]]], *, retry_seconds: Iterable[int]) -> Topology:
    """Queues per service and topic, a retry ladder, a home and a parking place per service, and the archive of everything."""
    made = Topology(exchanges={EVENTS: "topic"})
    made.queues[ARCHIVE] = {
        "x-queue-type": "stream",
        "x-max-length-bytes": ARCHIVE_BYTES,
        "x-stream-max-segment-size-bytes": SEGMENT_BYTES,
    }
    made.bindings.append(Binding(EVENTS, ARCHIVE, "#"))
    for service, events in hears.items():
        home, parked = home_of(service), parked_of(service)
        made.exchanges |= {home: "direct", parked: "fanout"}
        made.queues[parked] = {"x-queue-type": "quorum", "x-delivery-limit": LOOKS}
        made.bindings.append(Binding(parked, parked, ""))
        for event in events:
            queue = queue_of(service, event.topic)
            made.queues[queue] = {
                "x-queue-type": "quorum",
                "x-delivery-limit": 50,  # only a net: attempts are counted by us
                "x-dead-letter-exchange": parked,
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            }
            made.bindings += [Binding(EVENTS, queue, event.topic), Binding(home, queue, queue)]
        for seconds in retry_seconds:
            retry = retry_of(service, seconds)
            made.exchanges[retry] = "fanout"
            made.queues[retry] = {
                "x-queue-type": "quorum",
                "x-message-ttl": seconds * 1000,
                "x-dead-letter-exchange": home,  # without a dead-letter key: the origin queue's name survives as the key
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            }
            made.bindings.append(Binding(retry, retry, ""))
    return made


async def declare(channel: AbstractChannel, topology: Topology) -> None:
    """Declare everything; repeating it changes nothing, and other arguments for an existing name raise."""
    exchanges = {name: await channel.declare_exchange(name, kind, durable=True) for name, kind in topology.exchanges.items()}
    for name, arguments in topology.queues.items():
        queue = await channel.declare_queue(name, durable=True, arguments=arguments)
        for binding in topology.bindings:
            if binding.queue == name:
                await queue.bind(exchanges[binding.exchange], binding.key)


async def missing(connection: Any, topology: Topology) -> list[str]:
    """Names of exchanges and queues that the broker does not have."""
    absent = []
    for name in [*topology.exchanges, *topology.queues]:
        channel = await connection.channel()
        try:
            if name in topology.exchanges:
                await channel.get_exchange(name, ensure=True)
            if name in topology.queues:
                await channel.get_queue(name, ensure=True)
        except (ChannelNotFoundEntity, ChannelClosed):
            absent.append(name)
        finally:
            if not channel.is_closed:
                await channel.close()
    return absent
