"""What every event is: plain data in a CloudEvents 1.0 envelope."""

from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

CATALOGUE: dict[str, type["Event"]] = {}
"""Every event of the suite by its topic `owner.fact.vN`."""


def printable(text: str) -> str:
    """The text itself; PostgreSQL can not store a NUL, so none enters a contract."""
    if "\x00" in text:
        raise ValueError("a NUL character is not allowed")
    return text


Text = Annotated[str, Field(max_length=2000), AfterValidator(printable)]
Code = Annotated[str, Field(max_length=100), AfterValidator(printable)]
Oktmo = Annotated[str, Field(pattern=r"^\d{8}(\d{3})?$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Part(BaseModel):
    """A value inside an event."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(BaseModel):
    """The data of one fact; id, time, subject, revision and trace belong to the envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # readers ignore unknown fields; writers have only these
    topic: ClassVar[str]
    personal_result: ClassVar[bool] = False

    def __init_subclass__(cls, *, topic: str = "", personal_result: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.personal_result = personal_result
        if not topic:
            return  # a shape that several owners say under topics of their own
        cls.topic = topic
        if CATALOGUE.setdefault(topic, cls) is not cls:
            raise TypeError(f"two contracts claim {topic}")


class Envelope(BaseModel):
    """CloudEvents 1.0, structured JSON, with the distributed-tracing extension and our `dporevision`."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: UUID
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str | None = None
    dporevision: Annotated[int, Field(ge=0, le=2**62)]
    traceparent: str | None = None
    tracestate: str | None = None
    data: Any

    @classmethod
    def read(cls, body: bytes) -> Self:
        """The envelope in a message; raises `ValidationError` when it is not one."""
        return cls.model_validate_json(body)

    def event(self) -> Event:
        """The contract inside; raises `KeyError` for an unknown type and `ValidationError` for broken data."""
        return CATALOGUE[self.type].model_validate(self.data)
