"""Programs of the two servers: found where they lie, and only if they are whole."""

import subprocess
from pathlib import Path

import pytest

from deploy import packages, programs


def place(top: Path, *files: str) -> None:
    for name in files:
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)


def postgresql(version: int) -> tuple[str, ...]:
    bin_folder = f"usr/lib/postgresql/{version}/bin"
    return f"{bin_folder}/initdb", f"{bin_folder}/postgres", f"usr/share/postgresql/{version}/extension/pg_trgm.control"


def test_unpacked_programs_bring_their_libraries(tmp_path: Path) -> None:
    place(tmp_path, *postgresql(99), "usr/lib/x86_64-linux-gnu/libpq.so.5", "usr/bin/erl", "usr/lib/rabbitmq/bin/rabbitmq-server")
    found = programs.postgresql(tmp_path)
    assert found
    assert found.folder == tmp_path / "usr/lib/postgresql/99/bin"
    assert found.environment["LD_LIBRARY_PATH"] == str(tmp_path / "usr/lib/x86_64-linux-gnu")
    assert found.environment["PATH"].startswith(str(tmp_path / "usr/bin"))


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_postgresql_without_a_part_is_none(tmp_path: Path, missing: int) -> None:
    place(tmp_path, *(file for number, file in enumerate(postgresql(99)) if number != missing))
    found = programs.postgresql(tmp_path)
    assert not found or tmp_path not in found.folder.parents


def test_a_postgresql_that_is_too_old_is_none(tmp_path: Path) -> None:
    place(tmp_path, *postgresql(programs.OLDEST_POSTGRESQL - 1))
    found = programs.postgresql(tmp_path)
    assert not found or tmp_path not in found.folder.parents


def test_unpacked_erlang_finds_itself_wherever_the_tree_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place(tmp_path, "a b/usr/lib/erlang/bin/erl")
    top = tmp_path / "a b"
    (top / "usr/lib/erlang/bin/erl").write_text('#!/bin/sh\nROOTDIR=/usr/lib/erlang\necho "$ROOTDIR"\n')
    (top / "usr/bin").mkdir()
    (top / "usr/bin/erl").symlink_to("../lib/erlang/bin/erl")
    monkeypatch.setattr(packages, "SYS", top)
    packages._relocate_erlang()
    moved = tmp_path / "moved"
    top.rename(moved)
    said = subprocess.run([moved / "usr/bin/erl"], capture_output=True, text=True)
    assert said.stdout.strip() == str(moved / "usr/lib/erlang")
