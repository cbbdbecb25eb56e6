"""Whatever arrives first, and however often: the same state, and no field that nobody carries."""

from random import Random
from uuid import uuid4

from shared.contracts import CATALOGUE
from tests.contract.flows import enrollment, reports
from tests.contract.flows.event_map import HEARD_BY
from tests.contract.flows.suite import OKTMO, SCHOOL, TEACHER, Suite, apply, bring, diagnose, sign_up
from tests.contract.flows.wire import GOLDEN, Wire


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


def test_the_paper_services_hear_exactly_what_the_design_tells_them(suite: Suite) -> None:
    for name, (_, hears) in suite.wire.services.items():
        assert hears.keys() == {event for event, hearers in HEARD_BY.items() if name in hearers}, name


def test_any_fact_may_be_the_first_that_a_service_hears(seed: int) -> None:
    told = [(GOLDEN / f"{topic}.json").read_bytes() for topic in sorted(CATALOGUE)]
    suite = Suite(seed)
    for body in Random(seed).sample(told * 2, len(told) * 2):
        for name in suite.wire.hearers(body):
            suite.wire.deliver(name, body)
    assert len(suite.reports.facts) == sum("reports" in hearers for hearers in HEARD_BY.values()) - 1, "all but the codes of the erased"
    suite.wire.run()
    assert suite.routes.plans == {}, "the story ends with the erasure of its teacher"
    assert suite.catalog.rights == {}
