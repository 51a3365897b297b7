"""``python -m shapelint.dev bench`` prints what things cost.

Times are user CPU seconds of whole fresh processes, medians of several runs taken in turn, because machines are shared
and drift; the ratios are the figures to quote.
"""

import argparse
import sys
from collections.abc import Sequence

from . import cold, symbolic


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shapelint.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    benchmark = commands.add_parser("bench", help="what a cold run costs, and what a large network on symbolic sizes")
    benchmark.add_argument("--runs", type=int, default=7)
    benchmark.add_argument("--only", choices=("cold", "symbolic"), help="one of the two")
    given = parser.parse_args(argv)
    if given.only != "symbolic":
        cold.bench(given.runs)
    if given.only != "cold":
        symbolic.bench(given.runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
