"""Ports of 127.0.0.1 that stay the same from start to start."""

import json
import random
import socket
from pathlib import Path

from deploy.paths import write_whole

RANGE = range(20000, 32000)  # below the ports the kernel hands out, which get stolen between choosing and binding


def is_free(port: int) -> bool:
    """Whether nobody listens on the port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that linger after a stop do not count
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port(avoid: set[int] | frozenset[int] = frozenset()) -> int:
    """A free port of the range."""
    for port in random.sample(RANGE, len(RANGE)):
        if port not in avoid and is_free(port):
            return port
    raise OSError("no free port between 20000 and 32000")


def kept(path: Path) -> dict[str, int]:
    """The ports written in the JSON file, free or not."""
    found: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
    return found


def stored(path: Path, names: list[str], *, fixed: dict[str, int]) -> dict[str, int]:
    """The names' ports as kept in the JSON file, new ones where there is none or someone took it, and the `fixed` ones; written down."""
    chosen = kept(path) | fixed
    for name in names:
        others = {port for other, port in chosen.items() if other != name}
        if name not in chosen or chosen[name] in others or not is_free(chosen[name]):
            chosen[name] = free_port(others)
    write_whole(path, json.dumps(chosen, indent=2))
    return {name: chosen[name] for name in (*names, *fixed)}
