"""Points at which a test may end this process, as a power cut would."""

import os
import signal

FOLDER = os.environ.get("DPO_FAILPOINTS")


def failpoint(name: str) -> None:
    """End the process when somebody laid a file of this name into DPO_FAILPOINTS; the file goes first, so it happens once."""
    if FOLDER is None:
        return
    try:
        os.unlink(f"{FOLDER}/{name}")
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
