"""What a measurement says: the framework, procedures, results and deficits."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.base import Code, Event, Part, Share, Text

Purpose = Literal["entry", "interim", "exit"]
Verdict = Literal["deficit", "borderline", "none", "insufficient"]


class Competence(Part):
    """A competence of the framework, tied to the labour functions of the professional standard."""

    code: Code
    title: Text
    group: Code
    labour_functions: list[Code]


class FrameworkPublished(Event, topic="assessment.framework_published.v1"):
    """The competence framework in force."""

    framework_id: UUID
    title: Text
    version: Annotated[int, Field(gt=0)]
    competences: list[Competence]


class ProcedurePublished(Event, topic="assessment.procedure_published.v1"):
    """An assessment procedure open to teachers."""

    procedure_id: UUID
    title: Text
    organiser_id: UUID
    framework_id: UUID
    competences: list[Code]
    minutes: Annotated[int, Field(gt=0)]
    result_visible_to: Text


class CompetenceResult(Part):
    """One competence of a result; estimate, error, cut and severity are in logits."""

    competence: Code
    estimate: float
    standard_error: Annotated[float, Field(ge=0)]
    items: Annotated[int, Field(ge=0)]
    percent: Annotated[int, Field(ge=0, le=100)]
    cut: float
    cut_error: Annotated[float, Field(ge=0)]
    probability: Share
    severity: Annotated[float, Field(ge=0)]
    level: Code
    verdict: Verdict


class Difficulty(Part):
    """A difficulty as the teacher feels it, 0 (none) to 1; never part of the estimate."""

    competence: Code
    felt: Share


class AssessmentCompleted(Event, topic="assessment.assessment_completed.v1", personal_result=True):
    """A finished measurement: the only thing that opens or closes a deficit."""

    attempt_id: UUID
    person_id: UUID
    procedure_id: UUID
    framework_id: UUID
    route_id: UUID | None = None
    purpose: Purpose
    completed_at: AwareDatetime
    results: list[CompetenceResult]
    difficulties: list[Difficulty] = []
    calibration: Code
    scale: Code


class ReassessmentDue(Event, topic="assessment.reassessment_due.v1"):
    """A second measurement is asked for, because a route was studied."""

    person_id: UUID
    route_id: UUID
    procedure_id: UUID
    due: date


class ResultShared(Event, topic="assessment.result_shared.v1", personal_result=True):
    """A teacher lets someone see a result until a day."""

    attempt_id: UUID
    person_id: UUID
    shared_with: Literal["tutor", "school", "municipality"]
    recipient_id: UUID
    until: date


class ResultUnshared(Event, topic="assessment.result_unshared.v1", personal_result=True):
    """A teacher takes that leave back."""

    attempt_id: UUID
    person_id: UUID
    recipient_id: UUID
