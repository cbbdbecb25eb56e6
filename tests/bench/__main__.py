"""`./dpo bench [NAME] [--json]`: ours, the baseline and the ratio of every measurement, each pair from the same run."""

import argparse
import json
import sys
from importlib import import_module
from typing import Any

BENCHES = ("bus", "command", "gateway", "click", "planner", "psychometrics")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dpo bench")
    parser.add_argument("name", nargs="?", choices=BENCHES, help="одно измерение вместо всех")
    parser.add_argument("--json", action="store_true", help="список вместо таблицы")
    said = parser.parse_args(arguments)
    rows: list[dict[str, Any]] = []
    for name in [said.name] if said.name else BENCHES:
        rows += import_module(f"tests.bench.{name}").run()
    if said.json:
        json.dump(rows, sys.stdout, ensure_ascii=False, indent=2)
        print()
        return 0
    for row in rows:
        kept = "" if row["ratio"] >= row["goal"] else "  ниже цели"
        figures = f"{row['ours']:>12.4g} {row['baseline']:>12.4g} {row['unit']:<8} отношение {row['ratio']:.2f}, цель {row['goal']}"
        print(f"{row['bench']:<52} {figures}{kept}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
