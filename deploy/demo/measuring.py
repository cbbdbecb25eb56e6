"""The diagnosis, and the second one that shows what closed."""

from collections.abc import Sequence
from typing import Any

from deploy.demo.answers import Key, wrong
from deploy.demo.cast import Cast
from deploy.demo.door import Person, until
from deploy.demo.play import Play

MISSED = ("МЕТ-1", "ПРЕД-4")
"""The two competences whose items the teacher gets wrong."""
VERDICTS = {"closed": "снят", "partly": "снят частично", "open": "не снят", "insufficient": "данных мало"}


async def answer_form(teacher: Person, procedure_id: str, *, purpose: str, route_id: str | None, missed: Sequence[str]) -> str:
    """Sit a form, getting the items of some competences wrong; returns the attempt."""
    bank = {key.stem: key for key in Key.bank()}
    begun = {"purpose": purpose, "route_id": route_id}
    attempt = await teacher.post(f"/procedures/{procedure_id}/attempts", {name: value for name, value in begun.items() if value})
    for item in attempt["items"]:
        key = bank[item["stem"]]
        answer = wrong(key) if key.competence in missed else key.answer
        await teacher.put(f"/attempts/{attempt['attempt_id']}/answers/{item['item_id']}", {"answer": answer})
    felt = {one["competence"]: 2 if one["competence"] in missed else 0 for one in attempt["difficulties"]}
    await teacher.put(f"/attempts/{attempt['attempt_id']}/difficulties", {"felt": felt})
    await teacher.post(f"/attempts/{attempt['attempt_id']}/completion")
    return str(attempt["attempt_id"])


async def diagnose(play: Play, cast: Cast) -> None:
    procedure = (await cast.teacher.get("/procedures"))["items"][0]
    async with play.step(f"Входная диагностика: мимо две компетенции, {' и '.join(MISSED)}", cast.teacher):
        attempt = await answer_form(cast.teacher, procedure["procedure_id"], purpose="entry", route_id=None, missed=MISSED)
    result = await cast.teacher.get(f"/attempts/{attempt}/result")
    for line in result["competences"]:
        if line["verdict"] == "deficit":
            play.deficits.append({"competence": line["competence"], "probability": line["probability"], "level": line["level_title"]})
            percent, probability = round(line["percent"]), line["probability"]
            play.note(f"дефицит {line['competence']} «{line['title']}»: {percent} %, вероятность {probability:.2f}")


async def measure_again(play: Play, cast: Cast) -> None:
    async def asked() -> Any:
        return next((one for one in (await cast.teacher.get("/me/reassessments"))["items"] if one["status"] == "waiting"), None)

    async with play.step("Повторная диагностика назначена", cast.teacher):
        due = await until(asked, what="a re-measurement is due")
    async with play.step("Повторная диагностика пройдена", cast.teacher):
        facts = {"purpose": "exit", "route_id": due["route_id"]}
        await answer_form(cast.teacher, due["procedure_id"], **facts, missed=())

    async def completed() -> Any:
        route = await cast.teacher.get(f"/routes/{due['route_id']}")
        return route if route["status"] == "completed" else None

    async with play.step("Закрытие дефицитов измерено", cast.teacher):
        route = await until(completed, what="the route is closed")
        play.closure = [{name: one[name] for name in ("competence", "before", "after", "verdict")} for one in route["changes"]]
    for one in play.closure:
        play.note(f"{one['competence']}: {one['before']:+.2f} → {one['after']:+.2f} логита, {VERDICTS[one['verdict']]}")
    ministry = await cast.door.person(cast.first("ministry").id)
    measured = {one["competence"] for one in play.closure}

    async def reported() -> Any:
        return measured <= {one["competence"] for one in (await ministry.get("/reports/closure"))["competences"]}

    async with play.step("Закрытие в отчёте министерства; меньше пяти человек — без чисел", ministry):
        await until(reported, what="the report shows the closure")
