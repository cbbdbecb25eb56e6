"""Asking: an invitation after the training, and three months after the review whether what was learnt is used."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.catalog.rules.reviews import ASKED_AGAIN_AFTER, INVITED_AFTER
from shared.contracts.catalog import ReviewDue
from tests.service.catalog.conftest import Register
from tests.service.catalog.reviewing import erased, merged, now, published, review, trained, written


def later(register: Register) -> None:
    """Three months pass."""
    register.service.app.state.clock = lambda: now() + ASKED_AGAIN_AFTER


async def asked(register: Register) -> list[tuple[UUID, UUID, str]]:
    said = [one.event() for one in await register.service.told(ReviewDue)]
    return [(one.right_id, one.person_id, one.kind) for one in said if isinstance(one, ReviewDue)]


async def test_somebody_who_was_there_is_invited_once(register: Register) -> None:
    programme, person = await register.published(), uuid4()
    right = await trained(register, programme["id"], person)
    await register.service.serve_due(now())
    assert await asked(register) == []
    await register.service.serve_due(now() + INVITED_AFTER)
    await register.service.serve_due(now() + INVITED_AFTER * 3)
    assert await asked(register) == [(right, person, "first")]


async def test_who_has_written_already_is_not_invited(register: Register) -> None:
    programme = await register.published()
    await written(register, programme["id"])
    await register.service.serve_due(now() + INVITED_AFTER)
    assert await asked(register) == []


async def test_a_merged_person_is_asked_under_the_record_that_stays(register: Register) -> None:
    programme, former, middle, stays = await register.published(), uuid4(), uuid4(), uuid4()
    right = await trained(register, programme["id"], former)
    await merged(register, former, middle)
    await merged(register, middle, stays)
    await register.service.serve_due(now() + INVITED_AFTER)
    assert await asked(register) == [(right, stays, "first")]


async def test_nobody_erased_is_asked(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    await trained(register, programme["id"], teacher.person)
    await written(register, programme["id"], teacher)
    await erased(register, teacher.person)
    await register.service.serve_due(now() + ASKED_AGAIN_AFTER + timedelta(days=1))
    assert await asked(register) == []


async def test_three_months_later_the_author_says_whether_they_use_it(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    review_id = await written(register, programme["id"], teacher)
    assert (await register.get("/me/reviews", teacher))["written"][0]["poll"] == "later"
    path = f"/me/reviews/{review_id}/use"
    early = await register.refused("POST", path, teacher, {"use": "regularly"})
    assert early.json()["type"] == "review_poll_closed"
    later(register)
    await register.service.serve_due(now() + ASKED_AGAIN_AFTER)
    assert [kind for _, _, kind in await asked(register)] == ["second"]
    assert (await register.get("/me/reviews", teacher))["written"][0]["poll"] == "open"
    foreign = await register.refused("POST", path, register.service.teacher(), {"use": "no"})
    assert foreign.status_code == 404
    named = await register.refused("POST", path, teacher, {"use": "sometimes", "text": "Пишите: a@b.example"})
    assert named.json()["errors"][0]["field"] == "text"
    mine = await register.done("POST", path, teacher, {"use": "regularly", "text": "Каждую неделю."})
    assert (mine["written"][0]["poll"], mine["written"][0]["use"]) == ("answered", "regularly")
    assert (await register.refused("POST", path, teacher, {"use": "no"})).json()["type"] == "review_poll_answered"


async def test_who_has_answered_is_not_asked_again(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    review_id = await written(register, programme["id"], teacher)
    later(register)
    await register.done("POST", f"/me/reviews/{review_id}/use", teacher, {"use": "no"})
    await register.service.serve_due(now() + ASKED_AGAIN_AFTER)
    assert await asked(register) == []


async def test_answers_of_the_second_poll_are_counted_from_five_on(register: Register) -> None:
    programme, teachers = await register.published(), [register.service.teacher() for _ in range(6)]
    ids = [await published(register, programme["id"], one) for one in teachers]
    later(register)
    for place, (teacher, review_id) in enumerate(zip(teachers, ids, strict=True)):
        shown = (await register.get(f"/programmes/{programme['id']}/reviews"))["use"]
        assert shown is None if place < 5 else shown["n"] == 5
        await register.done("POST", f"/me/reviews/{review_id}/use", teacher, {"use": "no" if place else "regularly"})
    shown = (await register.get(f"/programmes/{programme['id']}/reviews"))["use"]
    assert shown == {"regularly": 1, "sometimes": 0, "no": 5, "n": 6}


async def test_a_withdrawn_programme_is_still_reviewed(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    right = await trained(register, programme["id"], teacher.person)
    await register.done("POST", f"/programmes/{programme['id']}/withdrawal", register.specialist, {"reason": "Заменена новой"})
    await register.done("POST", f"/me/reviews/{right}", teacher, review())
