"""Saved searches are told once of what is new; searches in vain are counted by what the register knows, from five on."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, text

from services.catalog.tables import MissedSearch, SavedSearch
from shared.contracts.catalog import SavedSearchMatched, SearchMissed
from shared.contracts.notify import SubscriptionCancelled, SubscriptionConfirmed
from shared.messaging.tables import due
from tests.service.catalog.conftest import CHELYABINSK, MIASS, Register, day
from tests.support.service import envelope_of
from tests.support.stage import eventually


async def saved(register: Register, **wanted: Any) -> UUID:
    door = register.service.staff("gateway")
    return UUID((await register.done("POST", "/saved-searches", door, wanted))["subscription_id"])


async def waiting(register: Register, **wanted: Any) -> UUID:
    subscription = await saved(register, **wanted)
    await confirm(register, subscription)
    return subscription


async def confirm(register: Register, subscription: UUID) -> None:
    await register.service.hear(envelope_of(SubscriptionConfirmed(subscription_id=subscription), subject=subscription))


async def cancel(register: Register, subscription: UUID) -> None:
    event = SubscriptionCancelled(subscription_id=subscription)
    await register.service.hear(envelope_of(event, subject=subscription, revision=2))


async def later(register: Register, hours: float) -> None:
    """Move on and serve what has become due meanwhile."""
    clock = register.service.app.state.clock
    then = clock() + timedelta(hours=hours)
    register.service.move_clock(hours=hours)

    async def there() -> bool:
        return bool(clock() >= then)

    async def served() -> bool:
        await register.service.serve_due(clock())
        async with register.service.app.state.engine.connect() as connection:  # the service serves too, and may be at it
            return not await connection.scalar(select(func.count()).select_from(due).where(due.c.at <= clock()))

    await eventually(there)
    await eventually(served)


async def told(register: Register, subscription: UUID) -> list[list[tuple[str, str]]]:
    """What was said after an hour, letter by letter: kind and title of each item."""
    await later(register, 1)
    said = [one.data for one in await register.service.told(SavedSearchMatched)]
    return [[(item["kind"], item["title"]) for item in one["items"]] for one in said if one["subscription_id"] == str(subscription)]


async def rows(register: Register, table: type[Any]) -> list[Any]:
    async with register.service.app.state.sessions.begin() as session:
        return list(await session.scalars(select(table)))


async def test_a_programme_published_later_is_told_once_and_never_again(register: Register) -> None:
    await register.published(title="Оценивание было раньше")
    subscription = await waiting(register, q="оценивание")
    await register.published(title="Робототехника в начальной школе", annotation="Наборы и задачи для первого знакомства с техникой.")
    fresh = await register.published(title="Формирующее оценивание заново")
    assert await told(register, subscription) == [[("programme", "Формирующее оценивание заново")]]
    await register.done("PUT", f"/programmes/{fresh['id']}", register.specialist, register.facts(code=fresh["code"], hours=40))
    assert len(await told(register, subscription)) == 1


async def test_a_new_group_that_meets_the_filters_is_told_with_its_day(register: Register) -> None:
    programme = await register.published()
    subscription = await waiting(register, oktmo=[MIASS], has_seats=True)
    await register.group(programme, oktmo=CHELYABINSK)
    assert await told(register, subscription) == []
    await register.group(programme, oktmo=MIASS, enrolment_opens=day(10))
    starts = datetime.fromisoformat(day(20))
    assert await told(register, subscription) == [[("group", f"{programme['title']}, с {starts:%d.%m.%Y}")]]


async def test_a_programme_without_a_fitting_group_waits_for_one(register: Register) -> None:
    subscription = await waiting(register, oktmo=[MIASS])
    programme = await register.published()
    assert await told(register, subscription) == []
    await register.group(programme)
    assert [one[0][0] for one in await told(register, subscription)] == ["group"]


async def test_a_search_nobody_confirmed_is_told_nothing_and_lapses(register: Register) -> None:
    subscription = await saved(register, q="оценивание")
    await register.published()
    assert await told(register, subscription) == []
    await later(register, 73)
    assert await rows(register, SavedSearch) == []


async def test_whoever_cancelled_is_told_nothing_and_the_search_is_forgotten(register: Register) -> None:
    subscription = await waiting(register, q="оценивание")
    await cancel(register, subscription)
    await register.published()
    assert await told(register, subscription) == []
    assert await rows(register, SavedSearch) == []


async def test_a_confirmation_that_comes_after_the_cancellation_wakes_nobody(register: Register) -> None:
    subscription = await saved(register, q="оценивание")
    await cancel(register, subscription)
    await confirm(register, subscription)
    await register.published()
    assert await told(register, subscription) == []


async def test_more_searches_than_a_batch_are_all_told(register: Register) -> None:
    subscriptions = [await waiting(register, q="оценивание") for _ in range(28)]
    await register.published()
    await told(register, subscriptions[0])
    assert {one.subject for one in await register.service.told(SavedSearchMatched)} == set(subscriptions)


async def test_a_search_for_everything_or_with_an_address_in_it_is_refused_at_the_field(register: Register) -> None:
    door = register.service.staff("gateway")
    for wanted in ({}, {"q": "ivanova@example.test"}, {"q": "позвоните +7 (912) 000-00-00"}):
        answer = await register.refused("POST", "/saved-searches", door, wanted)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "q")
    assert (await register.refused("POST", "/saved-searches", register.service.guest(), {"q": "физика"})).status_code == 401


async def misses(register: Register, times: int, **asked: Any) -> None:
    for _ in range(times):
        assert (await register.get("/programmes", **asked))["items"] == []
    await register.service.app.state.misses.write(register.service.app)


async def said(register: Register) -> list[dict[str, Any]]:
    await later(register, 1.1)
    return [one.data for one in await register.service.told(SearchMissed)]


async def test_five_searches_in_vain_are_said_by_words_of_the_register_and_facets(register: Register) -> None:
    await register.published(audience={"positions": [], "subjects": ["mathematics"], "levels": []})
    await misses(register, 5, q="оценивания ивановой", subject="physics", hours="16-24")
    (one,) = await said(register)
    assert one["lexemes"] == ["оценивание"]
    assert (one["facets"], one["count"]) == ({"hours": ["16-24"], "subject": ["physics"]}, 5)
    assert await rows(register, MissedSearch) == []


async def test_four_searches_never_leave_and_are_forgotten_after_a_week(register: Register) -> None:
    await misses(register, 4, subject="physics")
    assert await said(register) == []
    assert [one.count for one in await rows(register, MissedSearch)] == [4]
    await later(register, 8 * 24)
    assert (await said(register), await rows(register, MissedSearch)) == ([], [])


async def test_hours_with_few_misses_are_added_up(register: Register) -> None:
    await misses(register, 3, subject="physics")
    assert await said(register) == []
    await misses(register, 2, subject="physics")
    assert [one["count"] for one in await said(register)] == [5]


async def test_what_was_typed_is_never_stored_nor_said(register: Register) -> None:
    await register.published()
    for typed in ("марина ивановна сидорова 79120001122", "sidorova@example.test"):
        await misses(register, 6, q=typed, subject="неведомое-сидорова", exact=True)
    await said(register)
    async with register.service.app.state.engine.connect() as connection:
        for table in ("missed_search", "outbox", "due"):
            kept = " ".join(str(row) for row in await connection.execute(text(f"SELECT * FROM {table}")))
            assert "сидоров" not in kept
            assert "7912" not in kept
            assert "sidorova" not in kept


async def test_a_further_page_and_a_search_that_found_something_are_not_counted(register: Register) -> None:
    await register.published()
    for _ in range(6):
        await register.get("/programmes", q="оценивание")
    assert not register.service.app.state.misses.counts


async def test_one_item_cannot_be_told_twice_to_a_subscription_whatever_the_code_does(register: Register) -> None:
    subscription, item = await waiting(register, q="физика"), uuid4()
    async with register.service.app.state.engine.begin() as connection:
        place = text("INSERT INTO told_item VALUES (:subscription, :item) ON CONFLICT DO NOTHING RETURNING item_id")
        assert len((await connection.execute(place, {"subscription": subscription, "item": item})).all()) == 1
        assert (await connection.execute(place, {"subscription": subscription, "item": item})).all() == []
