"""`./dpo subscriber`: other information systems hear events, each with a user and a bounded queue of its own and the permitted topics."""

import argparse
import asyncio
import json
import re
from datetime import UTC, datetime
from typing import Any

import aio_pika
from pydantic import ValidationError

from deploy import launch
from deploy.console import Refusal, say
from deploy.paths import SUBSCRIBERS, write_whole
from deploy.rights import Definitions, permission, user
from deploy.suite import Places
from shared.contracts import CATALOGUE, Envelope
from shared.messaging.archive import archived
from shared.messaging.topology import EVENTS
from shared.messaging.wire import Wire, message_of

RESULTS_OF_PERSONS = ("assessment.assessment_completed.v1", "routes.route_completed.v1", "assessment.result_shared.v1")


def queue_of(name: str) -> str:
    return f"subscriber.{name}"


def checked(*, name: str, topics: list[str], ground: str | None) -> list[str]:
    """The topics a subscriber may get, sorted; raises `Refusal` for a bad name, an unknown topic or results without a legal ground."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,39}", name):
        raise Refusal(f"Имя получателя «{name}» не подходит: латинские строчные буквы, цифры и дефис, от 2 до 40 знаков.")
    if unknown := sorted(set(topics) - CATALOGUE.keys()):
        raise Refusal(f"Таких событий нет: {', '.join(unknown)}; все события перечислены в shared/contracts/asyncapi.json.")
    if (results := sorted(set(topics) & set(RESULTS_OF_PERSONS))) and not (ground or "").strip():
        raise Refusal(f"Результаты педагогов ({', '.join(results)}) передаются только по правовому основанию: укажите его в --ground.")
    return sorted(set(topics))


def rights(*, name: str, password: str, vhost: str) -> Definitions:
    """A user who may read one queue, and neither declare nor publish anything."""
    own = f"^{re.escape(queue_of(name))}$"
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(queue_of(name), password)],
        "permissions": [permission(queue_of(name), vhost, configure="^$", write="^$", read=own)],
        "topic_permissions": [{"user": queue_of(name), "vhost": vhost, "exchange": EVENTS, "write": "^$", "read": "^$"}],
    }


def queue_arguments(*, limit: int) -> dict[str, Any]:
    """A queue that keeps the newest messages up to the limit, so that a slow subscriber hurts nobody."""
    return {"x-queue-type": "quorum", "x-max-length": limit, "x-overflow": "drop-head"}


def main(arguments: argparse.Namespace) -> int:
    if arguments.action == "list":
        return show_list()
    launch.running()
    action = {"add": add, "remove": remove, "replay": replay}[arguments.action]
    return asyncio.run(action(launch.places(), arguments))


def register() -> dict[str, dict[str, Any]]:
    """The subscribers by name: topics, legal ground, since when."""
    found: dict[str, dict[str, Any]] = json.loads(SUBSCRIBERS.read_text()) if SUBSCRIBERS.exists() else {}
    return found


def show_list() -> int:
    known = register()
    for name, entry in known.items():
        ground = f"; основание: {entry['ground']}" if entry["ground"] else ""
        say(f"{name}: {', '.join(entry['topics'])} с {entry['since'][:10]}{ground}")
    if not known:
        say("Получателей нет.")
    return 0


def entry_of(name: str) -> dict[str, Any]:
    if name not in (known := register()):
        raise Refusal(f"Получателя «{name}» нет; есть: {', '.join(known) or 'никого'}.")
    return known[name]


async def add(places: Places, arguments: argparse.Namespace) -> int:
    """Make the user, the queue and its bindings, and print the address to connect to."""
    topics = checked(name=arguments.name, topics=[topic.strip() for topic in arguments.topics.split(",")], ground=arguments.ground)
    if arguments.name in (known := register()):
        raise Refusal(f"Получатель «{arguments.name}» уже есть: удалите его (./dpo subscriber remove) и заведите заново.")
    queue, password = queue_of(arguments.name), places.keys.password(queue_of(arguments.name))
    async with await aio_pika.connect(places.broker.url(places.vhost)) as connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, durable=True, arguments=queue_arguments(limit=arguments.limit))
        for topic in topics:
            await declared.bind(EVENTS, topic)
    await asyncio.to_thread(places.broker.import_definitions, rights(name=arguments.name, password=password, vhost=places.vhost))
    known[arguments.name] = {"topics": topics, "ground": arguments.ground, "limit": arguments.limit, "since": datetime.now(UTC).isoformat()}
    write_whole(SUBSCRIBERS, json.dumps(known, ensure_ascii=False, indent=2))
    say(f"Получатель «{arguments.name}» заведён. Очередь: {queue}")
    say(f"Адрес: {places.broker.url(places.vhost, user=queue, password=password)}")
    return 0


async def remove(places: Places, arguments: argparse.Namespace) -> int:
    """Take the user away first, so that nothing is read any more, then the queue."""
    entry_of(arguments.name)
    await asyncio.to_thread(places.broker.delete_user, queue_of(arguments.name))
    async with await aio_pika.connect(places.broker.url(places.vhost)) as connection:
        channel = await connection.channel()
        await channel.queue_delete(queue_of(arguments.name))
    places.keys.forget(queue_of(arguments.name))
    known = register()
    del known[arguments.name]
    write_whole(SUBSCRIBERS, json.dumps(known, ensure_ascii=False, indent=2))
    say(f"Получатель «{arguments.name}» удалён.")
    return 0


async def replay(places: Places, arguments: argparse.Namespace) -> int:
    """Send the archived events of the permitted topics to this subscriber's queue and to no other."""
    topics, count, strange = set(entry_of(arguments.name)["topics"]), 0, 0
    admin = places.broker.url(places.vhost)
    wire = Wire(admin)
    try:
        async for _, body in archived(admin):
            try:
                envelope = Envelope.read(body)
            except ValidationError:
                strange += 1
                continue
            if envelope.type in topics:
                headers = {"traceparent": envelope.traceparent or ""}
                again = message_of(body, event_id=str(envelope.id), topic=envelope.type, headers=headers)
                await (await wire.channel()).default_exchange.publish(again, queue_of(arguments.name), mandatory=True)
                count += 1
    finally:
        await wire.drop()
    say(f"Отправлено событий: {count}." + (f" Пропущено непонятых сообщений: {strange}." if strange else ""))
    return 0
