"""`./dpo parked`: messages that no handler could take, per service: look, send home, drop."""

import argparse
import asyncio
import json
from typing import Any

from deploy import launch
from deploy.console import Refusal, say
from deploy.suite import HEARING, Places
from shared.messaging.parked import ParkingPlace, described
from shared.messaging.wire import Wire

LIMIT = 1000


def main(arguments: argparse.Namespace) -> int:
    launch.running()
    if getattr(arguments, "service", None) not in (None, *HEARING):
        raise Refusal(f"Службы «{arguments.service}» нет; есть: {', '.join(HEARING)}.")
    return asyncio.run(act(arguments, launch.places()))


async def act(arguments: argparse.Namespace, places: Places) -> int:
    """Carry the action out over one connection of the administrator."""
    wire = Wire(places.broker.url(places.vhost))
    try:
        if arguments.action == "list":
            for service in [arguments.service] if arguments.service else HEARING:
                await show_list(ParkingPlace(service, wire))
            return 0
        place = ParkingPlace(arguments.service, wire)
        if arguments.action == "show":
            return await show(place, arguments.message)
        if arguments.action == "replay":
            count = await place.replay(arguments.message, LIMIT)
            say(f"Отправлено снова: {count}.")
        else:
            count = await place.drop(arguments.message, LIMIT)
            say(f"Удалено: {count}.")
        return 0 if count or not arguments.message else 1
    finally:
        await wire.drop()


async def show_list(place: ParkingPlace) -> None:
    parked = await place.look(LIMIT)
    say(f"{place.service}: {len(parked)}")
    for one in parked:
        say(f"  {one.message_id}  {one.topic}  попыток {one.attempt}  {one.reason}  {one.parked_at}")


async def show(place: ParkingPlace, message_id: str) -> int:
    """Print one message whole: what happened to it, and its envelope."""
    async with place.taken(LIMIT) as messages:
        message = next((one for one in messages if one.message_id == message_id), None)
        if message is None:
            raise Refusal(f"Сообщения {message_id} среди отложенных службы {place.service} нет.")
        said = {**described(message).shown(), "envelope": readable(message.body)}
    say(json.dumps(said, ensure_ascii=False, indent=2))
    return 0


def readable(body: bytes) -> Any:
    """The envelope, or what is there instead: many a message is parked because it is none."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")
