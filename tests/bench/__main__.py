"""`./dpo bench [NAME] [--json]`: ours, the baseline and the ratio of every measurement, each pair from the same run."""

import json
import sys
from importlib import import_module
from pathlib import Path

from deploy.console import Parser
from tests.bench.measure import Row, kept

GROWTH = "growth"  # takes long, so by name only
BENCHES = ("bus", "command", "gateway", "click", "planner", "psychometrics", "search-quality", "catalogue", "pages")

AIMS = {"ratio": "цель", "ours": "цель самой величины", "ours, at most": "цель самой величины не больше"}


def main(arguments: list[str]) -> int:
    parser = Parser(prog="./dpo bench")
    parser.add_argument("name", nargs="?", choices=(*BENCHES, GROWTH), help="одно измерение вместо всех")
    parser.add_argument("--json", action="store_true", help="список вместо таблицы")
    parser.add_argument("--queries", type=Path, help="для search-quality: свои запросы, строками {query, relevant: [{code, grade}]}")
    said = parser.parse_args(arguments)
    if said.queries and said.name != "search-quality":
        parser.error("--queries")
    rows: list[Row] = []
    for name in [said.name] if said.name else BENCHES:
        run = import_module(f"tests.bench.{name.replace('-', '_')}").run
        rows += run(said.queries) if said.queries else run()
    if said.json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
        print()
        return 0
    for row in rows:
        note = "" if kept(row) else "  ниже цели"
        aim = AIMS[row.get("goal_of", "ratio")]
        ratio = "—" if row["ratio"] is None else f"{row['ratio']:.2f}"
        figures = f"{row['ours']:>12.4g} {row['baseline']:>12.4g} {row['unit']:<8} отношение {ratio}, {aim} {row['goal']}"
        print(f"{row['bench']:<52} {figures}{note}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
