"""What is bound on the broker, as its HTTP API tells: AMQP itself can not be asked."""

import base64
import http.client
import json
from urllib.parse import quote, unquote, urlsplit

from shared.messaging.topology import Binding


def bound(api: str, broker_url: str, *, timeout: float) -> set[Binding]:
    """All bindings of an AMQP address's virtual host but the default exchange's, asked with its account; raises `OSError` for no answer."""
    place, broker = urlsplit(api), urlsplit(broker_url)
    account = f"{unquote(broker.username or 'guest')}:{unquote(broker.password or 'guest')}".encode()
    path = f"{place.path.rstrip('/')}/api/bindings/{quote(unquote(broker.path[1:]), safe='')}"
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname or "", place.port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Authorization": f"Basic {base64.b64encode(account).decode()}"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise ConnectionError(f"HTTP {answer.status}")
        rows = json.loads(answer.read())
        return {Binding(row["source"], row["destination"], row["routing_key"]) for row in rows if row["source"]}
    except (http.client.HTTPException, ValueError, LookupError, TypeError) as problem:
        raise ConnectionError(f"no answer of RabbitMQ: {type(problem).__name__}") from problem
    finally:
        connection.close()
