"""The launcher's rules: what a command needs, how the clock moves, who may subscribe to what."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deploy import demo
from deploy.__main__ import parser
from deploy.commands.clock import moved
from deploy.commands.events import line_of, pattern_of
from deploy.commands.subscriber import RESULTS_OF_PERSONS, checked, queue_of, rights
from deploy.console import Refusal
from deploy.paths import ROOT
from deploy.prepare import needs
from deploy.supervisor import LONGEST_PAUSE, pause_before_restart
from shared.contracts import CATALOGUE
from tests.bench import __main__ as bench

SERVERS = {"postgresql", "rabbitmq"}


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("up", SERVERS),
        ("demo", SERVERS),
        ("bench", SERVERS),
        ("down", set()),
        ("status", set()),
        ("test", SERVERS | {"browser"}),
        ("test unit", set()),
        ("test contract -k x", set()),
        ("test service", SERVERS),
        ("test service unit", SERVERS),
        ("test chaos", SERVERS),
        ("test e2e", SERVERS | {"browser"}),
        ("test tests/unit/deploy/test_ports.py -q", set()),
        ("test tests/service/catalog", SERVERS),
        ("test unit -k service", set()),
        ("test -k unit", SERVERS | {"browser"}),
        ("test service --servers containers", set()),
        ("test service --servers=containers", set()),
    ],
)
def test_a_command_gets_what_it_needs_and_no_more(line: str, wanted: set[str]) -> None:
    assert needs(line.split(), {}) == wanted


def test_servers_given_by_address_are_not_installed() -> None:
    assert needs(["up"], {"DPO_POSTGRES_URL": "x"}) == {"rabbitmq"}
    assert needs(["up"], {"TEST_POSTGRES_URL": "x", "TEST_BROKER_URL": "y"}) == SERVERS
    assert needs(["test", "service"], {"TEST_POSTGRES_URL": "x", "TEST_BROKER_URL": "y"}) == set()


@pytest.mark.parametrize("rest", ["-k 'a' -x", "unit -k name", "--servers containers service", "tests/unit/deploy -q", "-h"])
def test_arguments_of_tests_reach_pytest_untouched(rest: str) -> None:
    assert parser().parse_args(["test", *rest.split()]).rest == rest.split()


def test_the_clock_moves_forward_and_adds_up() -> None:
    assert moved(timedelta(days=1), "+40d") == timedelta(days=41)
    assert moved(timedelta(0), "+2h30m") == timedelta(hours=2, minutes=30)
    assert moved(timedelta(days=3), "reset") == timedelta(0)
    assert moved(timedelta(days=3), "show") == timedelta(days=3)


@pytest.mark.parametrize("move", ["-3d", "40d", "+d", "+1w", "", "+1d "])
def test_the_clock_refuses_what_it_does_not_understand(move: str) -> None:
    with pytest.raises(Refusal):
        moved(timedelta(0), move)


def test_results_of_persons_need_a_legal_ground() -> None:
    assert set(RESULTS_OF_PERSONS) <= CATALOGUE.keys()
    for topic in RESULTS_OF_PERSONS:
        for ground in (None, "", "  "):
            with pytest.raises(Refusal, match="основани"):
                checked(name="fgis", topics=[topic, "catalog.programme_published.v1"], ground=ground)
        assert checked(name="fgis", topics=[topic], ground="Приказ от 01.09.2026 № 12") == [topic]


def test_other_topics_need_no_ground_but_must_exist() -> None:
    assert checked(name="a1", topics=["catalog.programme_published.v1"], ground=None) == ["catalog.programme_published.v1"]
    for topic in ("#", "catalog.#", "catalog.programme_published.v9", ""):
        with pytest.raises(Refusal, match="нет"):
            checked(name="a1", topics=[topic], ground="Приказ")


@pytest.mark.parametrize("name", ["", "A", "a", "a.b", "a b", "имя", "a" * 41, "1a"])
def test_a_subscribers_name_is_plain(name: str) -> None:
    with pytest.raises(Refusal, match="Имя"):
        checked(name=name, topics=["catalog.programme_published.v1"], ground=None)


def test_a_subscriber_reads_its_own_queue_and_does_nothing_else() -> None:
    document = rights(name="fgis", password="p", vhost="dpo")
    (held,), (topics,) = document["permissions"], document["topic_permissions"]
    assert re.search(held["read"], queue_of("fgis"))
    for name in ("subscriber.fgis2", "subscriberxfgis", "reports:x", "dpo.archive", "dpo.events", "amq.gen-1"):
        assert not any(re.search(held[verb], name) for verb in ("configure", "write", "read"))
    assert not re.search(held["configure"], queue_of("fgis"))
    assert not re.search(topics["write"], "catalog.programme_published.v1")


@pytest.mark.parametrize(
    ("topic", "heard", "unheard"),
    [
        ("#", "catalog.programme_published.v1", ""),
        ("catalog.#", "catalog.programme_published.v1", "catalogue.x.v1"),
        ("*.order_signed.v1", "enrollment.order_signed.v1", "a.b.order_signed.v1"),
        ("catalog.programme_published.v1", "catalog.programme_published.v1", "catalog.programme_published.v10"),
    ],
)
def test_topics_are_chosen_as_the_broker_would(topic: str, heard: str, unheard: str) -> None:
    assert pattern_of(topic).match(heard)
    assert not unheard or not pattern_of(topic).match(unheard)


def test_restarts_slow_down_to_a_limit() -> None:
    pauses = [pause_before_restart(failures=count) for count in range(1, 12)]
    assert pauses == sorted(pauses)
    assert pauses[0] <= 1
    assert pauses[-1] == LONGEST_PAUSE


def test_an_event_is_a_line_and_what_is_none_is_told_by_its_size() -> None:
    event = (ROOT / "shared/contracts/golden/enrollment.seats_changed.v1.json").read_bytes()
    assert "  enrollment.seats_changed.v1  " in line_of(event)
    for odd in (b"not json", b"[]", b'{"type": "enrollment.seats_changed.v1"}', b"\xff\x00"):
        assert line_of(odd) == f"непонятное сообщение, {len(odd)} байт"


@pytest.mark.parametrize(
    ("read", "line"),
    [
        *((parser().parse_args, line) for line in ("clock -3d", "up --scale huge", "nosuch", "parked show")),
        (demo.main, "--huge"),
        (bench.main, "huge"),
        (bench.main, "--queries file"),
    ],
)
def test_what_is_not_understood_is_said_in_russian(read: Callable[[list[str]], Any], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read(line.split())
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert said.startswith("Не понимаю")
    assert "--help" in said
