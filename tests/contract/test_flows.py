"""The flows of the design walked on paper: seven services in memory, real envelopes, any order, some facts twice.

A handler knows only what it heard; a field that no event carries would show here as a letter never sent or a route never planned.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts import CATALOGUE, Envelope, Event
from shared.contracts.assessment import FrameworkPublished, ProcedurePublished
from shared.contracts.catalog import (
    DocumentPublished,
    EventAnnounced,
    GroupAnnounced,
    GroupCancelled,
    GroupChanged,
    OrganisationChanged,
    ProgrammePublished,
    ProgrammeWithdrawn,
)
from shared.contracts.enrollment import ConsentWithdrawn, DocumentIssued, LearnerChanged, SuggestionLapsed, SuggestionOffered
from shared.contracts.erasure import PersonErased
from shared.contracts.gateway import RoleGranted
from shared.contracts.routes import EffectMeasured, RouteCompleted, RoutePlanned
from tests.contract.flows import assessment, catalog, enrollment, enrollment_hears, gateway, notify, reports, routes
from tests.contract.flows.enrollment import Application
from tests.contract.flows.event_map import HEARD_BY, SERVICES
from tests.contract.flows.wire import GOLDEN, Clock, Hears, Paper, Wire, golden, like

pytestmark = pytest.mark.parametrize("seed", range(6))

TEACHER = golden(LearnerChanged).person_id
SCHOOL = golden(OrganisationChanged).organisation_id
OKTMO = "75742000"
PROGRAMME = golden(ProgrammePublished)
PROVIDER = PROGRAMME.provider_id
GROUP = golden(GroupAnnounced).group_id
SECOND_GROUP = golden(GroupCancelled).group_id
PROVIDER_NAME = "Центр развития педагогов"


@dataclass
class Suite:
    """The seven services and the wire between them."""

    clock: Clock
    catalog: catalog.Catalog
    enrollment: enrollment.Enrollment
    assessment: assessment.Assessment
    routes: routes.Routes
    notify: notify.Notify
    reports: reports.Reports
    gateway: gateway.Gateway
    wire: Wire

    def said(self, kind: type[Any]) -> list[Any]:
        """Everything of one kind that was ever said, oldest first."""
        told = [event for body in self.wire.archive if isinstance(event := read(body), kind)]
        return told


def read(body: bytes) -> Event:
    """The event in a message."""
    return Envelope.read(body).event()


def empty_suite(seed: int) -> Suite:
    """Seven services that have heard nothing yet."""
    clock = Clock()
    papers: dict[str, Paper] = {
        "catalog": catalog.Catalog("catalog", clock),
        "enrollment": enrollment.Enrollment("enrollment", clock),
        "assessment": assessment.Assessment("assessment", clock),
        "routes": routes.Routes("routes", clock),
        "notify": notify.Notify("notify", clock),
        "reports": reports.Reports("reports", clock),
        "gateway": gateway.Gateway("gateway", clock),
    }
    tables: dict[str, Hears] = {name: globals()[name].HEARS for name in SERVICES if name != "enrollment"} | {
        "enrollment": enrollment_hears.HEARS
    }
    wire = Wire({name: (papers[name], tables[name]) for name in SERVICES}, seed=seed)
    return Suite(clock=clock, wire=wire, **papers)  # type: ignore[arg-type]


@pytest.fixture
def suite(seed: int) -> Suite:
    """The suite with the golden register said, and one teacher who consented."""
    made = empty_suite(seed)
    for event in (golden(OrganisationChanged), PROGRAMME, golden(GroupAnnounced), golden(DocumentPublished), golden(EventAnnounced)):
        made.catalog.say(event)
    made.catalog.say(like(OrganisationChanged, organisation_id=PROVIDER, kind="provider", name=PROVIDER_NAME, short_name=PROVIDER_NAME))
    made.catalog.say(like(GroupAnnounced, group_id=SECOND_GROUP, starts=date(2026, 11, 2), ends=date(2026, 11, 20)))
    made.assessment.say(golden(FrameworkPublished))
    made.assessment.say(golden(ProcedurePublished))
    sign_up(made, TEACHER)
    made.wire.run()
    return made


def sign_up(suite: Suite, person: UUID, *, organisation: UUID = SCHOOL) -> None:
    """A person consents; the gateway hands the codes to enrollment and the address to notify."""
    enrollment.consent(suite.enrollment, person)
    enrollment.learn(suite.enrollment, like(LearnerChanged, person_id=person, organisation_id=organisation))
    suite.notify.addresses[f"person:{person}"] = f"{person}@inbox"
    suite.gateway.accounts[f"issuer|{person}"] = person


def diagnose(suite: Suite) -> UUID:
    """The teacher finishes the entry diagnosis; returns the route that it led to."""
    assessment.finish_attempt(suite.assessment, TEACHER)
    suite.wire.run()
    (route,) = suite.routes.plans
    return route


def apply(suite: Suite, person: UUID = TEACHER, *, groups: list[UUID] | None = None) -> Application:
    """Apply from the portal and let everybody hear it."""
    application = enrollment.submit(suite.enrollment, person, groups=groups or [GROUP])
    suite.wire.run()
    return application


def bring(suite: Suite, application: Application, *statuses: Any) -> None:
    """Move an application through statuses, a day each."""
    for status in statuses:
        suite.clock.pass_days(1)
        enrollment.move(suite.enrollment, application, status, actor="somebody")
    suite.wire.run()


def test_from_a_diagnosis_to_the_closure_of_its_deficit(suite: Suite) -> None:
    route = diagnose(suite)
    (suggestion,) = suite.enrollment.suggestions.values()
    assert (suggestion.person_id, suggestion.programme_id, suggestion.group_id) == (TEACHER, PROGRAMME.programme_id, GROUP)
    assert notify.letters(suite.notify, "suggestion")[-1] == f"{PROGRAMME.title}; 2026-10-05"
    routes.accept(suite.routes, route)
    application = enrollment.submit(suite.enrollment, TEACHER, groups=[GROUP, SECOND_GROUP], suggestion=suggestion.suggestion_id)
    suite.wire.run()
    assert suite.enrollment.suggestions == {}
    assert suite.said(SuggestionLapsed)[-1].reason == "applied"
    bring(suite, application, "municipality_review", "provider_review", "accepted")
    assert suite.catalog.seats[GROUP][0] == 24, "the accepted application holds a seat"
    enrollment.sign_order(suite.enrollment, [application])
    suite.wire.run()
    assert suite.catalog.seats[GROUP][0] == 24
    enrollment.complete(suite.enrollment, application)
    suite.wire.run()
    assert suite.routes.done[route] == {step.step_id for step in suite.routes.plans[route].steps}
    assert suite.assessment.due[route] == suite.routes.due[route]
    assert len(notify.letters(suite.notify, "reassessment")) == 1
    assert suite.said(RouteCompleted) == [], "studying closes nothing"
    suite.clock.pass_days(30)
    assessment.finish_attempt(suite.assessment, TEACHER, purpose="exit", route=route, **{"М.2": 0.47})
    suite.wire.run()
    (closure,) = suite.said(RouteCompleted)
    assert [(change.competence, change.before, change.after, change.verdict) for change in closure.changes] == [
        ("М.2", -0.82, 0.47, "closed")
    ]
    statuses = ["school_review", "municipality_review", "provider_review", "accepted", "enrolled", "completed"]
    told = [letter.rule for letter in suite.notify.sent if letter.rule.startswith("status:") and letter.to == f"person:{TEACHER}"]
    assert sorted(told) == sorted(f"status:{status}" for status in statuses)
    assert reports.figures(suite.reports)["trained by municipality"] == {OKTMO: 1}
    assert list(reports.figures(suite.reports)["time at each holder"]) == ["municipality", "provider", "school"]


def test_a_cancelled_group_ends_its_applications_and_the_route_offers_another(suite: Suite) -> None:
    route = diagnose(suite)
    (suggestion,) = suite.enrollment.suggestions
    application = enrollment.submit(suite.enrollment, TEACHER, groups=[GROUP], suggestion=suggestion)
    suite.wire.run()
    suite.catalog.say(like(GroupCancelled, group_id=GROUP, programme_id=PROGRAMME.programme_id))
    suite.wire.run()
    assert application.status == "cancelled_by_provider"
    assert len(notify.letters(suite.notify, "status:cancelled_by_provider")) == 1
    assert suite.routes.plans[route].steps[0].groups == [SECOND_GROUP]
    (offered,) = suite.enrollment.suggestions.values()
    assert offered.group_id == SECOND_GROUP
    assert [one.group_id for one in suite.said(SuggestionOffered)].count(GROUP) == 1, "a cancelled group is never offered again"
    assert notify.letters(suite.notify, "suggestion")[-1] == f"{PROGRAMME.title}; 2026-11-02"


def test_a_withdrawn_programme_ends_its_applications_and_says_what_stays_open(suite: Suite) -> None:
    route = diagnose(suite)
    application = apply(suite)
    suite.catalog.say(like(ProgrammeWithdrawn, programme_id=PROGRAMME.programme_id))
    suite.wire.run()
    assert application.status == "cancelled_by_provider"
    assert suite.enrollment.suggestions == {}
    plan = suite.routes.plans[route]
    assert (plan.steps, [(one.competence, one.share) for one in plan.residual]) == ([], [("М.2", 1.0)])
    assert plan.replaced_because == "programme_withdrawn"


def test_an_application_follows_its_teacher_to_another_school(suite: Suite) -> None:
    application, other = apply(suite), uuid4()
    suite.catalog.say(like(OrganisationChanged, organisation_id=other, oktmo="75701000", short_name="МАОУ «СОШ № 150»"))
    enrollment.learn(suite.enrollment, like(LearnerChanged, person_id=TEACHER, organisation_id=other, oktmo="75701000"))
    suite.wire.run()
    assert (application.holder.role, application.holder.scope) == ("school", str(other))
    heard = suite.routes.applications[application.asked.application_id]
    assert (heard.organisation_id, heard.oktmo, heard.from_status, heard.to_status) == (other, "75701000", "school_review", "school_review")
    assert suite.gateway.schools[TEACHER] == other
    decide = [letter.to for letter in suite.notify.sent if letter.rule == "decide"]
    assert sorted(decide) == sorted([f"school:{SCHOOL}", f"school:{other}"])
    bring(suite, application, "municipality_review", "provider_review", "accepted")
    enrollment.sign_order(suite.enrollment, [application])
    enrollment.complete(suite.enrollment, application)
    suite.wire.run()
    assert reports.figures(suite.reports)["trained by municipality"] == {"75701000": 1}


def test_a_withdrawn_consent_erases_the_person_everywhere_after_the_last_letter(suite: Suite) -> None:
    diagnose(suite)
    application = apply(suite)
    suite.gateway.traces[TEACHER], suite.gateway.mails[TEACHER] = 40, 6
    before = reports.figures(suite.reports)["deficits"]
    request = enrollment.withdraw_consent(suite.enrollment, TEACHER, erase=True)
    suite.wire.run()
    assert suite.enrollment.answers[request] == enrollment.ANSWERS
    assert len(suite.said(PersonErased)) == len(enrollment.ANSWERS), "each answers once, however often it was asked"
    assert len(notify.letters(suite.notify, "erasure")) == 1
    assert f"person:{TEACHER}" not in suite.notify.addresses
    assert application.status == "withdrawn"
    assert suite.enrollment.suggestions == {}
    for left in (suite.gateway.accounts, suite.gateway.traces, suite.gateway.mails, suite.routes.plans, suite.assessment.attempts):
        assert not left
    assert reports.of(suite.reports, Event, TEACHER) == reports.of(suite.reports, ConsentWithdrawn, TEACHER), "only the request stays"
    assert reports.figures(suite.reports)["deficits"] == before, "anonymous figures stay as they were"
    sent = len(suite.notify.sent)
    late = [body for body in suite.wire.archive if not isinstance(read(body), ConsentWithdrawn)]
    for body in Random(0).sample(late, len(late)):
        for name in suite.wire.hearers(body):
            suite.wire.deliver(name, body)
    suite.wire.run()
    assert not suite.routes.plans, "a late or repeated fact brings nobody back"
    assert suite.enrollment.suggestions == {}
    assert len(suite.notify.sent) == sent
    assert reports.figures(suite.reports)["people trained"] == 0


def test_a_consent_given_again_outlives_the_withdrawal_of_the_old_one(suite: Suite) -> None:
    enrollment.consent(suite.enrollment, TEACHER, "notifications")
    enrollment.withdraw_consent(suite.enrollment, TEACHER, erase=False, purpose="notifications")
    enrollment.consent(suite.enrollment, TEACHER, "notifications")
    enrollment.consent(suite.enrollment, TEACHER, "publication")
    enrollment.withdraw_consent(suite.enrollment, TEACHER, erase=False, purpose="publication")
    suite.wire.run()
    assert gateway.active_consents(suite.gateway, TEACHER) == {"training", "notifications"}
    assert suite.enrollment.answers == {}, "nothing is erased for a purpose taken back"


def test_staff_are_numbers_until_they_consent(suite: Suite) -> None:
    colleague = uuid4()
    enrollment.import_staff(suite.enrollment, SCHOOL, [("teacher", 41), ("head", 1)])
    enrollment.import_staff(suite.enrollment, SCHOOL, [("teacher", 42), ("head", 1)])
    suite.wire.run()
    assert reports.figures(suite.reports)["posts by school"] == {str(SCHOOL): 43}, "counted again, not counted twice"
    assert colleague not in suite.routes.learners
    sign_up(suite, colleague)
    suite.wire.run()
    assert suite.routes.learners[colleague].position == "teacher"
    assert reports.figures(suite.reports)["posts by school"] == {str(SCHOOL): 43}, "a consent changes no denominator"


def test_two_records_of_one_person_become_one_wherever_late_facts_still_say_the_old_id(suite: Suite) -> None:
    older, oldest = uuid4(), uuid4()
    sign_up(suite, older)
    sign_up(suite, oldest)
    assessment.finish_attempt(suite.assessment, oldest)
    enrollment.merge(suite.enrollment, oldest, older)
    enrollment.merge(suite.enrollment, older, TEACHER)  # a chain, told in any order
    suite.wire.run()
    for paper, _ in suite.wire.services.values():
        assert paper.person(oldest) == TEACHER
    assert suite.notify.addresses.keys() == {f"person:{TEACHER}"}
    assert set(suite.gateway.accounts.values()) == {TEACHER}
    (route,) = suite.routes.plans
    application = apply(suite)
    bring(suite, application, "municipality_review", "provider_review", "accepted")
    enrollment.sign_order(suite.enrollment, [application])
    enrollment.complete(suite.enrollment, application)
    suite.wire.run()
    assert route in suite.routes.studied, "the training of the new id is a step of the old id's route"
    assert reports.figures(suite.reports)["people trained"] == 1
    request = enrollment.withdraw_consent(suite.enrollment, TEACHER, erase=True)
    suite.wire.run()
    assert suite.enrollment.answers[request] == enrollment.ANSWERS
    assert not suite.routes.plans
    assert suite.gateway.accounts == {}


def test_a_right_to_review_is_given_by_a_training_used_once_and_erased_with_the_person(suite: Suite) -> None:
    application = apply(suite)
    assert not catalog.review(suite.catalog, application.asked.application_id, content=5, teacher=5, organisation=5, usefulness=5)
    bring(suite, application, "municipality_review", "provider_review", "accepted", "enrolled")
    enrollment.complete(suite.enrollment, application)
    attendance = enrollment.attend(suite.enrollment, TEACHER, golden(EventAnnounced).event_id)
    suite.wire.run()
    marks = {"content": 5, "teacher": 5, "organisation": 4, "usefulness": 5}
    assert catalog.review(suite.catalog, application.asked.application_id, **marks)
    assert not catalog.review(suite.catalog, application.asked.application_id, **marks)
    suite.wire.run()
    assert len(notify.letters(suite.notify, "review_right")) == 2
    assert [letter.to for letter in suite.notify.sent if letter.rule == "review"] == [f"provider:{PROVIDER}"]
    suite.wire.deliver("catalog", said_body(suite, "enrollment.training_completed.v1"))
    assert not catalog.review(suite.catalog, application.asked.application_id, **marks), "a repeated fact gives no second right"
    assert attendance in suite.catalog.rights
    enrollment.withdraw_consent(suite.enrollment, TEACHER, erase=True)
    suite.wire.run()
    assert suite.catalog.rights == {}
    suite.wire.deliver("catalog", said_body(suite, "enrollment.training_completed.v1"))
    assert suite.catalog.rights == {}


def said_body(suite: Suite, topic: str) -> bytes:
    """The message of a topic as it was sent."""
    return next(body for body in suite.wire.archive if f'"{topic}"'.encode() in body)


def test_a_seat_from_the_waiting_list_is_offered_until_a_day_and_declined_by_a_link_without_a_name(suite: Suite) -> None:
    suite.enrollment.capacity[GROUP] = 1
    first, second, third = (uuid4() for _ in range(3))
    for person in (first, second, third):
        sign_up(suite, person)
    taken, waiting, later = (apply(suite, person) for person in (first, second, third))
    bring(suite, taken, "municipality_review", "provider_review", "accepted")
    bring(suite, waiting, "municipality_review", "provider_review", "waiting_list")
    bring(suite, later, "municipality_review", "provider_review", "waiting_list")
    assert suite.catalog.seats[GROUP][0] == 0
    enrollment.move(suite.enrollment, taken, "withdrawn", actor="learner")
    enrollment.offer_next(suite.enrollment, GROUP)
    suite.wire.run()
    assert waiting.status == "seat_offered"
    assert suite.catalog.seats[GROUP][0] == 0, "an offered seat is held"
    (letter,) = [one for one in suite.notify.sent if one.rule == "status:seat_offered"]
    assert letter.token is not None
    named = suite.notify.tokens[letter.token]  # the gateway asks notify whose link it is, and enrollment to decline
    enrollment.decline(suite.enrollment, suite.enrollment.applications[named])
    suite.wire.run()
    assert (waiting.status, later.status) == ("withdrawn", "seat_offered")
    assert suite.routes.applications[later.asked.application_id].due == suite.clock.today + timedelta(days=3)
    suite.clock.pass_days(4)
    enrollment.expire(suite.enrollment)
    suite.wire.run()
    assert later.status == "expired"
    assert suite.catalog.seats[GROUP][0] == 1
    assert reports.figures(suite.reports)["applications by status"] == {"withdrawn": 2, "expired": 1}


def test_a_rebuild_of_the_reports_equals_the_live_tables(suite: Suite, seed: int) -> None:
    diagnose(suite)
    colleague, leaver = uuid4(), uuid4()
    sign_up(suite, colleague)
    sign_up(suite, leaver)
    enrollment.import_staff(suite.enrollment, SCHOOL, [("teacher", 41)])
    applications = [apply(suite, person) for person in (TEACHER, colleague, leaver)]
    for application in applications:
        bring(suite, application, "municipality_review", "provider_review", "accepted", "enrolled")
        enrollment.complete(suite.enrollment, application)
    enrollment.merge(suite.enrollment, colleague, TEACHER)
    enrollment.withdraw_consent(suite.enrollment, leaver, erase=True)
    suite.wire.run()
    rebuilt = reports.Reports("reports", suite.clock)
    wire = Wire({"reports": (rebuilt, reports.HEARS)}, seed=seed)
    heard = [body for body in suite.wire.archive if wire.hearers(body)]
    for body in Random(seed + 100).sample(heard * 2, len(heard) * 2):
        wire.deliver("reports", body)
    assert rebuilt.facts == suite.reports.facts
    assert reports.figures(rebuilt) == reports.figures(suite.reports)
    assert reports.figures(rebuilt)["trained by municipality"] == {OKTMO: 3}
    assert reports.figures(rebuilt)["people trained"] == 1, "two ids were one person, and one is nobody any more"


def test_the_card_shows_free_seats_and_the_minute_they_were_counted(suite: Suite) -> None:
    application = apply(suite)
    bring(suite, application, "accepted")
    assert catalog.free_seats(suite.catalog, GROUP) == (24, f"{suite.clock.now:%H:%M}")
    suite.clock.now += timedelta(minutes=40)
    enrollment.move(suite.enrollment, application, "withdrawn", actor="learner")
    suite.wire.run()
    assert catalog.free_seats(suite.catalog, GROUP) == (25, f"{suite.clock.now:%H:%M}")
    assert suite.routes.seats[GROUP] == 25


def test_a_saved_search_writes_only_after_its_address_was_confirmed(suite: Suite) -> None:
    subscription = uuid4()
    suite.catalog.saved[subscription] = "читательск"
    notify.subscribe(suite.notify, subscription, "somebody")
    suite.wire.run()
    publish = like(ProgrammePublished, programme_id=uuid4(), title="Читательская грамотность")
    catalog.publish(suite.catalog, publish)
    suite.wire.run()
    assert notify.letters(suite.notify, "saved_search") == [], "nobody confirmed the address"
    notify.confirm(suite.notify, subscription)
    suite.wire.run()
    catalog.publish(suite.catalog, like(ProgrammePublished, programme_id=uuid4(), title="Читательская грамотность: практикум"))
    suite.wire.run()
    assert notify.letters(suite.notify, "saved_search") == ["Читательская грамотность: практикум"]
    notify.unsubscribe(suite.notify, subscription)
    suite.wire.run()
    catalog.publish(suite.catalog, like(ProgrammePublished, programme_id=uuid4(), title="Читательская грамотность: итоги"))
    suite.wire.run()
    assert len(notify.letters(suite.notify, "saved_search")) == 1


def test_a_document_keeps_the_name_that_the_provider_had_on_its_day(suite: Suite) -> None:
    first, second = uuid4(), uuid4()
    for person in (first, second):
        sign_up(suite, person)
    renamed = date(2026, 10, 1)
    named = {"organisation_id": PROVIDER, "kind": "provider", "previous_name": PROVIDER_NAME, "valid_from": renamed}
    suite.catalog.say(like(OrganisationChanged, **named, name="Институт развития педагогов", short_name="Институт"))
    suite.wire.run()
    early, late = apply(suite, first), apply(suite, second)
    bring(suite, early, "accepted", "enrolled")
    bring(suite, late, "accepted", "enrolled")
    enrollment.complete(suite.enrollment, early)
    suite.clock.pass_days(60)
    enrollment.complete(suite.enrollment, late)
    suite.wire.run()
    assert [name for _, name in suite.enrollment.documents] == [PROVIDER_NAME, "Институт развития педагогов"]
    assert suite.notify.words[PROVIDER] == "Институт"
    assert len(suite.said(DocumentIssued)) == 2


def test_a_revoked_role_is_refused_at_once_and_its_deputy_decides(suite: Suite) -> None:
    specialist, deputy = uuid4(), uuid4()
    granted = like(RoleGranted, grant_id=uuid4(), person_id=specialist)
    stands_in = like(RoleGranted, grant_id=uuid4(), person_id=deputy, deputy_of=granted.grant_id)
    gateway.grant(suite.gateway, granted)
    gateway.grant(suite.gateway, stands_in)
    application = apply(suite)
    bring(suite, application, "municipality_review")
    assert enrollment_hears.deciders(suite.enrollment, application, suite.clock.today) == {granted.grant_id, stands_in.grant_id}
    gateway.revoke(suite.gateway, granted.grant_id)
    assert not gateway.may(suite.gateway, specialist, "municipal_specialist", OKTMO), "before anybody heard of it"
    assert gateway.may(suite.gateway, deputy, "municipal_specialist", OKTMO)
    suite.wire.run()
    assert enrollment_hears.deciders(suite.enrollment, application, suite.clock.today) == {stands_in.grant_id}
    assert granted.grant_id not in {key for key, one in suite.assessment.assessors.items() if one}


def test_a_campaign_offers_a_seat_under_its_own_terms(suite: Suite) -> None:
    route = diagnose(suite)
    seat = routes.allocate(suite.routes, route, SECOND_GROUP)
    suite.wire.run()
    (suggestion,) = suite.enrollment.suggestions.values()
    assert (suggestion.group_id, suggestion.expires, suggestion.programme_id) == (SECOND_GROUP, seat.until, PROGRAMME.programme_id)
    assert [one for one in suite.said(SuggestionOffered) if one.group_id == SECOND_GROUP] == [suggestion]


def test_a_shared_result_is_seen_until_it_is_taken_back(suite: Suite) -> None:
    attempt = assessment.finish_attempt(suite.assessment, TEACHER)
    assessment.share(suite.assessment, attempt, SCHOOL)
    tutor = uuid4()
    assessment.share(suite.assessment, attempt, tutor)
    assessment.unshare(suite.assessment, attempt, SCHOOL)
    suite.wire.run()
    assert {who for (_, who), until in suite.routes.shared.items() if until} == {tutor}


def test_a_moved_group_is_planned_and_told_by_its_new_dates(suite: Suite) -> None:
    route = diagnose(suite)
    suite.catalog.say(golden(GroupChanged))
    suite.wire.run()
    assert suite.routes.plans[route].steps[0].starts == golden(GroupChanged).starts
    assert suite.notify.words[GROUP] == str(golden(GroupChanged).starts)
    assert suite.said(RoutePlanned)[-1].replaced_because == "dates"


def test_a_measured_effect_reaches_the_card_competence_by_competence(suite: Suite) -> None:
    for competence in ("М.2", "М.3"):
        routes.measure_effect(suite.routes, PROGRAMME.programme_id, competence, version=1)
    suite.wire.run()
    assert {competence for _, competence in suite.catalog.effects} == {"М.2", "М.3"}
    assert len(reports.of(suite.reports, EffectMeasured)) == 2, "two facts of one version are two facts"


def test_the_paper_services_hear_exactly_what_the_design_tells_them(suite: Suite) -> None:
    for name, (_, hears) in suite.wire.services.items():
        assert hears.keys() == {event for event, hearers in HEARD_BY.items() if name in hearers}, name


def test_any_fact_may_be_the_first_that_a_service_hears(seed: int) -> None:
    told = [(GOLDEN / f"{topic}.json").read_bytes() for topic in sorted(CATALOGUE)]
    suite = empty_suite(seed)
    for body in Random(seed).sample(told * 2, len(told) * 2):
        for name in suite.wire.hearers(body):
            suite.wire.deliver(name, body)
    assert len(suite.reports.facts) == sum("reports" in hearers for hearers in HEARD_BY.values()) - 1, "all but the codes of the erased"
    suite.wire.run()
    assert suite.routes.plans == {}, "the story ends with the erasure of its teacher"
    assert suite.catalog.rights == {}
