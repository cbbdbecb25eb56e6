"""Consents, schools, roles and records of people; what is known of them goes where they go."""

from datetime import date
from random import Random
from uuid import uuid4

from shared.contracts import Event
from shared.contracts.catalog import EventAnnounced, OrganisationChanged, ProgrammePublished
from shared.contracts.enrollment import ConsentWithdrawn, DocumentIssued, LearnerChanged
from shared.contracts.erasure import PersonErased
from shared.contracts.gateway import RoleGranted
from tests.contract.flows import assessment, catalog, enrollment, enrollment_hears, gateway, notify, reports
from tests.contract.flows.suite import (
    OKTMO,
    PROVIDER,
    PROVIDER_NAME,
    SCHOOL,
    TEACHER,
    Suite,
    apply,
    bring,
    diagnose,
    read,
    said_body,
    sign_up,
)
from tests.contract.flows.wire import golden, like


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
