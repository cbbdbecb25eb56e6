"""`./dpo demo [--json]`: the closed loop on the running suite, from a measured deficit to its measured closure."""

import asyncio
import json
import sys
from collections.abc import Sequence

from deploy import launch
from deploy.console import Parser, Refusal
from deploy.demo.cast import Cast
from deploy.demo.door import Door, Refused, client, until
from deploy.demo.measuring import diagnose, measure_again
from deploy.demo.play import Play
from deploy.demo.reviewing import review
from deploy.demo.studying import plan, study
from deploy.suite import Places


def main(arguments: Sequence[str]) -> int:
    parser = Parser(prog="./dpo demo")
    parser.add_argument("--json", action="store_true", help="один объект вместо рассказа")
    said = parser.parse_args(list(arguments))
    launch.running()
    play = Play(quiet=said.json)
    try:
        asyncio.run(loop(play, launch.places()))
    except TimeoutError as late:
        raise Refusal(f"Цепочка остановилась: {late}. Посмотрите ./dpo status и ./dpo parked list.") from late
    except Refused as refused:
        raise Refusal(f"Цепочка остановилась, система отказала: {refused}. Если часы переведены, начните заново: ./dpo reset.") from refused
    if said.json:
        json.dump(play.shown(), sys.stdout, ensure_ascii=False, indent=2)
        print()
    return 0


async def loop(play: Play, places: Places) -> None:
    async with client() as http:
        door = Door(places.portal, places.at("identity"), http)
        cast = Cast(door, places.at("mail"))
        await cast.gather(play)
        await diagnose(play, cast)
        await plan(play, cast)
        await study(play, cast)
        await review(play, cast)
        await measure_again(play, cast)
        await read_mails(play, cast)


async def read_mails(play: Play, cast: Cast) -> None:
    """Every letter to the teacher; each status of each application has one."""

    async def all_there() -> bool:
        return not await cast.operator.get("/deliveries", status="queued", limit=100)

    async with play.step("Все письма дошли", cast.operator):
        await until(all_there, what="the last letter is sent")
        async with cast.door.http.get(f"{cast.sink}/mails", params={"to": cast.teacher_facts.email}) as answer:
            listed = (await answer.json())["items"]
        play.mails = [{"to": one["to"], "subject": one["subject"]} for one in reversed(listed)]
    for one in play.mails:
        play.note(f"письмо: {one['subject']}")
