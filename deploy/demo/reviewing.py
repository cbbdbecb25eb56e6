"""What the teacher says about the trainings."""

from itertools import cycle
from typing import Any

from deploy.demo.cast import Cast
from deploy.demo.door import until
from deploy.demo.play import Play

REVIEWS = (
    {
        "content": 5, "teacher": 5, "organisation": 4, "usefulness": 5,
        "text": "Впервые показали, как оценивать рассуждение, а не только ответ. Задания пошли в работу на следующий день.",
    },
    {
        "content": 4, "teacher": 5, "organisation": 3, "usefulness": 4,
        "text": "В середине много письменной работы, закладывайте вечер. Разбор урока того стоит.",
    },
    {
        "content": 5, "teacher": 4, "organisation": 5, "usefulness": 4,
        "text": "Материалы понятные, ничего лишнего. Хотелось бы больше примеров для небольших классов.",
    },
)  # fmt: skip
"""What the teacher says about the trainings, in turn."""


async def review(play: Play, cast: Cast) -> None:
    """The teacher says how each training was; the operator publishes what was said."""
    studied = {step["programme_id"] for step in (await cast.teacher.get("/me/route"))["steps"]}

    async def rights() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = (await cast.teacher.get("/me/reviews"))["to_write"]
        return found if {one["target"]["id"] for one in found} >= studied else None

    for right, said in zip(await until(rights, what="the trainings can be reviewed"), cycle(REVIEWS)):
        async with play.step(f"Отзыв: «{right['target']['title']}»", cast.teacher):
            mine = await cast.teacher.post(f"/me/reviews/{right['right_id']}", said)
        written = next(one["id"] for one in mine["written"] if one["right_id"] == right["right_id"])
        await cast.operator.post(f"/reviews/{written}/decision", {"decision": "publish"})
