"""Where the launcher keeps things."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".dpo"  # everything the launcher makes; deleting it returns the tree to a fresh clone
LOGS = HOME / "logs"
SYS = HOME / "sys"  # system packages unpacked without root
VENV = HOME / "venv"
STATUS = HOME / "status.json"
CLOCK = HOME / "clock"  # seconds by which the development clock is moved


def servers_home() -> Path:
    """Where private servers keep their data: in .dpo, or under /var/lib when root's folder is closed to the user they run as."""
    open_to_others = all(folder.stat().st_mode & 0o001 for folder in (ROOT, *ROOT.parents))
    return HOME if os.geteuid() != 0 or open_to_others else Path("/var/lib/dpo") / hashlib.sha256(bytes(ROOT)).hexdigest()[:12]


def write_whole(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replace a file so that its readers see the old text or the new one, never a part."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    fresh.replace(path)
