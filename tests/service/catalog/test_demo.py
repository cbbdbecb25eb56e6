"""The demonstration's content enters the register through its API, and is found there."""

import csv

from services.catalog.rules.search import BANDS
from shared.contracts.catalog import GroupAnnounced, ProgrammePublished
from tests.service.catalog.conftest import MIASS, Register
from tests.service.catalog.demo import DEMO, load_demo, load_publications, read


async def test_the_whole_demonstration_is_accepted_and_found(register: Register) -> None:
    await load_demo(register)
    programmes = read("catalog/programmes.json")
    assert len(await register.service.told(ProgrammePublished)) == len(programmes)
    assert len(await register.service.told(GroupAnnounced)) == sum(len(one["groups"]) for one in programmes)
    answer = await register.get("/programmes", limit=100)
    assert (answer["total"], len(answer["items"])) == (len(programmes), len(programmes))
    bands = {value["value"]: value["count"] for value in answer["facets"]["hours"]}
    assert bands == {band: sum(least <= one["hours"] <= most for one in programmes) for band, (least, most) in BANDS.items()}
    assert (await register.titles(q="функции и графики"))[0] == "Функции и графики: от задачи к модели"
    mended = await register.get("/programmes", q="функцональная грамотность")
    assert mended["corrected"] == "функциональная грамотность"
    assert "Функциональная грамотность на уроке любого предмета" in [item["title"] for item in mended["items"]]
    assert (await register.titles(q="переподготовка"))[0] == "Учитель математики: профессиональная переподготовка"
    assert await register.titles(q="травля") == ["Безопасный класс: предупреждаем и останавливаем травлю"]
    schools = await register.get("/organisations", kind="school", oktmo=MIASS)
    assert len(schools["items"]) == 5
    renamed = (await register.get("/organisations", code="muo-75549000"))["items"][0]
    assert (renamed["name"], renamed["previous_name"]) == (
        "Управление образования Саткинского муниципального округа",
        "Управление образования Саткинского муниципального района",
    )


async def test_everything_that_the_demonstration_publishes_is_accepted(register: Register) -> None:
    said = await load_publications(register)
    cancelled = [one for one in said["events"] if "cancelled" in one]
    assert (await register.get("/events"))["total"] == len(said["events"]) - len(cancelled)
    assert len((await register.get("/events", cancelled=True, limit=100))["items"]) == len(said["events"])
    waiting = [one for one in said["news"] if one.get("waits")]
    assert len((await register.get("/news", limit=100))["items"]) == len(said["news"]) - len(waiting)
    assert len((await register.get("/news-in-review", register.operator))["items"]) == len(waiting) == 1
    documents = {one["title"]: one["newest"] for one in (await register.get("/documents"))["items"]}
    assert documents == {one["title"]: len(one["versions"]) for one in said["documents"]}
    assert len((await register.get("/notices"))["items"]) == len(said["notices"])
    assert (await register.get("/search", q="rjyathtywbz"))["corrected"] == "конференция"


async def test_the_register_knows_the_municipalities_of_the_order(register: Register) -> None:
    places = {one["oktmo"]: one for one in (await register.get("/dictionaries"))["municipalities"]}
    with (DEMO / "catalog/municipalities.csv").open(encoding="utf-8", newline="") as listed:
        rows = list(csv.DictReader(listed))
    assert len(rows) == 43
    for row in rows:
        now = places[row["oktmo"]]
        assert (now["name"], now["kind"], now["valid_to"]) == (row["name"].split(" (")[0], row["kind"], None)
        if row["oktmo_before"]:
            before = places[row["oktmo_before"]]
            assert (before["successor"], before["valid_to"]) == (row["oktmo"], now["valid_from"])
