"""How long everybody may take, in working days."""

from datetime import date, timedelta

from services.enrollment.rules.calendar import Calendar

REVIEW_DAYS, OFFER_DAYS, COMPLETION_DAYS = 5, 2, 10
A_MOMENT = timedelta(seconds=2)
"""How soon to come back to what somebody is just deciding."""
ERASURE_DAYS = 30
"""Calendar days that 152-ФЗ, art. 21, part 5 gives to destroy data after a consent is withdrawn."""


def due_of(*, status: str, holder: str, today: date, starts: date, ends: date, calendar: Calendar) -> date | None:
    """The last day to act in a status; None where nobody has to."""
    match status, holder:
        case "accepted", "provider":
            return max(today, calendar.last_before(starts))
        case "enrolled", "learner":
            return max(today, ends)
        case "enrolled", "provider":
            return calendar.after(max(today, ends), COMPLETION_DAYS)
        case "accepted" | "enrolled", _:
            return None
        case "waiting_list", _:
            return max(today, starts - timedelta(days=1))
        case "seat_offered", _:
            return min(calendar.after(today, OFFER_DAYS), max(today, starts - timedelta(days=1)))
        case "teacher_confirmation" | "school_review" | "municipality_review" | "provider_review" | "clarification", _:
            return calendar.after(today, REVIEW_DAYS)
    return None
