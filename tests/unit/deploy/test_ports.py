"""Ports: free ones of a known range, the same from start to start."""

import socket
from pathlib import Path

import pytest

from deploy import launch, ports
from deploy.console import Refusal
from deploy.launch import choose_portal_port


@pytest.fixture
def taken() -> "socket.socket":
    """A socket that listens on some port of the range."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", ports.free_port()))
    listener.listen()
    return listener


def test_a_port_someone_listens_on_is_not_free(taken: socket.socket) -> None:
    number = taken.getsockname()[1]
    assert number in ports.RANGE
    assert not ports.is_free(number)
    taken.close()
    assert ports.is_free(number)


def test_names_keep_their_ports_and_never_share_one(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    names = [f"name{number}" for number in range(20)]
    first = ports.stored(file, names, fixed={"portal": 8080})
    assert len(set(first.values())) == 21
    assert ports.stored(file, names, fixed={"portal": 8080}) == first
    assert ports.kept(file) == first


def test_only_a_port_that_was_taken_changes(tmp_path: Path, taken: socket.socket) -> None:
    file = tmp_path / "ports.json"
    first = ports.stored(file, ["a"], fixed={"b": taken.getsockname()[1]})
    second = ports.stored(file, ["a", "b"], fixed={})
    assert second["a"] == first["a"]
    assert second["b"] != first["b"]
    taken.close()


def test_the_portal_stays_where_it_was() -> None:
    port = ports.free_port()
    assert choose_portal_port(wanted=None, kept=port) == port
    other = ports.free_port({port})
    assert choose_portal_port(wanted=str(other), kept=port) == other


def test_a_taken_portal_port_is_refused_when_asked_for_and_when_letters_name_it(taken: socket.socket) -> None:
    number = taken.getsockname()[1]
    with pytest.raises(Refusal, match=str(number)):
        choose_portal_port(wanted=str(number), kept=None)
    with pytest.raises(Refusal, match=f"{number}.* в прошлый раз"):
        choose_portal_port(wanted=None, kept=number)


def test_the_first_launch_avoids_a_taken_port_and_says_so(
    taken: socket.socket, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "USUAL_PORTAL_PORT", number := taken.getsockname()[1])
    assert choose_portal_port(wanted=None, kept=None) != number
    assert f"Порт {number} занят" in capsys.readouterr().out


@pytest.mark.parametrize("wanted", ["x", "0", "65536", "-1"])
def test_a_wrong_portal_port_is_refused(wanted: str) -> None:
    with pytest.raises(Refusal, match="DPO_PORT"):
        choose_portal_port(wanted=wanted, kept=None)
