"""Reviews: by those who were there, once, seen by everybody from five on, and gone with the person."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.contracts.catalog import ReviewPublished
from shared.contracts.enrollment import AttendanceRecorded
from shared.contracts.erasure import CatalogPersonErased
from tests.service.catalog.conftest import Register
from tests.service.catalog.reviewing import MARKS, TEXT, decided, erased, merged, page, published, review, trained, written
from tests.service.catalog.test_events import announced
from tests.support.service import envelope_of

WRONG = {
    "review_right_used_once": "INSERT INTO review SELECT (jsonb_populate_record(review, "
    "jsonb_build_object('id', gen_random_uuid()))).* FROM review",
    "review_marks_on_the_scale": "UPDATE review SET usefulness = 6",
    "review_says_something": "UPDATE review SET text = 'Ок'",
    "review_decided_once": "UPDATE review SET decided_at = NULL",
    "review_rejected_with_a_reason": "UPDATE review SET status = 'rejected'",
    "review_replied_at_a_time": "UPDATE review SET reply = 'Спасибо'",
    "review_replied_when_published": "UPDATE review SET status = 'in_review', decided_at = NULL, reply = 'Спасибо', replied_at = now()",
    "review_use_known": "UPDATE review SET use = 'often', used_at = now()",
    "review_use_at_a_time": "UPDATE review SET use = 'no'",
    "review_by_its_right": "UPDATE review SET target_id = gen_random_uuid()",
    "rating_of_someone": "UPDATE rating SET n = -1",
    "rating_sums_on_the_scale": "UPDATE rating SET content = 6 * n",
    "abuse_word_folded": "INSERT INTO abuse_word VALUES ('Ёлки', '2026-01-01')",
    "abuse_word_in_force": "INSERT INTO abuse_word SELECT beginning, valid_from + 1 FROM abuse_word LIMIT 1",
}


@pytest.mark.parametrize("constraint", WRONG)
async def test_the_database_refuses_what_the_rules_of_reviews_refuse(register: Register, constraint: str) -> None:
    await published(register, (await register.published())["id"])
    async with register.service.app.state.engine.connect() as connection:
        with pytest.raises(IntegrityError, match=constraint):
            await connection.execute(text(WRONG[constraint]))


async def test_a_right_is_used_once_however_often_and_at_once(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    right = await trained(register, programme["id"], teacher.person)
    mine = await register.get("/me/reviews", teacher)
    assert [(one["right_id"], one["target"]["title"]) for one in mine["to_write"]] == [(str(right), programme["title"])]
    answers = await asyncio.gather(*(register.service.call("POST", f"/me/reviews/{right}", teacher, json=review()) for _ in range(4)))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    assert {one.json()["type"] for one in answers if one.status_code == 409} == {"review_right_used"}
    mine = await register.get("/me/reviews", teacher)
    assert (mine["to_write"], len(mine["written"]), mine["written"][0]["status"]) == ([], 1, "in_review")
    again = await register.refused("POST", f"/me/reviews/{right}", teacher, review())
    assert again.json()["type"] == "review_right_used"


async def test_a_strangers_right_answers_as_an_unknown_one(register: Register) -> None:
    programme, owner = await register.published(), uuid4()
    right = await trained(register, programme["id"], owner)
    foreign = await register.refused("POST", f"/me/reviews/{right}", register.service.teacher(), review())
    unknown = await register.refused("POST", f"/me/reviews/{uuid4()}", register.service.teacher(), review())
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())


async def test_nobody_reviews_before_the_training_has_ended_or_without_having_passed(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    assert (await register.get("/me/reviews", teacher)) == {"to_write": [], "written": []}
    right = await trained(register, programme["id"], teacher.person, outcome="not_completed")
    answer = await register.refused("POST", f"/me/reviews/{right}", teacher, review())
    assert answer.status_code == 404
    for who, status in ((register.service.guest(), 401), (register.specialist, 403)):
        assert (await register.refused("POST", f"/me/reviews/{right}", who, review())).status_code == status


async def test_marks_off_the_scale_and_hasty_words_are_refused_at_their_field(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    right = await trained(register, programme["id"], teacher.person)
    for wrong, field in (
        ({"content": 6}, "content"),
        ({"teacher": 0}, "teacher"),
        ({"text": "Ок"}, "text"),
        ({"text": "а" * 2001}, "text"),
    ):
        answer = await register.refused("POST", f"/me/reviews/{right}", teacher, review(**wrong))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    await register.done("POST", f"/me/reviews/{right}", teacher, review())


async def test_figures_and_texts_are_hidden_below_five(register: Register) -> None:
    programme = await register.published()
    for count in range(4):
        await published(register, programme["id"])
        shown = await page(register, programme)
        assert (shown["n"], shown["needed"], shown["rating"], shown["items"]) == (count + 1, 4 - count, None, [])
    assert (await register.get(f"/programmes/{programme['id']}"))["rating"] is None
    assert (await register.get("/programmes"))["items"][0]["rating"] is None
    waiting = await written(register, programme["id"])
    assert (await page(register, programme))["n"] == 4
    await decided(register, waiting)
    shown = await page(register, programme)
    assert (shown["n"], shown["needed"], len(shown["items"]), shown["rating"]["n"]) == (5, 0, 5, 5)
    one = shown["items"][0]
    assert (one["text"], one["marks"]) == (TEXT, {mark: float(value) for mark, value in MARKS.items()})
    assert (one["position"]["title"], one["subject_group"]["title"]) == ("Учитель", "Математика")
    assert set(one) == {"id", "marks", "text", "position", "subject_group", "month", "reply"}


async def test_averages_are_smoothed_towards_the_catalogue(register: Register) -> None:
    praised, plain = await register.published(), await register.published()
    for _ in range(5):
        await published(register, praised["id"], content=5, teacher=5, organisation=5, usefulness=5)
    assert (await page(register, praised))["rating"]["mean"] == 5
    for _ in range(5):
        await published(register, plain["id"], content=3, teacher=3, organisation=3, usefulness=3)
    shown = await page(register, praised)
    assert shown["rating"] == {"mean": 4.5, "n": 5}, "five fives in a catalogue whose mean is four"
    assert shown["marks"] == {"content": 4.5, "teacher": 4.5, "organisation": 4.5, "usefulness": 4.5}
    assert (await register.get(f"/programmes/{praised['id']}"))["rating"] == {"mean": 4.5, "n": 5}


async def test_the_search_orders_and_filters_by_rating(register: Register) -> None:
    good, fair, fresh = [await register.published(title=title) for title in ("Хорошая", "Средняя", "Новая")]
    for _ in range(5):
        await published(register, good["id"], content=5, teacher=5, organisation=5, usefulness=5)
        await published(register, fair["id"], content=3, teacher=3, organisation=3, usefulness=3)
    assert await register.titles(sort="rating") == ["Хорошая", "Средняя", "Новая"]
    first = await register.get("/programmes", sort="rating", limit=1)
    second = await register.get("/programmes", sort="rating", limit=1, cursor=first["next"])
    third = await register.get("/programmes", sort="rating", limit=1, cursor=second["next"])
    assert [one["items"][0]["title"] for one in (first, second, third)] == ["Хорошая", "Средняя", "Новая"]
    found = await register.get("/programmes", rating_from=4)
    assert [(one["title"], one["rating"]) for one in found["items"]] == [("Хорошая", {"mean": 4.5, "n": 5})]
    assert [(one["value"], one["count"], one["chosen"]) for one in found["facets"]["rating_from"]] == [("4.5", 1, False), ("4", 1, True)]
    assert fresh["rating"] is None


async def test_a_page_goes_on_where_it_was_left(register: Register) -> None:
    programme = await register.published()
    ids = [await published(register, programme["id"]) for _ in range(7)]
    seen, cursor = list[str](), None
    while True:
        shown = await page(register, programme, limit=3, **({"cursor": cursor} if cursor else {}))
        seen += [one["id"] for one in shown["items"]]
        if not (cursor := shown["next"]):
            break
    assert seen == ids[::-1]
    answer = await register.refused("GET", f"/programmes/{programme['id']}/reviews", register.service.guest(), cursor="%%%")
    assert answer.status_code == 422


async def test_reviews_of_what_nobody_sees_answer_as_unknown(register: Register) -> None:
    draft = await register.draft()
    for path in (f"/programmes/{draft['id']}/reviews", f"/programmes/{uuid4()}/reviews", f"/events/{uuid4()}/reviews"):
        assert (await register.refused("GET", path, register.service.guest())).status_code == 404


async def test_a_foreign_provider_neither_sees_nor_answers(register: Register) -> None:
    programme = await register.published()
    ids = [await published(register, programme["id"]) for _ in range(5)]
    other = register.service.staff("provider_specialist", (await register.organisation())["id"])
    assert (await register.get("/own-reviews", other)) == {"items": [], "hidden": 0, "next": None}
    foreign = await register.refused("POST", f"/reviews/{ids[0]}/reply", other, {"text": "Спасибо за отзыв!"})
    unknown = await register.refused("POST", f"/reviews/{uuid4()}/reply", other, {"text": "Спасибо за отзыв!"})
    assert (foreign.status_code, foreign.json()) == (404, unknown.json())


async def test_a_provider_answers_once_and_names_nobody(register: Register) -> None:
    programme = await register.published()
    for _ in range(4):
        await published(register, programme["id"])
    own = await register.get("/own-reviews", register.specialist)
    assert (own["items"], own["hidden"]) == ([], 4), "the provider, too, sees reviews from five on"
    fifth = await published(register, programme["id"])
    path = f"/reviews/{fifth}/reply"
    named = await register.refused("POST", path, register.specialist, {"text": "Спасибо, Мария Ивановна!"})
    assert named.json()["errors"][0]["message"] == "Уберите личные данные: «Мария Ивановна»."
    answer = await register.service.call("POST", path, register.specialist, json={"text": "С осени занятия короче."})
    assert answer.status_code == 204
    assert (await page(register, programme))["items"][0]["reply"] == "С осени занятия короче."
    again = await register.refused("POST", path, register.specialist, {"text": "И ещё одно слово."})
    assert again.json()["type"] == "review_replied"
    assert len((await register.get("/own-reviews", register.specialist, unanswered=True))["items"]) == 4


async def test_a_review_that_is_not_shown_is_not_answered(register: Register) -> None:
    programme = await register.published()
    lonely = await published(register, programme["id"])
    answer = await register.refused("POST", f"/reviews/{lonely}/reply", register.specialist, {"text": "Спасибо за отзыв!"})
    assert answer.status_code == 404


async def test_an_erased_persons_reviews_go_and_the_average_follows(register: Register) -> None:
    programme, leaving, former = await register.published(), register.service.teacher(), uuid4()
    assert leaving.person
    for _ in range(5):
        await published(register, programme["id"], content=5, teacher=5, organisation=5, usefulness=5)
    await published(register, programme["id"], leaving, content=1, teacher=1, organisation=1, usefulness=1)
    await written(register, programme["id"], register.service.teacher(former))
    await merged(register, former, leaving.person)
    assert (await page(register, programme))["rating"] == {"mean": 4.33, "n": 6}
    await erased(register, leaving.person)
    shown = await page(register, programme)
    assert (shown["rating"], len(shown["items"])) == ({"mean": 5, "n": 5}, 5)
    event = (await register.service.told(CatalogPersonErased))[-1].event()
    assert isinstance(event, CatalogPersonErased)
    assert event.erased == {"review_rights": 2, "reviews": 2, "publication_consents": 0}
    async with register.service.app.state.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM review")) == 5
        assert await connection.scalar(text("SELECT count(*) FROM due")) == 5, "nobody erased is asked anything later"


async def test_an_erasure_below_five_hides_the_rest(register: Register) -> None:
    programme, leaving = await register.published(), register.service.teacher()
    assert leaving.person
    await published(register, programme["id"], leaving)
    for _ in range(4):
        await published(register, programme["id"])
    assert (await page(register, programme))["rating"]["n"] == 5
    await erased(register, leaving.person)
    shown = await page(register, programme)
    assert (shown["n"], shown["needed"], shown["items"]) == (4, 1, [])


async def test_publishing_and_erasing_at_once_keeps_the_sums_true(register: Register) -> None:
    programme, leaving = await register.published(), [register.service.teacher() for _ in range(4)]
    ids = [await written(register, programme["id"], one) for one in leaving]
    persons: list[UUID] = [one.person for one in leaving if one.person]
    body = {"decision": "publish"}
    decisions = (register.service.call("POST", f"/reviews/{one}/decision", register.operator, json=body) for one in ids)
    await asyncio.gather(*decisions, *(erased(register, one) for one in persons))
    assert (await page(register, programme))["n"] == 0


async def test_a_late_right_after_erasure_is_dropped(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    assert teacher.person
    await erased(register, teacher.person)
    right = await trained(register, programme["id"], teacher.person)
    assert (await register.refused("POST", f"/me/reviews/{right}", teacher, review())).status_code == 404


async def test_a_merged_person_writes_by_the_rights_of_both_records(register: Register) -> None:
    programme, teacher, former = await register.published(), register.service.teacher(), uuid4()
    assert teacher.person
    right = await trained(register, programme["id"], former)
    assert (await register.get("/me/reviews", teacher))["to_write"] == []
    await merged(register, former, teacher.person)
    assert [one["right_id"] for one in (await register.get("/me/reviews", teacher))["to_write"]] == [str(right)]
    await register.done("POST", f"/me/reviews/{right}", teacher, review())


async def test_a_script_in_a_text_is_a_text(register: Register) -> None:
    programme = await register.published()
    hostile = '<script>alert("1")</script> и ещё двадцать знаков'
    await written(register, programme["id"], text=hostile)
    shown = (await register.get("/moderation/reviews", register.operator))["items"][0]
    assert shown["text"] == hostile
    for bad in ("текст с нулём\x00 внутри строки длинной", "метка \ue000 внутри строки достаточно длинной"):
        teacher = register.service.teacher()
        assert teacher.person
        right = await trained(register, programme["id"], teacher.person)
        assert (await register.refused("POST", f"/me/reviews/{right}", teacher, review(text=bad))).status_code == 422


async def test_an_event_is_reviewed_by_those_who_attended(register: Register) -> None:
    event, visitors = await announced(register), [register.service.teacher() for _ in range(5)]
    for visitor in visitors:
        assert visitor.person
        fact = AttendanceRecorded(
            attendance_id=uuid4(), person_id=visitor.person, event_id=UUID(event["id"]), position="teacher", subject_group="mathematics"
        )
        await register.service.hear(envelope_of(fact, subject=fact.attendance_id))
        mine = await register.done("POST", f"/me/reviews/{fact.attendance_id}", visitor, review())
        assert mine["written"][0]["target"]["title"] == event["title"]
        await decided(register, mine["written"][0]["id"])
    shown = await register.get(f"/events/{event['id']}/reviews")
    assert (shown["n"], len(shown["items"])) == (5, 5)
    said = [one.event() for one in await register.service.told(ReviewPublished)]
    assert {(one.target_kind, one.provider_id) for one in said if isinstance(one, ReviewPublished)} == {("event", register.provider_id)}
    assert (await register.get("/own-reviews", register.specialist))["items"][0]["target"]["kind"] == "event"
