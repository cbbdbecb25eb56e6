"""What each process is told: enough for its settings, and no secret that is not its own."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from deploy.console import Refusal
from deploy.given import GivenBroker
from deploy.keys import Keys
from deploy.suite import HEARING, PROCESS_PORTS, SERVICES, Places, Process, given_servers, processes

POSTGRES, BROKER = "postgresql://admin:post-secret@db.example:5433/postgres?sslmode=disable", "amqp://root:mq-secret@mq.example:5673/dpo"


def launched(folder: Path, **given: str) -> dict[str, Process]:
    """The processes of a launch on given servers."""
    ports = {name: 20000 + number for number, name in enumerate(PROCESS_PORTS)}
    environment = {"DPO_POSTGRES_URL": POSTGRES, "DPO_BROKER_URL": BROKER, "PATH": "/bin", **given}
    places = Places(POSTGRES, GivenBroker(BROKER), "dpo", ports, 8080, Keys(folder / "secrets.json"), environment, "launch")
    return {process.name: process for process in processes(places)}


def test_the_door_is_stopped_first_and_what_all_lean_on_last(tmp_path: Path) -> None:
    assert list(launched(tmp_path)) == ["gateway", *SERVICES, "development", "traces"]


@pytest.mark.parametrize(
    ("variable", "given"),
    [
        ("DPO_POSTGRES_URL", "db.example"),
        ("DPO_POSTGRES_URL", "amqp://root:mq-secret@mq.example"),
        ("DPO_BROKER_URL", "amqp://"),
        ("DPO_BROKER_URL", "amqp://root:mq-secret@mq.example:70000/"),
        ("DPO_BROKER_MANAGEMENT_URL", "http://[mq-secret"),
    ],
)
def test_what_is_no_address_is_refused_in_words_without_its_password(variable: str, given: str) -> None:
    with pytest.raises(Refusal, match=variable) as refused:
        given_servers({variable: given})
    assert "secret" not in str(refused.value)
    assert given_servers({variable: ""}) == (None, None)


def test_every_process_has_a_port_of_its_own(tmp_path: Path) -> None:
    ports = [process.port for process in launched(tmp_path).values()]
    assert len(ports) == len(set(ports))


def test_no_process_gets_an_administrators_password(tmp_path: Path) -> None:
    for process in launched(tmp_path).values():
        told = json.dumps(dict(process.environment))
        assert "post-secret" not in told
        assert "mq-secret" not in told


def test_a_service_gets_its_own_passwords_only(tmp_path: Path) -> None:
    found = launched(tmp_path)
    keys = Keys(tmp_path / "secrets.json")
    for name in HEARING:
        for other in HEARING:
            assert (keys.password(name) in json.dumps(dict(found[other].environment))) == (name == other)


def test_only_the_gateway_can_sign(tmp_path: Path) -> None:
    found = launched(tmp_path)
    secret = Keys(tmp_path / "secrets.json").signing_key()["d"]
    assert [name for name, process in found.items() if secret in "".join(process.environment.values())] == ["gateway"]


def test_addresses_keep_the_servers_place_and_options(tmp_path: Path) -> None:
    told = launched(tmp_path)["catalog"].environment
    assert told["CATALOG_DATABASE_URL"].startswith("postgresql+asyncpg://catalog:")
    assert told["CATALOG_DATABASE_URL"].endswith("@db.example:5433/catalog?sslmode=disable")
    assert told["CATALOG_BROKER_URL"].endswith("@mq.example:5673/dpo?heartbeat=10")


def test_traces_and_mail_go_where_the_environment_says(tmp_path: Path) -> None:
    found = launched(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://jaeger:4318", NOTIFY_SMTP_URL="smtp://mail:25")
    assert {process.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] for process in found.values()} == {"http://jaeger:4318"}
    assert found["notify"].environment["NOTIFY_SMTP_URL"] == "smtp://mail:25"
    own = launched(tmp_path)
    assert own["catalog"].environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == f"http://127.0.0.1:{own['traces'].port}"
    assert own["notify"].environment["NOTIFY_SMTP_URL"].startswith("smtp://127.0.0.1:")


@pytest.mark.parametrize("name", HEARING)
def test_the_environment_satisfies_the_services_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    process = launched(tmp_path)[name]
    module = import_module("gateway.settings" if name == "gateway" else f"services.{name}.settings")
    for variable, value in process.environment.items():
        monkeypatch.setenv(variable, value)
    kind: type[BaseSettings] = module.Settings
    settings = kind(_env_prefix=f"{name.upper()}_")
    assert settings.model_fields_set >= {"database_url", "broker_url", "token_public_keys", "launch_id", "development", "clock_file"}
    unread = {variable for variable in process.environment if variable.startswith(f"{name.upper()}_")}
    known = {f"{name}_{field}".upper() for field in kind.model_fields}
    assert unread <= known, "variables that nobody reads"


def test_secrets_stay_the_same_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = Keys(file)
    assert first.password("catalog") != first.password("routes")
    assert Keys(file).password("catalog") == first.password("catalog")
    assert Keys(file).signing_key() == first.signing_key()
    assert file.stat().st_mode & 0o777 == 0o600
    assert "d" not in first.public_keys()["keys"][0]
    assert first.public_keys()["keys"][0]["kid"] == first.signing_key()["kid"]
