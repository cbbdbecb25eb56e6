"""The suite that the flows begin with, six times: facts arrive in another order each time."""

from datetime import date

import pytest

from shared.contracts.assessment import FrameworkPublished, ProcedurePublished
from shared.contracts.catalog import DocumentPublished, EventAnnounced, GroupAnnounced, OrganisationChanged
from tests.contract.flows.suite import PROGRAMME, PROVIDER, PROVIDER_NAME, SECOND_GROUP, TEACHER, Suite, sign_up
from tests.contract.flows.wire import golden, like


@pytest.fixture(params=range(6))
def seed(request: pytest.FixtureRequest) -> int:
    """Decides in which order facts arrive, and which of them twice."""
    return int(request.param)


@pytest.fixture
def suite(seed: int) -> Suite:
    """The suite with the golden register said, and one teacher who consented."""
    made = Suite(seed)
    for event in (golden(OrganisationChanged), PROGRAMME, golden(GroupAnnounced), golden(DocumentPublished), golden(EventAnnounced)):
        made.catalog.say(event)
    made.catalog.say(like(OrganisationChanged, organisation_id=PROVIDER, kind="provider", name=PROVIDER_NAME, short_name=PROVIDER_NAME))
    made.catalog.say(like(GroupAnnounced, group_id=SECOND_GROUP, starts=date(2026, 11, 2), ends=date(2026, 11, 20)))
    made.assessment.say(golden(FrameworkPublished))
    made.assessment.say(golden(ProcedurePublished))
    sign_up(made, TEACHER)
    made.wire.run()
    return made
