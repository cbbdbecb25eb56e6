"""From a measured deficit through programmes, groups and seats to its closure."""

from datetime import timedelta
from uuid import uuid4

from shared.contracts.catalog import GroupCancelled, GroupChanged, ProgrammeWithdrawn
from shared.contracts.enrollment import SuggestionLapsed, SuggestionOffered
from shared.contracts.routes import EffectMeasured, RouteCompleted, RoutePlanned
from tests.contract.flows import assessment, catalog, enrollment, notify, reports, routes
from tests.contract.flows.suite import GROUP, OKTMO, PROGRAMME, SCHOOL, SECOND_GROUP, TEACHER, Suite, apply, bring, diagnose, sign_up
from tests.contract.flows.wire import golden, like


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


def test_a_moved_group_is_planned_and_told_by_its_new_dates(suite: Suite) -> None:
    route = diagnose(suite)
    suite.catalog.say(golden(GroupChanged))
    suite.wire.run()
    assert suite.routes.plans[route].steps[0].starts == golden(GroupChanged).starts
    assert suite.notify.words[GROUP] == str(golden(GroupChanged).starts)
    assert suite.said(RoutePlanned)[-1].replaced_because == "dates"


def test_a_campaign_offers_a_seat_under_its_own_terms(suite: Suite) -> None:
    route = diagnose(suite)
    seat = routes.allocate(suite.routes, route, SECOND_GROUP)
    suite.wire.run()
    (suggestion,) = suite.enrollment.suggestions.values()
    assert (suggestion.group_id, suggestion.expires, suggestion.programme_id) == (SECOND_GROUP, seat.until, PROGRAMME.programme_id)
    assert [one for one in suite.said(SuggestionOffered) if one.group_id == SECOND_GROUP] == [suggestion]


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


def test_the_card_shows_free_seats_and_the_minute_they_were_counted(suite: Suite) -> None:
    application = apply(suite)
    bring(suite, application, "accepted")
    assert catalog.free_seats(suite.catalog, GROUP) == (24, f"{suite.clock.now:%H:%M}")
    suite.clock.now += timedelta(minutes=40)
    enrollment.move(suite.enrollment, application, "withdrawn", actor="learner")
    suite.wire.run()
    assert catalog.free_seats(suite.catalog, GROUP) == (25, f"{suite.clock.now:%H:%M}")
    assert suite.routes.seats[GROUP] == 25


def test_a_measured_effect_reaches_the_card_competence_by_competence(suite: Suite) -> None:
    for competence in ("М.2", "М.3"):
        routes.measure_effect(suite.routes, PROGRAMME.programme_id, competence, version=1)
    suite.wire.run()
    assert {competence for _, competence in suite.catalog.effects} == {"М.2", "М.3"}
    assert len(reports.of(suite.reports, EffectMeasured)) == 2, "two facts of one version are two facts"


def test_a_shared_result_is_seen_until_it_is_taken_back(suite: Suite) -> None:
    attempt = assessment.finish_attempt(suite.assessment, TEACHER)
    assessment.share(suite.assessment, attempt, SCHOOL)
    tutor = uuid4()
    assessment.share(suite.assessment, attempt, tutor)
    assessment.unshare(suite.assessment, attempt, SCHOOL)
    suite.wire.run()
    assert {who for (_, who), until in suite.routes.shared.items() if until} == {tutor}
