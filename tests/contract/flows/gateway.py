"""gateway on paper: accounts, grants, sessions, and the links in letters."""

from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.catalog import DocumentPublished, OrganisationChanged
from shared.contracts.enrollment import ConsentGranted, ConsentWithdrawn, LearnerChanged, PersonMerged
from shared.contracts.erasure import GatewayPersonErased
from shared.contracts.gateway import RoleGranted, RoleRevoked
from tests.contract.flows.wire import Fact, Hears, Latest, Paper, like


@dataclass
class Gateway(Paper):
    accounts: dict[str, UUID] = field(default_factory=dict)
    names: Latest[UUID, str] = field(default_factory=Latest)
    schools: Latest[UUID, UUID | None] = field(default_factory=Latest)
    regulation: Latest[UUID, int] = field(default_factory=Latest)
    consents: Latest[UUID, tuple[UUID, str] | None] = field(default_factory=Latest)
    grants: dict[UUID, RoleGranted] = field(default_factory=dict)
    traces: dict[UUID, int] = field(default_factory=dict)
    mails: dict[UUID, int] = field(default_factory=dict)


def grant(state: Gateway, granted: RoleGranted) -> None:
    state.grants[granted.grant_id] = granted
    state.say(granted)


def revoke(state: Gateway, grant_id: UUID) -> None:
    granted = state.grants.pop(grant_id)
    ids = granted.model_dump(include={"grant_id", "person_id", "role", "scope_kind", "scope"})
    state.say(like(RoleRevoked, **ids))


def may(state: Gateway, person: UUID, role: str, scope: str) -> bool:
    """Whether the next call of a person is let through in a role and scope."""
    return any((one.person_id, one.role, one.scope) == (person, role, scope) for one in state.grants.values())


def active_consents(state: Gateway, person: UUID) -> set[str]:
    """The purposes that the internal token carries."""
    return {one[1] for one in state.consents.values() if one and state.person(one[0]) == state.person(person)}


def on_withdrawn(state: Gateway, fact: Fact[ConsentWithdrawn]) -> None:
    """The account goes, and so do the traces and the stored mail, each with an answer of its own."""
    state.consents.take(fact.subject, fact.revision, None)
    if not state.erase(fact.event):
        return
    person = fact.event.person_id
    mine = [login for login, owner in state.accounts.items() if state.person(owner) == state.person(person)]
    for login in mine:
        del state.accounts[login]
    counts = {
        "gateway": {"accounts": len(mine)},
        "traces": {"spans": state.traces.pop(person, 0)},
        "mail_sink": {"mails": state.mails.pop(person, 0)},
    }
    for service, erased in counts.items():
        state.say(like(GatewayPersonErased, request_id=fact.event.request_id, service=service, person_id=person, erased=erased))


def on_granted(state: Gateway, fact: Fact[ConsentGranted]) -> None:
    state.consents.take(fact.subject, fact.revision, (fact.event.person_id, fact.event.purpose))


def on_merged(state: Gateway, fact: Fact[PersonMerged]) -> None:
    state.alias[fact.event.from_person_id] = fact.event.into_person_id
    state.accounts = {login: state.person(owner) for login, owner in state.accounts.items()}


HEARS: Hears = {
    OrganisationChanged: lambda state, fact: state.names.take(fact.subject, fact.revision, fact.event.short_name),
    DocumentPublished: lambda state, fact: state.regulation.take(fact.subject, fact.revision, fact.event.version),
    LearnerChanged: lambda state, fact: state.schools.take(fact.subject, fact.revision, fact.event.organisation_id),
    ConsentGranted: on_granted,
    ConsentWithdrawn: on_withdrawn,
    PersonMerged: on_merged,
}
