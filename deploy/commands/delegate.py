"""Commands whose work is done elsewhere: measurements, the demonstration, generated contracts."""

import argparse
import subprocess
import sys
from importlib import import_module

from deploy.paths import ROOT


def bench(arguments: argparse.Namespace) -> int:
    return subprocess.run([sys.executable, "-m", "tests.bench", *arguments.rest], cwd=ROOT).returncode


def demo(arguments: argparse.Namespace) -> int:
    return int(import_module("deploy.demo").main(arguments.rest) or 0)


def contracts(arguments: argparse.Namespace) -> int:
    return int(import_module("deploy.contracts").main(arguments.rest) or 0)
