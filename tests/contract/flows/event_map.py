"""The event map of the design: who hears a fact, and which of its ids names the aggregate it is about."""

from shared.contracts import CATALOGUE, Event
from shared.contracts import assessment as a
from shared.contracts import catalog as c
from shared.contracts import enrollment as e
from shared.contracts import erasure as x
from shared.contracts import gateway as g
from shared.contracts import notify as n
from shared.contracts import routes as r

SERVICES = ("catalog", "enrollment", "assessment", "routes", "notify", "reports", "gateway")


def owner(event: type[Event]) -> str:
    """The only service that may say this event."""
    return event.topic.split(".")[0]


def everyone(event: type[Event]) -> set[str]:
    """All seven but the owner."""
    return {*SERVICES} - {owner(event)}


PUBLIC_OFFER = {"enrollment", "routes", "notify", "reports"}

HEARD_BY: dict[type[Event], set[str]] = {
    c.OrganisationChanged: everyone(c.OrganisationChanged),
    c.ProgrammePublished: PUBLIC_OFFER,
    c.ProgrammeWithdrawn: PUBLIC_OFFER,
    c.GroupAnnounced: PUBLIC_OFFER,
    c.GroupChanged: PUBLIC_OFFER,
    c.GroupCancelled: PUBLIC_OFFER,
    c.EventAnnounced: PUBLIC_OFFER,
    c.EventChanged: PUBLIC_OFFER,
    c.EventCancelled: PUBLIC_OFFER,
    c.ReviewPublished: {"notify", "reports"},
    c.ReviewDue: {"notify"},
    c.SearchMissed: {"reports"},
    c.SavedSearchMatched: {"notify"},
    c.DocumentPublished: {"notify", "gateway"},
    a.FrameworkPublished: {"catalog", "routes", "enrollment", "reports"},
    a.ProcedurePublished: {"catalog", "routes", "reports"},
    a.AssessmentCompleted: {"routes", "notify", "reports"},
    a.ReassessmentDue: {"notify", "routes"},
    a.ResultShared: {"routes"},
    a.ResultUnshared: {"routes"},
    r.RoutePlanned: {"enrollment", "notify", "reports"},
    r.RouteAccepted: {"enrollment", "notify", "reports"},
    r.RouteStepCompleted: {"enrollment", "notify", "reports"},
    r.RouteStudied: {"assessment", "notify", "reports"},
    r.RouteCompleted: {"notify", "reports"},
    r.EffectMeasured: {"catalog", "reports"},
    r.SeatsAllocated: {"enrollment", "notify", "reports"},
    e.LearnerChanged: {"assessment", "routes", "notify", "reports", "gateway"},
    e.StaffCounted: {"reports"},
    e.ConsentGranted: everyone(e.ConsentGranted),
    e.ConsentWithdrawn: everyone(e.ConsentWithdrawn),
    e.PersonMerged: everyone(e.PersonMerged),
    e.SuggestionOffered: {"notify", "routes", "reports"},
    e.SuggestionLapsed: {"notify", "routes", "reports"},
    e.ApplicationSubmitted: {"routes", "notify", "reports"},
    e.StatusChanged: {"routes", "notify", "reports"},
    e.SeatsChanged: {"catalog", "routes", "reports"},
    e.OrderSigned: {"notify", "reports"},
    e.TrainingCompleted: {"catalog", "routes", "notify", "reports"},
    e.AttendanceRecorded: {"catalog", "routes", "notify", "reports"},
    e.DocumentIssued: {"notify", "routes", "reports"},
    n.NotificationDelivered: {"reports"},
    n.NotificationFailed: {"reports"},
    n.SubscriptionConfirmed: {"catalog"},
    n.SubscriptionCancelled: {"catalog"},
    n.RequestOpened: {"reports"},
    n.RequestAnswered: {"reports"},
    g.RoleGranted: {"enrollment", "assessment", "reports"},
    g.RoleRevoked: {"enrollment", "assessment", "reports"},
    **{event: {"enrollment"} for event in CATALOGUE.values() if issubclass(event, x.PersonErased)},
}

# Facts of one topic are told apart by subject and revision, so an aggregate is as small as what changes alone:
# one consent, one attendance, one head-count, one proposed seat, one measured effect.
SUBJECT: dict[type[Event], str] = {
    c.OrganisationChanged: "organisation_id",
    c.ProgrammePublished: "programme_id",
    c.ProgrammeWithdrawn: "programme_id",
    c.GroupAnnounced: "group_id",
    c.GroupChanged: "group_id",
    c.GroupCancelled: "group_id",
    c.EventAnnounced: "event_id",
    c.EventChanged: "event_id",
    c.EventCancelled: "event_id",
    c.ReviewPublished: "review_id",
    c.ReviewDue: "right_id",
    c.SearchMissed: "miss_id",
    c.SavedSearchMatched: "subscription_id",
    c.DocumentPublished: "document_id",
    a.FrameworkPublished: "framework_id",
    a.ProcedurePublished: "procedure_id",
    a.AssessmentCompleted: "attempt_id",
    a.ReassessmentDue: "route_id",
    a.ResultShared: "attempt_id",
    a.ResultUnshared: "attempt_id",
    r.RoutePlanned: "route_id",
    r.RouteAccepted: "route_id",
    r.RouteStepCompleted: "route_id",
    r.RouteStudied: "route_id",
    r.RouteCompleted: "route_id",
    r.EffectMeasured: "effect_id",
    r.SeatsAllocated: "allocation_id",
    e.LearnerChanged: "person_id",
    e.StaffCounted: "count_id",
    e.ConsentGranted: "consent_id",
    e.ConsentWithdrawn: "consent_id",
    e.PersonMerged: "from_person_id",
    e.SuggestionOffered: "suggestion_id",
    e.SuggestionLapsed: "suggestion_id",
    e.ApplicationSubmitted: "application_id",
    e.StatusChanged: "application_id",
    e.SeatsChanged: "group_id",
    e.OrderSigned: "order_id",
    e.TrainingCompleted: "application_id",
    e.AttendanceRecorded: "attendance_id",
    e.DocumentIssued: "document_id",
    n.NotificationDelivered: "delivery_id",
    n.NotificationFailed: "delivery_id",
    n.SubscriptionConfirmed: "subscription_id",
    n.SubscriptionCancelled: "subscription_id",
    n.RequestOpened: "request_id",
    n.RequestAnswered: "request_id",
    g.RoleGranted: "grant_id",
    g.RoleRevoked: "grant_id",
    **{event: "request_id" for event in CATALOGUE.values() if issubclass(event, x.PersonErased)},
}
