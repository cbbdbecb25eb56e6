"""One golden example per event, read by our own classes, by a CloudEvents library and by the committed schema."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cloudevents.core.formats.json import JSONFormat
from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.contracts import GOLDEN, SCHEMAS
from shared.contracts import CATALOGUE, Envelope
from tests.contract.flows.event_map import HEARD_BY, SUBJECT, owner

TOPICS = sorted(CATALOGUE)


def golden(topic: str) -> dict[str, Any]:
    """The committed envelope of one topic."""
    envelope: dict[str, Any] = json.loads((GOLDEN / f"{topic}.json").read_text("utf-8"))
    return envelope


def topics_in(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(".json") for path in folder.iterdir())


def test_every_event_has_one_golden_example_and_one_schema() -> None:
    assert topics_in(GOLDEN) == topics_in(SCHEMAS) == TOPICS


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_says_its_owner_its_fact_and_its_version(topic: str) -> None:
    assert re.fullmatch(r"(catalog|enrollment|assessment|routes|notify|reports|gateway)\.[a-z_]+\.v[1-9]\d*", topic)
    fact = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", CATALOGUE[topic].__name__).lower()
    assert fact.endswith(topic.split(".")[1]), "the class and the topic are one name"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_golden_example_says_every_field_and_no_other(topic: str) -> None:
    envelope = Envelope.model_validate(golden(topic))
    assert envelope.type == topic
    assert golden(topic)["data"] == envelope.event().model_dump(mode="json"), "a writer says all fields, and only these"


@pytest.mark.parametrize("topic", TOPICS)
def test_a_golden_example_is_about_the_aggregate_it_names(topic: str) -> None:
    envelope = golden(topic)
    assert envelope["source"] == f"/dpo/{owner(CATALOGUE[topic])}"
    assert envelope["subject"] == envelope["data"][SUBJECT[CATALOGUE[topic]]]
    assert envelope["dporevision"] >= 1
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", envelope["traceparent"])


@pytest.mark.parametrize("topic", TOPICS)
def test_a_reader_of_cloud_events_understands_every_message(topic: str) -> None:
    """The library of the CloudEvents project shares no line with ours, as a foreign module would not."""
    body = json.dumps(golden(topic)).encode()
    event = JSONFormat().read(None, body)
    ours = Envelope.read(body)
    assert (event.get_id(), event.get_source(), event.get_type()) == (str(ours.id), ours.source, ours.type)
    assert (event.get_subject(), event.get_time()) == (str(ours.subject), ours.time)
    assert event.get_datacontenttype() == "application/json"
    assert event.get_dataschema() == f"urn:dpo:{topic}"
    assert event.get_extension("dporevision") == ours.dporevision
    assert event.get_extension("traceparent") == ours.traceparent
    assert CATALOGUE[topic].model_validate(event.get_data()) == ours.event()
    assert Envelope.read(JSONFormat().write(event)) == ours


@pytest.mark.parametrize("topic", TOPICS)
def test_a_golden_example_satisfies_the_committed_schema(topic: str) -> None:
    schema = json.loads((SCHEMAS / f"{topic}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    checked = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    checked.validate(golden(topic)["data"])
    for field in schema.get("required", []):
        with pytest.raises(jsonschema.ValidationError):
            checked.validate({name: value for name, value in golden(topic)["data"].items() if name != field})


@pytest.mark.parametrize("topic", TOPICS)
def test_a_reader_ignores_a_field_that_it_does_not_know_yet(topic: str) -> None:
    newer = golden(topic)
    newer["data"] |= {"field_of_next_year": 1}
    newer |= {"dponextyear": "1"}
    assert Envelope.model_validate(newer).event() == Envelope.model_validate(golden(topic)).event()


@pytest.mark.parametrize("topic", TOPICS)
def test_a_message_that_lost_a_required_field_is_refused(topic: str) -> None:
    for field in CATALOGUE[topic].model_json_schema()["required"]:
        poorer = golden(topic)
        del poorer["data"][field]
        with pytest.raises(ValidationError):
            Envelope.model_validate(poorer).event()


def test_the_golden_examples_tell_one_story() -> None:
    """The same person, programme, group and application run through all of them."""
    for field in ("person_id", "programme_id", "provider_id", "application_id", "route_id", "step_id", "procedure_id", "suggestion_id"):
        said = {(topic, golden(topic)["data"][field]) for topic in TOPICS if golden(topic)["data"].get(field)}
        told = {value for topic, value in said if topic.split(".")[0] not in ("gateway",) and "withdrawn.v1" not in topic}
        assert len(told) == 1, (field, told)
    assert len({golden(topic)["id"] for topic in TOPICS}) == len(TOPICS)


def test_every_event_has_a_hearer_and_a_subject() -> None:
    assert HEARD_BY.keys() == SUBJECT.keys() == set(CATALOGUE.values())
    assert all(HEARD_BY.values()), "a fact that nobody hears is not told"


PERSONAL = re.compile(
    r"(^|_)(name|first|last|middle|surname|patronymic|full|fio|email|mail|phone|tel|address|snils|inn|passport|series|birth|birthday|born|sex|"
    r"gender|age|citizenship|ip|login|account|contact|comment|note|text|description|message|photo|user|author|salutation)($|_)"
)
ALLOWED = {
    "OrganisationChanged.name": "an organisation",
    "OrganisationChanged.short_name": "an organisation",
    "OrganisationChanged.previous_name": "an organisation",
    "ConsentGranted.text_version": "the number of a published text",
    "ConsentWithdrawn.text_version": "the number of a published text",
    "LearnerChanged.last_training_on": "a date",
}
FREE_TEXT = {
    "OrganisationChanged.name",
    "OrganisationChanged.short_name",
    "OrganisationChanged.previous_name",
    "ProgrammePublished.title",
    "FrameworkPublished.title",
    "Competence.title",
    "ProcedurePublished.title",
    "ProcedurePublished.result_visible_to",
    "EventAnnounced.title",
    "EventChanged.title",
    "ReviewDue.title",
    "MatchedItem.title",
    "DocumentPublished.title",
    "GroupAnnounced.place",
    "GroupChanged.place",
    "EventAnnounced.place",
    "EventChanged.place",
    "Session.place",
    "ProgrammeWithdrawn.reason",
    "GroupChanged.reason",
    "GroupCancelled.reason",
    "EventChanged.reason",
    "EventCancelled.reason",
    "Kept.ground",
    "RoleGranted.basis",
    "RoleRevoked.reason",
}


def fields() -> dict[str, Any]:
    """Every field of every event and of its parts as `Class.field`, with its schema."""
    found: dict[str, Any] = {}
    for event in CATALOGUE.values():
        schema = event.model_json_schema()
        for name, shape in {event.__name__: schema, **schema.get("$defs", {})}.items():
            found |= {f"{name}.{field}": stated for field, stated in shape.get("properties", {}).items()}
    return found


def test_no_field_is_called_like_personal_data() -> None:
    suspicious = {field for field in fields() if PERSONAL.search(field.split(".")[1])}
    assert suspicious == set(ALLOWED)


def test_free_text_exists_only_where_no_person_writes_about_a_person() -> None:
    """Text up to 2000 characters could carry a name; every other string is a code, an id or a date."""
    roomy = {name for name, stated in fields().items() if '"maxLength": 2000' in json.dumps(stated)}
    assert roomy == FREE_TEXT
    unbounded = {name for name, stated in fields().items() if loose(stated)}
    assert unbounded == set()


def loose(stated: dict[str, Any]) -> bool:
    """Whether a field takes any string at all."""
    kinds = stated.get("anyOf", [stated])
    return any(kind.get("type") == "string" and not kind.keys() & {"maxLength", "pattern", "format", "enum", "const"} for kind in kinds)


@pytest.mark.parametrize("name", ["name", "learner_email", "snils", "birth_date", "phone", "comment"])
def test_the_scan_for_personal_data_barks(name: str) -> None:
    assert PERSONAL.search(name)


def test_a_nul_never_enters_a_contract() -> None:
    broken = golden("catalog.programme_withdrawn.v1")
    broken["data"]["reason"] = "a\x00b"
    with pytest.raises(ValidationError):
        Envelope.model_validate(broken).event()


def test_a_writer_can_not_add_a_field() -> None:
    """A reader tolerates what it does not know, so what a writer says is compared with what the class knows."""
    for topic in TOPICS:
        event = CATALOGUE[topic]
        strict: type[BaseModel] = type("Strict", (event,), {"model_config": ConfigDict(extra="forbid")})
        strict.model_validate(golden(topic)["data"])
        with pytest.raises(ValidationError):
            strict.model_validate(golden(topic)["data"] | {"learner_name": "x"})
