"""The demonstration's programmes leave a route something to choose from."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[3] / "deploy" / "demo"


def read(path: str) -> Any:
    return json.loads((DEMO / path).read_text("utf-8"))


def test_every_competence_can_be_developed_in_several_ways() -> None:
    ways: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for programme in read("catalog/programmes.json"):
        for effect in programme["effects"]:
            ways[effect["competence"]].append((effect["share"], programme["hours"], programme["form"]))
    for competence in read("assessment/framework.json")["competences"]:
        shares, hours, forms = (set(one) for one in zip(*ways[competence["code"]], strict=True))
        assert len(ways[competence["code"]]) >= 3, competence
        assert min(len(shares), len(hours), len(forms)) >= 2, competence
