"""A RabbitMQ that others run, given by address: administered over its management API."""

import base64
import json
import urllib.error
import urllib.request
from urllib.parse import quote, unquote, urlsplit

from deploy.console import Refusal
from deploy.rights import Definitions, with_admin


class GivenBroker:
    """What the suite asks of a broker, answered by one it did not start; `management` defaults to port 15672 of the same host."""

    def __init__(self, url: str, management: str | None = None) -> None:
        parts = urlsplit(url)
        self.scheme, self.place, self.query = parts.scheme, parts.netloc.rpartition("@")[2], parts.query or "heartbeat=10"
        self.admin, self.password = unquote(parts.username or "guest"), unquote(parts.password or "guest")
        self.vhost = unquote(parts.path[1:]) or "dpo"
        self.management = (management or f"http://{parts.hostname}:15672").rstrip("/")

    def url(self, vhost: str | None = None, *, user: str | None = None, password: str | None = None) -> str:
        """The address of a virtual host, the administrator's unless told otherwise."""
        identity = f"{quote(user or self.admin, safe='')}:{quote(password or self.password, safe='')}"
        return f"{self.scheme}://{identity}@{self.place}/{quote(vhost or self.vhost, safe='')}?{self.query}"

    def import_definitions(self, definitions: Definitions) -> None:
        """Add users, virtual hosts and rights; the administrator gets every virtual host among them."""
        self._call("POST", "/api/definitions", with_admin(definitions, self.admin))

    def delete_user(self, name: str) -> None:
        """Take a user's account away; its connections are closed."""
        self._call("DELETE", f"/api/users/{quote(name, safe='')}")

    def delete_vhost(self, name: str) -> None:
        """Take a virtual host away with everything in it."""
        self._call("DELETE", f"/api/vhosts/{quote(name, safe='')}")

    def _call(self, method: str, path: str, body: Definitions | None = None) -> None:
        identity = base64.b64encode(f"{self.admin}:{self.password}".encode()).decode()
        request = urllib.request.Request(self.management + path, json.dumps(body).encode() if body else None, method=method)
        request.add_header("Authorization", f"Basic {identity}")
        request.add_header("Content-Type", "application/json")
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as refused:
            if refused.code == 401:
                raise Refusal(
                    f"RabbitMQ ({self.management}) не принимает имя или пароль пользователя {self.admin}: проверьте адрес."
                ) from None
            if refused.code == 403:
                raise Refusal(
                    f"У пользователя {self.admin} нет права управлять RabbitMQ ({self.management}): нужна метка administrator."
                ) from None
            raise Refusal(f"RabbitMQ ({self.management}) не выполнил {method} {path}: ответ {refused.code}.") from None
        except OSError as problem:
            place = f"{self.management}: {problem}"
            advice = "включите rabbitmq_management или укажите DPO_BROKER_MANAGEMENT_URL"
            raise Refusal(f"Управление RabbitMQ не отвечает ({place}): {advice}.") from None
