"""What the answers look like; there is no field for a key anywhere."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, JsonValue

from services.assessment.rules.bank import Kind
from services.assessment.rules.results import Quadrant
from shared.contracts.assessment import Purpose, Verdict


class CompetenceTitle(BaseModel):
    code: str
    title: str
    group: str


class CompetenceOut(CompetenceTitle):
    """A competence; its cut and the cut's error are in logits."""

    description: str
    labour_functions: list[str]
    cut: float
    cut_error: float


class FrameworkOut(BaseModel):
    framework_id: UUID
    version: int
    title: str
    published_at: AwareDatetime
    competences: list[CompetenceOut]


class ItemStored(BaseModel):
    """What became of an item that was sent."""

    item_id: UUID
    code: str
    revision: int
    standing: Literal["added", "replaced", "unchanged"]


class ItemsOut(BaseModel):
    items: list[ItemStored]


class ProcedureItem(BaseModel):
    """A procedure; `items` counts the items of each purpose."""

    procedure_id: UUID
    revision: int
    title: str
    organiser_id: UUID
    organiser: str | None
    framework_id: UUID
    framework_version: int
    minutes: int
    items: dict[Purpose, int]
    competences: list[CompetenceTitle]
    result_visible_to: str


class Procedures(BaseModel):
    items: list[ProcedureItem]


class QuestionOut(BaseModel):
    competence: str
    question: str


class SampleOut(BaseModel):
    stem: str
    options: list[str]
    answer: str
    explanation: str


class ProcedureOut(ProcedureItem):
    instructions: str
    difficulties: list[QuestionOut]
    difficulty_scale: list[str]
    samples: list[SampleOut]


class ItemReportOut(BaseModel):
    report_id: UUID
    procedure_id: UUID
    item_id: UUID
    code: str
    revision: int
    current: bool
    stem: str
    text: str
    reported_at: AwareDatetime


class ItemReports(BaseModel):
    items: list[ItemReportOut]


class PositionCount(BaseModel):
    position: str | None
    persons: int


class Trust(BaseModel):
    """How far results in one competence may be trusted; the mean error is in logits."""

    competence: str
    title: str
    measurements: int
    mean_error: float
    reliability: float
    decision_accuracy: float
    verdicts: dict[Verdict, int]


class PassportOut(BaseModel):
    """`persons` is hidden below five; `standing` says what a calibration from so many persons would be worth."""

    procedure_id: UUID
    persons: int | None
    standing: Literal["expert", "preliminary", "settled"]
    positions: list[PositionCount]
    competences: list[Trust]


class OptionOut(BaseModel):
    id: str
    text: str


class ItemOut(BaseModel):
    """An item as it is asked, and the answer so far."""

    item_id: UUID
    position: int
    kind: Kind
    stem: str
    options: list[OptionOut]
    targets: list[OptionOut]
    unit: str | None
    answer: JsonValue
    answered_at: AwareDatetime | None


class DifficultyOut(BaseModel):
    competence: str
    title: str
    question: str
    felt: int | None


class OwnAttempt(BaseModel):
    """An attempt: `running`, `completed` (there is a result), or `abandoned` (its time passed without an answer)."""

    attempt_id: UUID
    procedure_id: UUID
    title: str
    purpose: Purpose
    route_id: UUID | None
    status: Literal["running", "completed", "abandoned"]
    started_at: AwareDatetime
    expires_at: AwareDatetime
    closed_at: AwareDatetime | None
    seconds_left: int
    answered: int
    total: int


class OwnAttempts(BaseModel):
    items: list[OwnAttempt]


class AttemptOut(OwnAttempt):
    """An attempt with its items; they are shown only while it runs."""

    instructions: str
    items: list[ItemOut]
    difficulties: list[DifficultyOut]
    difficulty_scale: list[str]


class SavedOut(BaseModel):
    """What was just saved is kept; how far the attempt is."""

    saved_at: AwareDatetime
    seconds_left: int
    answered: int
    total: int


class ReportOut(BaseModel):
    report_id: UUID


class LineOut(BaseModel):
    """A measured competence. Estimate, error, cut and severity are in logits; per cents are of the form's points: `percent` is expected of
    the whole form, `percent_low` to `percent_high` holds with probability 0.9, `done` was earned, `cut_percent` is the threshold."""

    competence: str
    title: str
    group: str
    estimate: float
    standard_error: float
    items: int
    items_shown: int
    items_wanted: int
    done: float | None
    percent: float
    percent_low: float
    percent_high: float
    cut: float
    cut_error: float
    cut_percent: float
    probability: float
    severity: float
    level: str
    level_title: str
    verdict: Verdict
    verdict_title: str
    felt: float | None
    quadrant: Quadrant | None
    quadrant_title: str | None


class BandOut(BaseModel):
    """A level of the scale, from so many per cent on."""

    least: int
    level: str
    title: str


class ResultOut(BaseModel):
    attempt_id: UUID
    procedure_id: UUID
    title: str
    framework_id: UUID
    framework_version: int
    purpose: Purpose
    route_id: UUID | None
    started_at: AwareDatetime
    completed_at: AwareDatetime
    calibration: str
    scale: str
    bands: list[BandOut]
    competences: list[LineOut]


class Change(BaseModel):
    """The difference of two estimates in logits, its error, and the probability that it is growth."""

    difference: float
    error: float
    grew: float
    percent_before: float
    percent_after: float


class Measurement(BaseModel):
    """A line of the history, in short."""

    attempt_id: UUID
    purpose: Purpose
    measured_at: AwareDatetime
    estimate: float
    standard_error: float
    percent: float
    percent_low: float
    percent_high: float
    verdict: Verdict


class OwnCompetence(LineOut):
    attempt_id: UUID
    purpose: Purpose
    measured_at: AwareDatetime
    calibration: str
    scale: str
    change: Change | None
    history: list[Measurement]


class CompetencesOut(BaseModel):
    items: list[OwnCompetence]


class ReassessmentOut(BaseModel):
    """A second measurement; `attempt_id` is its running or finished attempt."""

    route_id: UUID
    procedure_id: UUID
    title: str
    competences: list[str]
    studied_on: date
    due: date
    status: Literal["waiting", "running", "done"]
    attempt_id: UUID | None


class Reassessments(BaseModel):
    items: list[ReassessmentOut]
