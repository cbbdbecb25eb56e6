"""What notify says: deliveries without addresses, subscriptions, requests."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Event

Channel = Literal["email", "inbox"]
Seconds = Annotated[float, Field(ge=0)]


class NotificationDelivered(Event, topic="notify.notification_delivered.v1"):
    """A message reached its channel; `about_id` is what it speaks of, `seconds` counts from the fact; a saved search has no person."""

    delivery_id: UUID
    person_id: UUID | None = None
    rule: Code
    about_id: UUID
    channel: Channel
    seconds: Seconds


class NotificationFailed(Event, topic="notify.notification_failed.v1"):
    """A message that can not be delivered; `server_refused` covers one that could not even be written."""

    delivery_id: UUID
    person_id: UUID | None = None
    rule: Code
    about_id: UUID
    channel: Channel
    reason: Literal["address_refused", "no_address", "server_refused", "too_old"]


class SubscriptionConfirmed(Event, topic="notify.subscription_confirmed.v1"):
    """The address behind a saved search was confirmed (double opt-in)."""

    subscription_id: UUID


class SubscriptionCancelled(Event, topic="notify.subscription_cancelled.v1"):
    """Nobody waits for this saved search any more."""

    subscription_id: UUID


class RequestOpened(Event, topic="notify.request_opened.v1"):
    """Someone asked the operator for support or proposed something."""

    request_id: UUID
    category: Code


class RequestAnswered(Event, topic="notify.request_answered.v1"):
    """A request was answered after so many seconds."""

    request_id: UUID
    category: Code
    seconds: Seconds
