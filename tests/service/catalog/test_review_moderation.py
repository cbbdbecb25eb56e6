"""Moderation of reviews: names and abuse are pointed to, a person decides, what is published counts and can be taken down."""

import asyncio
from uuid import uuid4

from shared.contracts.catalog import ReviewPublished
from tests.service.catalog.conftest import Register, day
from tests.service.catalog.reviewing import decided, page, published, review, written


async def test_a_moderator_is_pointed_to_names_and_decides_once_with_a_reason(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    named = await written(register, programme["id"], teacher, text="Нина Аркадьевна ведёт прекрасно, а коллега просто идиот.")
    queue = await register.get("/moderation/reviews", register.operator)
    assert (queue["waiting"], [one["id"] for one in queue["items"]]) == (1, [named])
    assert [(one["text"], one["hint"]) for one in queue["items"][0]["pieces"] if one["hint"]] == [
        ("Нина Аркадьевна", "full_name"),
        ("идиот", "abuse"),
    ]
    path = f"/reviews/{named}/decision"
    assert (await register.refused("POST", path, register.specialist, {"decision": "publish"})).status_code == 403
    assert (await register.refused("POST", path, register.service.staff("auditor"), {"decision": "publish"})).status_code == 403
    bare = await register.refused("POST", path, register.operator, {"decision": "reject"})
    assert (bare.status_code, bare.json()["errors"][0]["field"]) == (422, "reason")
    await decided(register, named, "reject", "Названо имя и есть брань.")
    mine = await register.get("/me/reviews", teacher)
    assert (mine["written"][0]["status"], mine["written"][0]["reason"]) == ("rejected", "Названо имя и есть брань.")
    assert (await register.refused("POST", path, register.operator, {"decision": "publish"})).json()["type"] == "review_decided"
    assert (await page(register, programme))["n"] == 0
    assert (await register.refused("POST", f"/reviews/{uuid4()}/decision", register.operator, {"decision": "publish"})).status_code == 404


async def test_a_rejected_review_is_said_anew_by_its_author_and_waits_again(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    review_id = await written(register, programme["id"], teacher, text="Нина Аркадьевна ведёт прекрасно.")
    path = f"/me/reviews/{review_id}"
    assert (await register.refused("PUT", path, teacher, review())).json()["type"] == "review_not_rejected"
    await decided(register, review_id, "reject", "Названо имя.")
    assert (await register.refused("PUT", path, register.service.teacher(), review())).status_code == 404
    assert (await register.refused("PUT", path, teacher, review(text="Ок"))).json()["errors"][0]["field"] == "text"
    mine = await register.done("PUT", path, teacher, review(content=3))
    assert [(one["status"], one["reason"], one["marks"]["content"]) for one in mine["written"]] == [("in_review", None, 3)]
    await decided(register, review_id)
    assert (await page(register, programme))["n"] == 1
    assert (await register.refused("PUT", path, teacher, review())).json()["type"] == "review_not_rejected"


async def test_the_words_that_moderators_are_pointed_to_are_edited_without_a_release(register: Register) -> None:
    programme = await register.published()
    await written(register, programme["id"], text="Этот курс — какая-то чепуховина, честное слово.")
    await register.done("POST", "/abuse-words", register.operator, {"beginning": "чепухов", "valid_from": day(0)})
    await register.done("POST", "/abuse-words", register.operator, {"beginning": "честн", "valid_from": day(1)})
    queue = await register.get("/moderation/reviews", register.operator)
    assert [one["text"] for one in queue["items"][0]["pieces"] if one["hint"]] == ["чепуховина"]


async def test_two_moderators_count_a_review_once(register: Register) -> None:
    programme = await register.published()
    waiting = await written(register, programme["id"])
    path, body = f"/reviews/{waiting}/decision", {"decision": "publish"}
    answers = await asyncio.gather(*(register.service.call("POST", path, register.operator, json=body) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [204, 409, 409]
    assert len(await register.service.told(ReviewPublished)) == (await page(register, programme))["n"] == 1


async def test_publication_tells_the_figures_and_never_the_words(register: Register) -> None:
    programme = await register.published()
    ids = await asyncio.gather(
        *(written(register, programme["id"], content=mark, teacher=5, organisation=5, usefulness=5) for mark in (1, 5))
    )
    await asyncio.gather(*(decided(register, one) for one in ids))
    said = [one.event() for one in await register.service.told(ReviewPublished)]
    assert max((one.count, one.mean) for one in said if isinstance(one, ReviewPublished)) == (2, 4.5)
    for envelope in await register.service.told():
        assert "пятом классе" not in str(envelope.model_dump(mode="json"))


async def test_a_published_review_is_taken_down_with_a_reason_and_its_marks_leave_the_average(register: Register) -> None:
    programme, teacher = await register.published(), register.service.teacher()
    named = await written(register, programme["id"], teacher, content=1)
    await decided(register, named)
    for _ in range(5):
        await published(register, programme["id"])
    reply = await register.service.call("POST", f"/reviews/{named}/reply", register.specialist, json={"text": "Спасибо, мы это исправим."})
    assert reply.status_code == 204
    before = await page(register, programme)
    again = await register.refused("POST", f"/reviews/{named}/decision", register.operator, {"decision": "publish"})
    assert again.json()["type"] == "review_decided"
    await decided(register, named, "reject", "В отзыве узнали человека.")
    shown = await page(register, programme)
    assert (before["n"], shown["n"], named in str(shown["items"])) == (6, 5, False)
    assert shown["marks"]["content"] > before["marks"]["content"]
    mine = (await register.get("/me/reviews", teacher))["written"][0]
    assert (mine["status"], mine["reason"]) == ("rejected", "В отзыве узнали человека.")
