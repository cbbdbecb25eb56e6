"""`./dpo COMMAND`: the launcher's commands; each module is imported only when its command is given."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from deploy.console import Parser, Refusal, warn


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments; `run` names the function that carries a command out."""
    top = Parser(prog="./dpo", description="Модуль «Организация ДПО»: запуск, проверки и обслуживание одной командой.")
    commands = top.add_subparsers(dest="command", required=True, metavar="КОМАНДА")

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    up = command("up", "deploy.commands.up:main", "запустить систему: серверы, базы, очереди, службы, портал, демонстрационные данные")
    up.add_argument("--detach", action="store_true", help="оставить работать в фоне")
    up.add_argument("--scale", choices=("demo", "region"), default="demo", help="объём демонстрационных данных при первом запуске")
    command("down", "deploy.commands.down:main", "остановить систему; данные сохраняются")
    reset = command("reset", "deploy.commands.down:main", "остановить систему и удалить её данные")
    reset.add_argument("--yes", action="store_true", help="не спрашивать подтверждения")
    status = command("status", "deploy.commands.status:main", "показать, что работает и сколько раз перезапускалось")
    status.add_argument("--json", action="store_true")
    logs = command("logs", "deploy.commands.status:logs", "показать журналы всех процессов или одного")
    logs.add_argument("service", nargs="?")
    logs.add_argument("-f", "--follow", action="store_true", help="показывать новые записи")
    logs.add_argument("-n", "--lines", type=int, default=20)
    for name, text in (("restart", "перезапустить процесс"), ("kill", "оборвать процесс, чтобы проверить, как система это переживёт")):
        command(name, "deploy.commands.status:end", text).add_argument("name")
    command("doctor", "deploy.commands.doctor:main", "проверить машину и работающую систему, сказать словами, что не так")
    clock = command("clock", "deploy.commands.clock:main", "передвинуть часы учебного режима: +40d, +2h, reset, show")
    clock.add_argument("move", nargs="?", default="show")

    delegated("test", commands, "deploy.commands.test:main", "проверить код и запустить тесты: unit, contract, service, e2e, chaos")
    delegated("bench", commands, "deploy.commands.delegate:bench", "измерить производительность")
    delegated("demo", commands, "deploy.commands.delegate:demo", "показать весь путь от диагностики до подтверждённого результата")
    delegated("contracts", commands, "deploy.commands.delegate:contracts", "сверить или обновить описания событий и API")

    parked = command("parked", "deploy.commands.parked:main", "отложенные сообщения: посмотреть, отправить снова, удалить")
    actions = parked.add_subparsers(dest="action", required=True, metavar="ДЕЙСТВИЕ")
    listed = actions.add_parser("list", help="число отложенных сообщений по службам и их список")
    listed.add_argument("service", nargs="?")
    for name, text in (("show", "показать сообщение целиком"), ("replay", "отправить снова одно или все"), ("drop", "удалить сообщение")):
        action = actions.add_parser(name, help=text)
        action.add_argument("service")
        action.add_argument("message", nargs="?" if name == "replay" else None)

    events = command("events", "deploy.commands.events:main", "смотреть события системы")
    tail = events.add_subparsers(dest="action", required=True, metavar="ДЕЙСТВИЕ").add_parser(
        "tail", help="показывать события по мере появления"
    )
    tail.add_argument("--topics", default="#", help="темы через запятую, можно с * и #")
    tail.add_argument("--from", dest="start", choices=("now", "first"), default="now", help="с начала архива или только новые")

    subscriber = command("subscriber", "deploy.commands.subscriber:main", "подключить к событиям другую информационную систему")
    actions = subscriber.add_subparsers(dest="action", required=True, metavar="ДЕЙСТВИЕ")
    add = actions.add_parser("add", help="завести получателя: учётную запись и очередь с разрешёнными темами")
    add.add_argument("name")
    add.add_argument("--topics", required=True, help="темы через запятую")
    add.add_argument("--ground", help="правовое основание передачи результатов педагогов")
    add.add_argument("--limit", type=int, default=100_000, help="сколько сообщений ждёт получателя; лишние старые отбрасываются")
    actions.add_parser("list", help="показать получателей")
    for name, text in (("remove", "удалить получателя с его очередью"), ("replay", "отправить получателю заново события из архива")):
        actions.add_parser(name, help=text).add_argument("name")

    reports = command("reports", "deploy.commands.reports:main", "отчёты: пересобрать из архива событий")
    reports.add_subparsers(dest="action", required=True, metavar="ДЕЙСТВИЕ").add_parser(
        "rebuild", help="пересобрать все показатели из архива"
    )
    return top


def delegated(name: str, commands: "argparse._SubParsersAction[Parser]", run: str, text: str) -> None:
    """A command that reads its own arguments."""
    made = commands.add_parser(name, help=text, description=text, add_help=False, prefix_chars="\0")
    made.add_argument("rest", nargs="*")
    made.set_defaults(run=run)


def main(arguments: Sequence[str]) -> int:
    """Carry a command out and return its exit code; a refusal is one sentence on the error stream."""
    chosen = parser().parse_args(arguments)
    module, _, function = chosen.run.partition(":")
    try:
        return int(getattr(import_module(module), function)(chosen))
    except Refusal as refusal:
        warn(str(refusal))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
