"""`python -m deploy.topology`: declare what all services hear on the broker at TOPOLOGY_BROKER_URL, as soon as it answers."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from importlib import import_module

import aio_pika
from aiormq.exceptions import ChannelNotFoundEntity

from deploy.suite import HEARING
from shared.messaging.topology import Topology, declare, topology_of
from shared.settings import ServiceSettings

WAIT_SECONDS = 60


def of_the_suite(environment: Mapping[str, str] = os.environ) -> Topology:
    """The topology of all services, from their HEARS tables, with the retry ladder that the environment tells every service."""
    packages = {service: "gateway" if service == "gateway" else f"services.{service}" for service in HEARING}
    hears = {service: list(import_module(f"{package}.subscribers").HEARS) for service, package in packages.items()}
    told = environment.get("DPO_RETRY_SECONDS")
    return topology_of(hears, retry_seconds=json.loads(told) if told else ServiceSettings.model_fields["retry_seconds"].default)


async def main() -> None:
    """Declare everything; a broker that still boots, or has not yet found its own queues again, is asked until a minute is over."""
    topology = of_the_suite()  # imports every service while the broker boots
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            async with await aio_pika.connect(os.environ["TOPOLOGY_BROKER_URL"], timeout=5) as connection:
                return await declare(await connection.channel(), topology)
        except (OSError, ChannelNotFoundEntity):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)


if __name__ == "__main__":
    asyncio.run(main())
