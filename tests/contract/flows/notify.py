"""notify on paper: a letter says what, with whom and until when, in words that other facts brought."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from shared.contracts import assessment as a
from shared.contracts import catalog as c
from shared.contracts import enrollment as e
from shared.contracts import routes as r
from shared.contracts.erasure import NotifyPersonErased
from shared.contracts.notify import NotificationDelivered, NotificationFailed, SubscriptionCancelled, SubscriptionConfirmed
from tests.contract.flows.wire import Fact, Hears, Latest, Paper, like


@dataclass(frozen=True)
class Letter:
    """A letter to a person, a subscription or a holder's scope; it waits until the facts it `needs` are heard."""

    to: str
    rule: str
    about: UUID
    revision: int
    needs: tuple[UUID, ...] = ()
    token: UUID | None = None


@dataclass
class Notify(Paper):
    words: Latest[UUID, str] = field(default_factory=Latest)
    addresses: dict[str, str] = field(default_factory=dict)
    confirmed: set[UUID] = field(default_factory=set)
    learners: Latest[UUID, e.LearnerChanged] = field(default_factory=Latest)
    consents: Latest[UUID, UUID | None] = field(default_factory=Latest)
    waiting: list[Letter] = field(default_factory=list)
    sent: dict[Letter, str] = field(default_factory=dict)
    tokens: dict[UUID, UUID] = field(default_factory=dict)
    persons: dict[UUID, UUID] = field(default_factory=dict)


# ---- what people and the gateway do


def subscribe(state: Notify, subscription: UUID, address: str) -> None:
    """Keep the address of a saved search; nothing but the question goes there before the answer."""
    state.addresses[f"unconfirmed:{subscription}"] = address


def confirm(state: Notify, subscription: UUID) -> None:
    """The second half of the double opt-in."""
    state.addresses[str(subscription)] = state.addresses.pop(f"unconfirmed:{subscription}")
    state.confirmed.add(subscription)
    state.say(SubscriptionConfirmed(subscription_id=subscription))
    post(state)


def unsubscribe(state: Notify, subscription: UUID) -> None:
    state.addresses.pop(str(subscription), None)
    state.say(SubscriptionCancelled(subscription_id=subscription))


def letters(state: Notify, rule: str) -> list[str]:
    """The texts of the letters sent under a rule."""
    return [text for letter, text in state.sent.items() if letter.rule == rule]


# ---- sending


def tell(state: Notify, letter: Letter) -> None:
    """Queue a letter once; the same fact heard twice is the same letter."""
    if letter not in state.sent and letter not in state.waiting:
        state.waiting.append(letter)
        post(state)


def post(state: Notify) -> None:
    """Send every letter whose words and address are known."""
    for letter in list(state.waiting):
        if any(need not in state.words for need in letter.needs):
            continue
        person = UUID(letter.to.split(":")[-1]) if letter.to.startswith("person:") else None
        address = state.addresses.get(f"person:{state.person(person)}" if person else letter.to)
        if person and state.gone(person) and letter.rule != "erasure":
            state.waiting.remove(letter)
        elif address or not person:
            state.waiting.remove(letter)
            state.sent[letter] = "; ".join(state.words[need] for need in letter.needs)
            delivery = {"delivery_id": uuid5(letter.about, f"{letter.rule} {letter.revision} {letter.to}"), "rule": letter.rule}
            known = delivery | {"person_id": person, "about_id": letter.about, "channel": "email" if address else "inbox"}
            reason: dict[str, Any] = {"reason": "address_refused"} if address == "refused" else {"seconds": 1.0}
            state.say((NotificationFailed if "reason" in reason else NotificationDelivered).model_validate(known | reason))


def about(rule: str, *needs: str) -> Callable[[Notify, Fact[Any]], None]:
    """A handler that writes to the person of a fact, with words about the things named by these fields."""

    def on_fact(state: Notify, fact: Fact[Any]) -> None:
        things = tuple(thing for need in needs if (thing := getattr(fact.event, need)))
        tell(state, Letter(f"person:{fact.event.person_id}", rule, fact.subject, fact.revision, things))

    return on_fact


def word(field_name: str) -> Callable[[Notify, Fact[Any]], None]:
    """A handler that keeps how a thing is called."""

    def on_fact(state: Notify, fact: Fact[Any]) -> None:
        if state.words.take(fact.subject, fact.revision, str(getattr(fact.event, field_name))):
            post(state)

    return on_fact


def keep_quiet(state: Notify, fact: Fact[Any]) -> None:
    """Nothing to write: the fact is told by another letter, or waits for a digest."""


def on_status(state: Notify, fact: Fact[e.StatusChanged]) -> None:
    """The applicant hears every step; whoever holds it now hears that it is theirs until a day."""
    status = fact.event
    state.persons[status.application_id] = status.person_id
    token = None
    if status.to_status == "seat_offered":
        token = uuid5(status.application_id, f"decline {fact.revision}")  # the link says nothing about the person
        state.tokens[token] = status.application_id
    needs = (status.programme_id, *([status.group_id] if status.group_id else []))
    tell(state, Letter(f"person:{status.person_id}", f"status:{status.to_status}", status.application_id, fact.revision, needs, token))
    if status.holder.role in ("school", "municipality", "agency", "provider"):
        tell(state, Letter(f"{status.holder.role}:{status.holder.scope}", "decide", status.application_id, fact.revision, needs[:1]))


def on_order(state: Notify, fact: Fact[e.OrderSigned]) -> None:
    for application in fact.event.applications:
        if person := state.persons.get(application):  # else `StatusChanged` with the order's number will tell
            tell(state, Letter(f"person:{person}", "order", application, fact.revision, (fact.event.group_id,)))


def on_matched(state: Notify, fact: Fact[c.SavedSearchMatched]) -> None:
    if fact.subject in state.confirmed:
        for item in fact.event.items:
            state.words.take(item.item_id, -1, item.title)
        items = tuple(item.item_id for item in fact.event.items)
        tell(state, Letter(str(fact.subject), "saved_search", fact.subject, fact.revision, items))


def on_review(state: Notify, fact: Fact[c.ReviewPublished]) -> None:
    tell(state, Letter(f"provider:{fact.event.provider_id}", "review", fact.subject, fact.revision))


def on_withdrawn(state: Notify, fact: Fact[e.ConsentWithdrawn]) -> None:
    """The last letter leaves before the address is erased."""
    state.consents.take(fact.subject, fact.revision, None)
    person = state.person(fact.event.person_id)
    if not state.erase(fact.event):
        return
    tell(state, Letter(f"person:{person}", "erasure", fact.event.request_id, fact.revision))
    contacts = int(state.addresses.pop(f"person:{person}", None) is not None)
    state.waiting = [letter for letter in state.waiting if letter.to != f"person:{person}"]
    state.say(like(NotifyPersonErased, request_id=fact.event.request_id, person_id=fact.event.person_id, erased={"contacts": contacts}))


def on_merged(state: Notify, fact: Fact[e.PersonMerged]) -> None:
    """A chain of merges may arrive from its end, so every address is looked at again."""
    state.alias[fact.event.from_person_id] = fact.event.into_person_id
    for old in [one for one in state.addresses if one.startswith("person:")]:
        address = state.addresses.pop(old)
        state.addresses.setdefault(f"person:{state.person(UUID(old.removeprefix('person:')))}", address)
    post(state)


HEARS: Hears = {
    c.OrganisationChanged: word("short_name"),
    c.ProgrammePublished: word("title"),
    c.ProgrammeWithdrawn: keep_quiet,
    c.GroupAnnounced: word("starts"),
    c.GroupChanged: word("starts"),
    c.GroupCancelled: keep_quiet,
    c.EventAnnounced: word("title"),
    c.EventChanged: word("title"),
    c.EventCancelled: keep_quiet,
    c.ReviewPublished: on_review,
    c.ReviewDue: about("review_right"),
    c.SavedSearchMatched: on_matched,
    c.DocumentPublished: word("title"),
    a.AssessmentCompleted: about("result"),
    a.ReassessmentDue: about("reassessment"),
    r.RoutePlanned: about("route"),
    r.RouteAccepted: keep_quiet,
    r.RouteStepCompleted: keep_quiet,
    r.RouteStudied: keep_quiet,
    r.RouteCompleted: about("closure"),
    r.SeatsAllocated: keep_quiet,
    e.LearnerChanged: lambda state, fact: state.learners.take(fact.subject, fact.revision, fact.event),
    e.ConsentGranted: lambda state, fact: state.consents.take(fact.subject, fact.revision, fact.event.person_id),
    e.ConsentWithdrawn: on_withdrawn,
    e.PersonMerged: on_merged,
    e.SuggestionOffered: about("suggestion", "programme_id", "group_id"),
    e.SuggestionLapsed: keep_quiet,
    e.ApplicationSubmitted: about("submitted", "programme_id", "organisation_id"),
    e.StatusChanged: on_status,
    e.OrderSigned: on_order,
    e.TrainingCompleted: keep_quiet,
    e.AttendanceRecorded: keep_quiet,
    e.DocumentIssued: about("document", "programme_id"),
}
