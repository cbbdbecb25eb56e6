"""Before the project's own Python can run: what the command at hand needs is put in place; standard library only."""

import fcntl
import os
import shutil
import sys
from itertools import takewhile

from deploy import environment, packages, programs
from deploy.__main__ import parser
from deploy.console import Refusal, warn
from deploy.paths import TOOLS

AREAS = ("unit", "contract", "service", "e2e", "chaos")
BROWSER = ["chromium", "curl", "fonts-dejavu-core"]  # curl: the examples of open data are run as they stand
NODE = ["nodejs", "npm"]  # Lighthouse looks at the public pages


def areas_of(rest: list[str]) -> set[str]:
    """The areas of tests that the arguments of `test` name, by words before the first option or by paths; none means all but chaos."""
    words = list(takewhile(lambda argument: not argument.startswith("-"), rest))
    paths = [argument.split("/")[1] for argument in rest if argument.startswith("tests/")]
    return {*words, *paths} & {*AREAS}


def needs(arguments: list[str], given: dict[str, str]) -> set[str]:
    """What a command needs beside Python: "postgresql", "rabbitmq", "browser"; servers given by address are not needed here."""
    command, rest = arguments[0], arguments[1:]
    if command == "test":
        areas = areas_of(rest) or {*AREAS}
        containers = "containers" in rest or "--servers=containers" in rest
        servers = bool(areas - {"unit", "contract"}) and not containers
        wanted = {"browser"} if "e2e" in areas else set()
        prefix = "TEST"
    else:
        servers, wanted, prefix = command in ("up", "demo", "bench"), set(), "DPO"
    if servers and not given.get(f"{prefix}_POSTGRES_URL"):
        wanted.add("postgresql")
    if servers and not given.get(f"{prefix}_BROKER_URL"):
        wanted.add("rabbitmq")
    return wanted


def missing_packages(wanted: set[str]) -> list[str]:
    """The Debian packages of the wanted programs that this machine does not have."""
    found = []
    if "postgresql" in wanted and not programs.postgresql():
        found.append("postgresql")
    if "rabbitmq" in wanted and not programs.rabbitmq():
        found.append("rabbitmq-server")
    if "browser" in wanted and not (shutil.which("chromium") and shutil.which("curl")):
        found += BROWSER
    if "browser" in wanted and not (shutil.which("node") and shutil.which("npm")):
        found += NODE
    return found


def main(arguments: list[str]) -> int:
    """Prepare the machine for a command; 0, or 3 after one sentence saying what is missing."""
    parser().parse_args(arguments)  # a mistyped command ends here and installs nothing
    try:
        if TOOLS.exists() and not os.access(TOOLS, os.W_OK):
            raise Refusal(f"Нет права писать в {TOOLS}: запустите команду от имени владельца папки.")
        TOOLS.mkdir(exist_ok=True)
        with (TOOLS / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two launchers at once would unpack over each other
            wanted = needs(arguments, dict(os.environ))
            if lacking := missing_packages(wanted):
                _provide(wanted, lacking)
            environment.ensure()
    except Refusal as refusal:
        warn(str(refusal))
        return 3
    except OSError as problem:
        warn(f"Не удалось подготовить {TOOLS}: {problem.strerror or problem} ({problem.filename or 'диск'}).")
        return 3
    return 0


def _provide(wanted: set[str], lacking: list[str]) -> None:
    """Install what is lacking as root, unpack it as an ordinary user; elsewhere than on Debian only say what it is."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise Refusal(f"Не хватает программ: {', '.join(lacking)}; поставьте их пакетами вашей системы и повторите команду.")
    if os.geteuid() == 0:
        packages.install(lacking)
    elif {*BROWSER, *NODE}.intersection(lacking):
        raise Refusal(f"Для проверок в браузере нужны пакеты {' '.join(BROWSER + NODE)}: поставьте их от имени администратора.")
    else:
        packages.unpack(lacking)
    if still := missing_packages(wanted):
        version = programs.OLDEST_POSTGRESQL
        raise Refusal(f"Пакеты поставлены, но не подходят: {', '.join(still)}; нужны PostgreSQL {version} или новее с pg_trgm и RabbitMQ.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
