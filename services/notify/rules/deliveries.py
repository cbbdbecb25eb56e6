"""When a delivery is tried again and when it is given up."""

from datetime import datetime, timedelta

ALWAYS = frozenset({"application_status", "consent_withdrawn"})
"""Letters the order demands (5.5: «уведомление при каждом изменении статуса») or the law; a preference does not stop them."""
GIVEN_UP_AFTER = timedelta(hours=24)
NO_ADDRESS_AFTER = timedelta(hours=1)
ADDRESS_GOES_AFTER = timedelta(minutes=10)
"""From a withdrawal to the end of the address: what was decided with it, an erasure with its last letter or a consent to a newer text,
may be heard later, and the ladder of retries takes six minutes."""


def by_email(*, rule: str, refused: frozenset[str]) -> bool:
    """Whether a rule's letter is also sent by e-mail to someone who refused some rules."""
    return rule in ALWAYS or rule not in refused


def next_try(*, attempts: int, now: datetime) -> datetime:
    """When to try again after so many failed attempts: 10 s, 20 s, 40 s … up to ten minutes."""
    return now + timedelta(seconds=min(10 * 2 ** max(attempts - 1, 0), 600))


def given_up(*, queued_at: datetime, now: datetime) -> bool:
    """Whether a letter is too old to be of use."""
    return now - queued_at > GIVEN_UP_AFTER


def address_is_missing_for_good(*, queued_at: datetime, now: datetime) -> bool:
    """Whether to stop waiting for an address; the fact may have come before the contact."""
    return now - queued_at > NO_ADDRESS_AFTER
