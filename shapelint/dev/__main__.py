"""``python -m shapelint.dev bench`` prints what things cost, ``conformance`` how published models compare with torch,
``coverage`` how much of whole packages is followed, ``survey`` what source trees are made of, ``mutants`` what is found when one place of a
model's source is changed.

Times are user CPU seconds of whole fresh processes, medians of several runs taken in turn, because machines are shared
and drift; the ratios are the figures to quote.
"""

import argparse
import sys
from collections.abc import Sequence

from . import cold, conformance, corpus, coverage, mutants, survey, symbolic, zoo


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m shapelint.dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    benchmark = commands.add_parser("bench", help="what a cold run costs, a large network on symbolic sizes, and models of torchvision")
    benchmark.add_argument("--runs", type=int, default=7)
    benchmark.add_argument("--only", choices=("cold", "symbolic", "zoo"), help="one of them")
    benchmark.add_argument("--source", metavar="DIR", help="a folder that holds torchvision's source, for zoo")
    benchmark.add_argument("--torch-python", metavar="PATH", default=sys.executable, help="a Python that has torch and torchvision (default: this one)")
    conform = commands.add_parser("conformance", help="every call of every recorded model against torch's answer")
    conform.add_argument("zoo", nargs="*", help="packages; default: all that are recorded")
    conform.add_argument("--source", action="append", default=[], metavar="DIR", help="a folder that holds the package (else its wheel is fetched with pip)")
    conform.add_argument("--only", default="", help="targets with this text in them")
    conform.add_argument("--sample", type=int, default=0, metavar="N", help="that many, at random")
    conform.add_argument("--seed", type=int, default=0)
    conform.add_argument("--verbose", action="store_true", help="every difference, not the first three")
    cover = commands.add_parser("coverage", help="how many layer calls of whole packages have known shapes, and why the others have not")
    cover.add_argument("--source", action="append", required=True, metavar="DIR", help="the folder of an unpacked package")
    cover.add_argument("--rows", type=int, default=20)
    surveying = commands.add_parser("survey", help="which constructs and names source trees use, and which have no support")
    surveying.add_argument("sources", nargs="+", metavar="DIR")
    surveying.add_argument("--rows", type=int, default=40)
    surveying.add_argument("--unsupported", action="store_true", help="only what has no support")
    mutate = commands.add_parser("mutants", help="models with one edit each: what is found of what torch refuses, and where")
    mutate.add_argument("--source", action="append", default=[], metavar="DIR", help="a folder that holds the packages (else their wheels are fetched with pip)")
    mutate.add_argument("--labels", default=mutants.DATA, metavar="FILE", help="torch's answers, made by python -m tests.mutant_oracle")
    mutate.add_argument("--only", default="", help="edits with this text in their description")
    mutate.add_argument("--sample", type=int, default=0, metavar="N", help="that many, at random")
    mutate.add_argument("--seed", type=int, default=0)
    mutate.add_argument("--jobs", type=int, default=1, help="processes at a time")
    mutate.add_argument("--verbose", action="store_true", help="also every miss and every wrong line")
    given = parser.parse_args(argv)
    if given.command == "coverage":
        return coverage.run(given.source, given.rows)
    if given.command == "survey":
        return survey.run(given.sources, given.rows, given.unsupported)
    if given.command in ("conformance", "mutants"):
        return _on_packages(given)
    if given.only in (None, "cold"):
        cold.bench(given.runs)
    if given.only in (None, "symbolic"):
        symbolic.bench(given.runs)
    if given.only in (None, "zoo"):
        zoo.bench(given.runs, given.source, given.torch_python)
    return 0


def _on_packages(given: argparse.Namespace) -> int:
    try:
        if given.command == "mutants":
            return mutants.run(given.labels, given.source, only=given.only, count=given.sample, seed=given.seed, jobs=given.jobs, verbose=given.verbose)
        return conformance.run(given.zoo, given.source, only=given.only, count=given.sample, seed=given.seed, verbose=given.verbose)
    except (corpus.NoSource, OSError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
