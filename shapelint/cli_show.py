"""``shapelint show``: its arguments, and which writer gets what."""

import argparse
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TextIO

from .config import load_config
from .rules import off_by_default, rules
from .show import ModelSummary, ShowOptions, Wanted, show_targets
from .source.targets import TargetError

FORMATS = ("table", "json", "markdown")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add = parser.add_argument
    add("targets", nargs="*", metavar="TARGET", help="a model: net.py:Net, net.py:Net(3, 10), package.module:factory(weights=None), or a variable")
    add("--input", metavar="SPEC", help='the shape of the input, as in "N 3 H W"; ; separates several, and ": int64" behind one gives its dtype')
    add("--targets", dest="file", metavar="FILE", help="read lines of TARGET<TAB>SPEC; - is standard input")
    add("--search-path", metavar="DIR", action="append", default=[], help="a further folder from which imports are resolved")
    add("--python", metavar="PATH", help="the Python whose installed packages are read (default: of the active environment)")
    add("--train", action="store_true", help="in training mode, where the program does not choose it itself")
    add("--output-format", metavar="FORMAT", default="table", help="table (default), json, markdown")
    add("--svg", metavar="FILE", help="also draw the feature maps of the model, to scale")
    add("--config", metavar="FILE", help="the configuration file to use")


def run(given: argparse.Namespace, colour: Callable[[TextIO], bool]) -> bool:
    """Show the targets; whether none has an error. Raises :class:`TargetError`."""
    if given.output_format not in FORMATS:
        raise TargetError(f"there is no output format '{given.output_format}': choose from {', '.join(FORMATS)}")
    wanted = _wanted(given)
    if given.svg and len(wanted) > 1:
        raise TargetError("--svg draws one model: give one target")
    options = ShowOptions(given.input, given.search_path, given.python, given.train)
    codes = [rule.code for rule in rules()]
    config = load_config([wanted[0].target.partition(":")[0]], given.config, default_off=off_by_default(), codes=codes)
    shown = _written(show_targets(wanted, config, options), given.output_format, colour)
    if given.svg and not shown[0].wrong:
        _draw(shown[0], given.svg)
    wrong = [summary.wrong for summary in shown if summary.wrong]
    if wrong:
        raise TargetError("\nshapelint: error: ".join(wrong))
    return not any(summary.status == "error" for summary in shown)


def _written(summaries: Iterable[ModelSummary], format: str, colour: Callable[[TextIO], bool]) -> list[ModelSummary]:
    """Tables as soon as each is there; JSON when all are, with an object for each target."""
    writer = import_module(f".report.model_{format}", __package__)
    found: list[ModelSummary] = []
    for summary in summaries:
        found.append(summary)
        if format != "json" and not summary.wrong:
            writer.write(summary, sys.stdout, colour=colour(sys.stdout))
    if format == "json":
        writer.write(found, sys.stdout)
    return found


def _wanted(given: argparse.Namespace) -> list[Wanted]:
    wanted = [Wanted(target) for target in given.targets]
    if given.file is not None:
        wanted += _listed(given.file)
    if not wanted:
        raise TargetError("name a model, as in: shapelint show net.py:Net --input \"N 3 H W\"")
    return wanted


def _listed(path: str) -> list[Wanted]:
    """The lines of a file: a target, and behind a tab its input. Empty lines and those that start with # do not count."""
    try:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8-sig") as file:  # Windows puts a mark in front
                text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"--targets {path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    wanted: list[Wanted] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            target, _, spec = line.partition("\t")
            wanted.append(Wanted(target.strip(), spec.strip() or None, f"{path}:{number}", _wrong_with(target, spec.strip())))
    return wanted


def _wrong_with(target: str, spec: str) -> str:
    """What is wrong with the form of a line, or nothing."""
    from .source.targets import parse_target
    from .spec import SpecError, parse_spec

    if "\t" in spec:
        return "write TARGET<TAB>SPEC, without further columns"
    try:
        parse_target(target)
        if spec:
            parse_spec(spec)
    except TargetError as error:
        return f"{error}{'' if spec else ' (a tab separates the target from its input)'}"
    except SpecError as error:
        return f"{error} (at column {error.column + 1} of '{spec}')"
    return ""


def _draw(summary: ModelSummary, path: str) -> None:
    from .report.model_svg import picture

    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(picture(summary))
    except OSError as error:
        raise TargetError(f"--svg {path}: cannot be written: {error.strerror}") from None

