"""Where the launcher keeps things."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".dpo"  # programs and the Python environment; deleting it returns the tree to a fresh clone
SYS = TOOLS / "sys"  # system packages unpacked without root
VENV = TOOLS / "venv"
HOME = Path(os.environ.get("DPO_HOME") or TOOLS).absolute()  # one suite's data, logs and ports; tests give theirs another home
LOGS = HOME / "logs"
STATUS = HOME / "status.json"
CLOCK = HOME / "clock"  # seconds by which the development clock is moved
SUBSCRIBERS = HOME / "subscribers.json"


def servers_home() -> Path:
    """Where private servers keep their data: at home, or under /var/lib when root's folder is closed to the user they run as."""
    open_to_others = all(folder.stat().st_mode & 0o001 for folder in (HOME, *HOME.parents) if folder.exists())
    return HOME if os.geteuid() != 0 or open_to_others else Path("/var/lib/dpo") / hashlib.sha256(bytes(HOME)).hexdigest()[:12]


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file so that its readers see the old text or the new one, never a part."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    fresh.replace(path)
