"""`./dpo status`: what runs, whether it is ready, how often it was started again; `./dpo logs` shows what it writes."""

import argparse
import json
import signal
import subprocess
import sys
import time
from typing import Any

from deploy import launch
from deploy.console import Refusal, say
from deploy.health import health
from deploy.paths import LOGS
from deploy.processes import send


def main(arguments: argparse.Namespace) -> int:
    told = launch.status()
    if told is None:
        print(json.dumps({"state": "down"}) if arguments.json else "Система не запущена.")
        return 3
    for process in told["processes"].values():
        answer = health(process["port"]) if process["pid"] else None
        process["ready"] = bool(answer and answer.ready and answer.launch_id == told["launch_id"])
        process["wrong"] = list(answer.wrong) if answer else ["не отвечает"]
    well = told["state"] == "ready" and all(process["ready"] for process in told["processes"].values())
    if arguments.json:
        print(json.dumps({**told, "ready": well}, ensure_ascii=False, indent=2))
    else:
        show(told)
    return 0 if well else 1


def show(told: dict[str, Any]) -> None:
    """The status as a table for people."""
    states = {"starting": "запускается", "ready": "работает", "stopping": "останавливается"}
    say(f"Система {states[told['state']]}, {age(told['started'])}. Портал: {told['portal']}")
    for name, process in told["processes"].items():
        state = "готов" if process["ready"] else "; ".join(process["wrong"]) or "не готов"
        say(f"  {name:<12} порт {process['port']:<6} процесс {process['pid'] or '—':<8} перезапусков {process['restarts']:<4} {state}")
    for title, server in told["servers"].items():
        state = "работает" if server["pid"] else "остановлен"
        say(f"  {title:<12} порт {server['port']:<6} процесс {server['pid'] or '—':<8} перезапусков {server['restarts']:<4} {state}")


def age(since: float) -> str:
    """How long ago, in words."""
    minutes = int(time.time() - since) // 60
    return f"{minutes // 60} ч {minutes % 60} мин" if minutes >= 60 else f"{minutes} мин"


def logs(arguments: argparse.Namespace) -> int:
    """Show the last lines of the logs, of all processes or of one, and follow them when asked."""
    found = {log.stem: log for log in sorted(LOGS.glob("*.log"))}
    if told := launch.status():
        found |= {title.lower(): server["log"] for title, server in told["servers"].items()}
    if arguments.service and arguments.service not in found:
        raise Refusal(f"Журнала «{arguments.service}» нет; есть: {', '.join(found)}.")
    chosen = [str(found[arguments.service])] if arguments.service else [str(log) for name, log in found.items() if "." not in name]
    if not chosen:
        raise Refusal("Журналов ещё нет: выполните ./dpo up.")
    follow = ["-F"] if arguments.follow else []
    try:
        return subprocess.run(["tail", "-n", str(arguments.lines), *follow, *chosen], stdout=sys.stdout).returncode
    except KeyboardInterrupt:
        return 0


def end(arguments: argparse.Namespace) -> int:
    """`./dpo restart NAME` asks a process to end, `./dpo kill NAME` ends it at once; the supervisor starts it again."""
    told = launch.running()
    known = told["processes"] | {title.lower(): server for title, server in told["servers"].items()}
    if arguments.name not in known:
        raise Refusal(f"Процесса «{arguments.name}» нет; есть: {', '.join(known)}.")
    if pid := known[arguments.name]["pid"]:
        send(pid, signal.SIGTERM if arguments.command == "restart" else signal.SIGKILL)
    return 0
