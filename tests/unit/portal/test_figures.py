"""What drawings are made of: nothing overlaps, nothing leaves its frame, nothing is said beyond its error."""

from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.portal import figures
from gateway.portal.timeline import WIDTH, timeline
from gateway.portal.waterfall import waterfall


def line(percent: float = 50, felt: float | None = 0.5, verdict: str = "deficit", **more: Any) -> dict[str, Any]:
    return {"percent": percent, "cut_percent": 60.0, "felt": felt, "verdict": verdict, "items_wanted": 0, "change": None, **more}


lines = st.builds(line, st.floats(0, 100), st.sampled_from([None, 0, 1 / 3, 2 / 3, 1]), st.sampled_from(["deficit", "none", "borderline"]))


@given(st.lists(lines, max_size=14))
def test_points_of_the_quadrant_never_cover_each_other(measured: list[dict[str, Any]]) -> None:
    points = figures.quadrant(measured)
    assert len(points) == sum(one["felt"] is not None for one in measured)
    assert all((a["x"] - b["x"]) ** 2 + (a["y"] - b["y"]) ** 2 >= (2 * figures.RADIUS) ** 2 for a, b in combinations(points, 2))


@given(st.lists(lines, max_size=14))
def test_points_stay_on_their_side_of_the_threshold(measured: list[dict[str, Any]]) -> None:
    by_number = {point["n"]: point for point in figures.quadrant(measured)}
    for number, one in enumerate(measured, 1):
        if (point := by_number.get(number)) and abs(one["percent"] - one["cut_percent"]) > 5:
            assert (point["x"] > figures.FIELD["cut"]) == (one["percent"] > one["cut_percent"])


def test_a_change_within_its_error_is_not_called_growth() -> None:
    change = {"percent_before": 46.0, "percent_after": 57.0}
    assert figures.moved(line(change={**change, "grew": 0.89})) == "+11, в пределах погрешности"
    assert figures.moved(line(change={**change, "grew": 0.95})) == "+11, заметный рост"
    assert figures.moved(line(verdict="insufficient", items_wanted=4, change={**change, "grew": 0.99})) == "нужно ещё заданий: 4"


def application(status: str, *, holder: str, due: str | None, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    actions = [{"action": action} for action in allowed]
    words = {"state": "Состояние", "label": "Сделать", "moved_at": "2026-11-20T10:00:00Z"}
    return {"status": status, "holder": {"words": holder}, "due": due, "allowed": actions, **words}


def test_a_state_says_what_to_do_who_holds_it_and_until_when() -> None:
    today = date(2026, 11, 24)
    assert figures.standing(application("school_review", holder="у школы", due="2026-11-27", allowed=("withdraw",)), today) == (
        "wait",
        "Сделать",
        "у школы",
        "до\u00a027\u00a0ноября",
    )
    mine = application("school_review", holder="у школы", due="2026-11-27", allowed=("approve", "reject"))
    assert figures.standing(mine, today)[::2] == ("mine", "у вас")
    assert figures.standing({**mine, "due": "2026-11-25"}, today)[0] == "soon"
    assert figures.standing({**mine, "due": "2026-11-20"}, today)[3] == "срок прошёл"
    assert figures.standing(application("rejected", holder="", due=None), today)[:3] == ("stop", "Состояние", "")


dated = st.tuples(st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.integers(0, 200), st.integers(1, 300))


@given(st.lists(dated, min_size=1, max_size=8))
def test_the_timeline_holds_every_step_and_counts_every_hour(steps: list[tuple[date, int, int]]) -> None:
    shown = [
        {
            "starts": first.isoformat(),
            "ends": date.fromordinal(first.toordinal() + days).isoformat(),
            "hours": hours,
            "title": "Шаг",
            "code": None,
            "status": "planned",
        }
        for first, days, hours in steps
    ]
    figure = timeline(shown, today=date(2026, 6, 1))
    assert figure is not None
    assert sum(quarter["hours"] for quarter in figure["quarters"]) == sum(hours for _, _, hours in steps)
    assert all(bar["x"] >= 0 and bar["x"] + min(bar["width"], 10) <= WIDTH + 10 for bar in figure["bars"])
    assert [quarter["x"] for quarter in figure["quarters"]] == sorted(quarter["x"] for quarter in figure["quarters"])


def span(name: str, parent: str | None, at: int, length: int) -> dict[str, Any]:
    started = f"2026-11-24T10:00:00.{at:06d}+00:00"
    return {"span_id": name, "parent_id": parent, "service": "x", "name": name, "started": started, "microseconds": length, "failed": False}


def test_a_waterfall_puts_children_under_their_parent_and_counts_statements() -> None:
    spans = [
        span("click", None, 0, 1000),
        span("send", "click", 600, 300),
        span("write", "click", 100, 400),
        span("postgresql INSERT", "write", 150, 50),
        span("orphan", "lost", 900, 10),
    ]
    fall = waterfall(spans, statements=False)
    assert [(row["name"], row["depth"]) for row in fall["rows"]] == [("click", 0), ("write", 1), ("send", 1), ("orphan", 0)]
    assert (fall["rows"][1]["asked"], fall["rows"][1]["asked_for"]) == (1, 50)
    assert len(waterfall(spans, statements=True)["rows"]) == len(spans)
