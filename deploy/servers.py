"""Private PostgreSQL and RabbitMQ in a folder: for `./dpo up`, tests and measurements; both keep their data over a stop and a kill."""

import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from deploy import programs
from deploy.console import Refusal, written_since
from deploy.ports import free_port
from deploy.rights import Definitions, with_admin
from deploy.server import ADMIN, Server


class PostgreSQL(Server):
    """A private PostgreSQL: UTF-8, Russian ICU collation, reachable over TCP on 127.0.0.1 with a password only."""

    title = "PostgreSQL"
    ending = signal.SIGINT  # "fast": rolls transactions back instead of waiting for clients to leave

    def __init__(self, folder: Path, *, port: int | None = None, password: str, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(folder, port=port, password=password, settings=settings, found=programs.postgresql())
        self.data = folder / "data"

    def url(self, database: str = "postgres", *, user: str = ADMIN, password: str | None = None) -> str:
        """The address of a database, the administrator's unless told otherwise."""
        return f"postgresql://{user}:{quote(password or self.password, safe='')}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        self._make_folder()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._drop_foreign_pid_file()

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole, so that an interrupted start leaves no half of one."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        secret = self._own("password")
        secret.write_text(self.password)
        self._run(
            [
                str(self.programs.folder / "initdb"),
                "-D",
                str(fresh),
                "-U",
                ADMIN,
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--locale-provider=icu",
                "--icu-locale=ru-RU",
                "--no-instructions",
            ],
            "PostgreSQL не смог создать данные",
        )
        secret.unlink()
        fresh.rename(self.data)

    def _drop_foreign_pid_file(self) -> None:
        """Delete a postmaster.pid whose number belongs to some other program by now; PostgreSQL would believe it."""
        path = self.data / "postmaster.pid"
        try:
            pid = int(path.read_text().split()[0])
            if Path(f"/proc/{pid}/comm").read_text().strip() not in ("postgres", "postmaster"):
                path.unlink()
        except (OSError, ValueError, IndexError):
            path.unlink(missing_ok=True)

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",  # a deep folder would exceed the length a socket's path may have
            "max_connections": "120",
            "shared_buffers": "64MB",
            "random_page_cost": "1.1",
            "jit": "off",  # short queries pay for compilation and never earn it back
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "dynamic_shared_memory_type": "posix" if self._may("w", Path("/dev/shm")) else "mmap",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "client_connection_check_interval": "5s",
            **self.settings,
        }
        return [
            str(self.programs.folder / "postgres"),
            "-D",
            str(self.data),
            *(part for key, value in settings.items() for part in ("-c", f"{key}={value}")),
        ]

    def wait_ready(self) -> None:
        """Wait for answers; while the memory of a server just killed is still in use, a refused start is tried again for 5 seconds."""
        deadline = time.monotonic() + 5
        while True:
            try:
                return super().wait_ready()
            except Refusal:
                if self.process or time.monotonic() > deadline or "still in use" not in written_since(self.log, self.log_start):
                    raise
                time.sleep(0.2)
                self.spawn()

    def last_words(self) -> str:
        """The reason it gives for not going on, without the time before it."""
        fatal = [line for line in written_since(self.log, self.log_start).splitlines() if " FATAL: " in line or " PANIC: " in line]
        return fatal[-1].partition("]")[2].strip() if fatal else super().last_words()

    def answers(self) -> bool:
        """Whether a start-up packet is answered with a demand for a password rather than with «starting up»."""
        packet = b"".join((struct.pack("!i", 196608), b"user\0", ADMIN.encode(), b"\0database\0postgres\0\0"))
        return _reply(self.port, struct.pack("!i", len(packet) + 4) + packet) == b"R"


class RabbitMQ(Server):
    """A private RabbitMQ with its own epmd; users and rights come from definitions it imports before it opens its port."""

    title = "RabbitMQ"

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        distribution_port: int | None = None,
        epmd_port: int | None = None,
        management_port: int | None = None,
        password: str,
        definitions: Definitions | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder, port=port, password=password, settings=settings, found=programs.rabbitmq())
        self.distribution_port = distribution_port or free_port({self.port})
        self.epmd_port = epmd_port or free_port({self.port, self.distribution_port})
        self.management_port = management_port or free_port({self.port, self.distribution_port, self.epmd_port})
        self.definitions = definitions or {}
        self._epmd: subprocess.Popen[bytes] | None = None

    def url(self, vhost: str = "dpo", *, user: str = ADMIN, password: str | None = None) -> str:
        """The address of a virtual host, the administrator's unless told otherwise."""
        return f"amqp://{user}:{quote(password or self.password, safe='')}@127.0.0.1:{self.port}/{quote(vhost, safe='')}?heartbeat=10"

    @property
    def management(self) -> str:
        """The address of its HTTP API, which tells what is bound."""
        return f"http://127.0.0.1:{self.management_port}"

    def import_definitions(self, definitions: Definitions) -> None:
        """Add users, virtual hosts and rights to the running broker; the administrator gets every virtual host among them."""
        document = self._own("import.json")
        document.write_text(json.dumps(with_admin(definitions, ADMIN, self.password)))
        self.control("import_definitions", str(document))
        document.unlink()

    def delete_user(self, name: str) -> None:
        """Take a user's account away; its connections are closed."""
        self.control("delete_user", name)

    def control(self, *arguments: str) -> str:
        """What rabbitmqctl answers."""
        return self._run([str(self.programs.folder / "rabbitmqctl"), "-q", *arguments], f"RabbitMQ не выполнил {arguments[0]}")

    def prepare(self) -> None:
        self._make_folder()
        configuration = {
            "listeners.tcp.1": f"127.0.0.1:{self.port}",
            "distribution.listener.interface": "127.0.0.1",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": str(self.management_port),
            "management_agent.disable_metrics_collector": "true",  # bindings are asked for, statistics are not
            "load_definitions": str(self.folder / "definitions.json"),
            "vm_memory_high_watermark.absolute": "512MB",
            "disk_free_limit.absolute": "200MB",
            "raft.wal_max_size_bytes": "67108864",
            "heartbeat": "10",
            "consumer_timeout": "1800000",
            "log.console": "true",
            "log.console.level": "warning",
            "log.console.use_colors": "off",
            "log.file": "false",
            **self.settings,
        }
        self._own("rabbitmq.conf").write_text("".join(f"{key} = {value}\n" for key, value in configuration.items()))
        self._own("definitions.json").write_text(json.dumps(with_admin(self.definitions, ADMIN, self.password)))
        self._own("enabled_plugins").write_text("[rabbitmq_management].\n")
        # Erlang resolves names by itself and needs localhost even where there is no /etc/hosts
        self._own("inetrc").write_text('{host, {127,0,0,1}, ["localhost"]}.\n{lookup, [file, native]}.\n')
        self._stop_epmd()
        mapper = shutil.which("epmd", path=self.programs.environment["PATH"])
        if mapper:  # without one the node starts its own, and that would outlive us
            self._epmd = self._launch([mapper, "-address", "127.0.0.1", "-port", str(self.epmd_port)], "epmd.pid", end=signal.SIGKILL)

    def command(self) -> list[str]:
        return [str(self.programs.folder / "rabbitmq-server")]

    def wait_ready(self) -> None:
        """Wait until the broker answers, and tell the plugin of its HTTP API to count nothing."""
        super().wait_ready()
        # the settings can not say so; counting costs memory with every message, and 5 seconds of every stop
        self.control("eval", "gen_event:delete_handler(rabbit_event, rabbit_mgmt_db_handler, []).")

    def environment(self) -> dict[str, str]:
        schedulers = min(os.cpu_count() or 1, 4)
        return {
            **super().environment(),
            "RUNNING_UNDER_SYSTEMD": "true",  # the script then becomes the broker instead of its parent, so the pid is the broker's
            "ERL_INETRC": str(self.folder / "inetrc"),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "dpo@localhost",  # the data are named after the node, so it must not change with a port
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": "/nonexistent",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S {schedulers}:{schedulers} +sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_CTL_ERL_ARGS": "+S 1:1 +sbwt none",
        }

    def stop(self) -> None:
        super().stop()
        self._stop_epmd()

    def kill(self) -> None:
        super().kill()
        self._stop_epmd()

    def last_words(self) -> str:
        """Why the broker did not boot, as it says before it prints its crash report."""
        found = re.findall(r"BOOT FAILED\n.*===+\n(?:.*> )?(\S.*)", written_since(self.log, self.log_start))
        return str(found[-1]) if found else super().last_words()

    def _stop_epmd(self) -> None:
        """End the Erlang port mapper, ours or one that a killed launcher left behind."""
        if process := self._recall("epmd.pid"):
            process.signal_all(signal.SIGKILL)
        if self._epmd:
            self._epmd.wait()
            self._epmd = None

    def answers(self) -> bool:
        """Whether the broker opens the AMQP 0-9-1 handshake; an open port alone comes earlier."""
        return _reply(self.port, b"AMQP\x00\x00\x09\x01") == b"\x01"


def _reply(port: int, greeting: bytes) -> bytes:
    """The first byte a server on 127.0.0.1 answers a greeting with; empty if it does not answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(greeting)
            return connection.recv(1)
    except OSError:
        return b""
