"""The command line: ``shapelint PATHS``, and commands that explain rules and operators.

Exit status: 0 when no error was found (warnings count with ``--strict``), 1 when one was, 2 for a wrong command line or configuration,
130 when interrupted. Whatever not every run needs is imported where it is used: starting up quickly is a promise.
"""

import argparse
import atexit
import gc
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NoReturn, TextIO

from . import __version__

if TYPE_CHECKING:
    from .check import CheckOptions, Result
    from .config import Config
    from .source.text import Span

OK, FOUND, USAGE, INTERRUPTED = 0, 1, 2, 130
_MANY_FILES = 50  # from here on a progress bar is worth its import


class UsageError(Exception):
    """A wrong command line: one line for the user."""


class _Help(argparse.HelpFormatter):
    """Help of a fixed width: asking for the terminal's would import ``shutil`` in every run."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=110)


class _Parser(argparse.ArgumentParser):
    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(prog=prog, description=description, epilog=epilog, formatter_class=_Help, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    gc.set_threshold(100_000, 50)  # trees and tables are kept to the end: looking through them again and again finds nothing
    atexit.register(gc.freeze)  # nor does a last look when the process ends, which costs a sixth of a run
    try:
        status = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
        return status
    except UsageError as error:
        print(f"shapelint: error: {error}", file=sys.stderr)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout again on exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED


def _run(argv: list[str]) -> int:
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # a terminal without the source's letters is no reason to fail
    name = argv[0] if argv else ""
    if name in COMMANDS:
        return COMMANDS[name](argv[1:])
    return _check(argv)


# --- shapelint check ------------------------------------------------------------------------------------------


def _check(argv: list[str]) -> int:
    from .config import ConfigError
    from .source.files import InputError

    given = _check_parser().parse_args(argv)
    try:
        return _checked(given)
    except (ConfigError, InputError) as error:
        raise UsageError(str(error)) from None


def _check_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="shapelint", description="Find the lines where tensor shapes break, without importing torch or running anything.",
                     epilog="Other commands: shapelint show TARGET, shapelint rules, shapelint rule CODE, shapelint ops [FILTER].")
    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="files, notebooks, directories, glob patterns, or - for standard input")
    add("--output-format", metavar="FORMAT", help="text (default), concise, json")
    add("--select", metavar="CODES", help="rules to report, by code or prefix, separated by commas")
    add("--extend-select", metavar="CODES", help="rules to report in addition, for those that are off by default")
    add("--ignore", metavar="CODES", help="rules not to report")
    add("--input", metavar="SPEC", action="append", default=[], help='the shape of an input that nothing states, as in "N 3 224 224"')
    add("--search-path", metavar="DIR", action="append", help="a further directory from which imports are resolved")
    add("--python", metavar="PATH", help="the Python whose installed packages are read (default: of the active environment)")
    add("--strict", action="store_true", help="warnings count for the exit status")
    add("--statistics", action="store_true", help="count findings by rule")
    add("--coverage", action="store_true", help="say how many layer calls had known shapes, by class, and why the others had not")
    add("--coverage-rows", metavar="N", type=int, default=20, help="rows of each of its tables (default: 20)")
    add("--show-sizes", action="store_true", help="print the shapes that were inferred, by line")
    add("--config", metavar="FILE", help="the configuration file to use")
    add("--stdin-filename", metavar="NAME", help="the name under which standard input is reported")
    add("--no-cache", action="store_true", help="neither read nor write cached results")
    add("--version", action="version", version=f"shapelint {__version__}")
    return parser


def _checked(given: argparse.Namespace) -> int:
    from .check import check_paths

    config = _config(given)
    _known_format(config.output_format)
    for text in given.input:
        _check_spec(f"--input '{text}'", text)
    for target, text in config.inputs.items():
        _check_spec(f"the input of '{target}'", text)
    result = check_paths(given.paths, config, _options(given))
    _report(result, config.output_format, given)
    return _status(result, given.strict or config.strict)


def _config(given: argparse.Namespace) -> "Config":
    from .config import load_config
    from .rules import off_by_default, rules

    codes = [rule.code for rule in rules()]
    config = load_config(given.paths, given.config, default_off=off_by_default(), codes=codes)
    asked = {"select": given.select, "extend-select": given.extend_select, "ignore": given.ignore, "output-format": given.output_format}
    # Paths on a command line are relative to where it is written, those of a file to the file.
    asked["python"] = os.path.abspath(given.python) if given.python else None
    asked["search-path"] = [*map(os.path.abspath, given.search_path)] if given.search_path else None
    return config.override({key: value for key, value in asked.items() if value is not None}, codes)


def _known_format(name: str) -> None:
    from .report import formats

    if name not in (known := formats()):
        raise UsageError(f"there is no output format '{name}': choose from {', '.join(known)}")


def _options(given: argparse.Namespace) -> "CheckOptions":
    from .check import CheckOptions

    progress = _Progress() if sys.stderr.isatty() else None
    return CheckOptions(tuple(given.input), given.show_sizes, given.stdin_filename, progress)


def _check_spec(what: str, text: str) -> None:
    from .spec import SpecError, parse_spec

    try:
        parse_spec(text)
    except SpecError as error:
        raise UsageError(f"{what}: {error} (at column {error.column + 1} of '{text}')") from None


def _status(result: "Result", strict: bool) -> int:
    from .diagnostics import Severity

    return FOUND if any(strict or found.severity is Severity.ERROR for found in result.diagnostics) else OK


def _report(result: "Result", format: str, given: argparse.Namespace) -> None:
    from .report import write

    # Other programs read standard output when the format is not for people, so tables go to standard error there.
    extra = sys.stdout if format in ("text", "concise") else sys.stderr
    if given.show_sizes:
        _print_sizes(result, extra)
    write(format, result, sys.stdout, colour=_wants_colour(sys.stdout))
    if given.statistics:
        _print_statistics(result, extra)
    if given.coverage:
        _print_coverage(result, extra, format, max(given.coverage_rows, 0))


def _wants_colour(out: TextIO) -> bool:
    return out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _print_statistics(result: "Result", out: TextIO) -> None:
    from .rules import by_code

    rows = [(str(count), code, by_code(code).name) for code, count in sorted(result.statistics.items(), key=lambda item: (-item[1], item[0]))]
    _table(rows, out, right=(0,))


def _print_coverage(result: "Result", out: TextIO, format: str, most: int) -> None:
    from .report import coverage as report

    coverage = result.coverage
    if format == "json":
        import json

        print(json.dumps({"coverage": report.as_object(coverage, most)}), file=out)
        return
    print(report.headline(coverage), file=out)
    classes = report.class_rows(coverage, most)
    if classes:
        print(f"\nBy class ({report.complete(coverage)} of {len(coverage.by_class)} have known shapes only):", file=out)
        _table([("known", "unknown calls", "calls", "class"), *classes], out, right=(0, 1, 2))
    reasons = report.reason_rows(coverage, most)
    if reasons:
        print("\nWhy not:", file=out)
        _table(reasons, out, right=(0,))


def _print_sizes(result: "Result", out: TextIO) -> None:
    """One row for each line that made tensors, with the different shapes it made."""
    lines: dict[tuple[str, int], tuple[Span, dict[str, None]]] = {}
    for span, name, shape in sorted(result.sizes, key=lambda item: item[0][:3]):
        lines.setdefault(span[:2], (span, {}))[1].setdefault(f"{name} {shape}".strip())
    _table([(result.where(span), " | ".join(shapes), result.line_text(span).strip()) for span, shapes in lines.values()], out)


def _table(rows: Sequence[tuple[str, ...]], out: TextIO, right: Iterable[int] = ()) -> None:
    """Aligned columns; those in ``right`` are aligned to the right, and the last one is as long as it is."""
    if not rows:
        return
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(widths[i]) if i in right else cell.ljust(widths[i]) for i, cell in enumerate(row)]
        print("  ".join(cells).rstrip(), file=out)


class _Progress:
    """A bar on standard error for runs over many files."""

    def __init__(self) -> None:
        self._bar: object = None

    def __call__(self, done: int, total: int) -> None:
        if total < 2 * _MANY_FILES:  # two steps a file
            return
        from rich.progress import Progress

        if not isinstance(self._bar, Progress):
            from rich.console import Console

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._bar.add_task("checking", total=total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        if done >= total:
            self._bar.stop()


# --- commands that explain ----------------------------------------------------------------------------------


def _rule(argv: list[str]) -> int:
    parser = _Parser(prog="shapelint rule", description="Explain a rule.")
    parser.add_argument("code", help="a rule's code or name")
    wanted = parser.parse_args(argv).code
    from .rules import rules
    from .source.names import did_you_mean

    known = {key: rule for rule in rules() for key in (rule.code, rule.name)}
    found = known.get(wanted.upper()) or known.get(wanted.lower())
    if found is None:
        raise UsageError(f"there is no rule '{wanted}'{did_you_mean(wanted, known)}")
    default = "" if found.default else ", off by default"
    print(f"{found.code} {found.name} ({found.severity.value}{default})\n\n{_wrapped(found.documentation())}")
    for title, text in (("Reported:", found.bad), ("Silent:", found.good)):
        if text:
            print(f"\n{title}\n\n" + "\n".join(f"    {line}".rstrip() for line in text.rstrip().split("\n")))
    return OK


def _wrapped(text: str) -> str:
    from textwrap import fill

    return "\n\n".join(fill(" ".join(part.split()), 88) for part in text.split("\n\n"))


def _rules(argv: list[str]) -> int:
    _Parser(prog="shapelint rules", description="List the rules.").parse_args(argv)
    from .rules import rules

    _table([(rule.code, rule.name, rule.severity.value, "" if rule.default else "off by default") for rule in rules()], sys.stdout)
    return OK


def _ops(argv: list[str]) -> int:
    parser = _Parser(prog="shapelint ops", description="List the torch operators whose shapes are known.")
    parser.add_argument("filter", nargs="?", default="", help="part of a name")
    part = parser.parse_args(argv).filter.lower()
    from .ops import operators

    _table([(op.name, op.doc.partition("\n")[0]) for op in operators() if part in op.name.lower()], sys.stdout)
    return OK


def _show(argv: list[str]) -> int:
    from .cli_show import add_arguments, run
    from .config import ConfigError
    from .source.targets import TargetError

    parser = _Parser(prog="shapelint show", description="Show a model as a table of its layers, without importing torch or running anything.")
    add_arguments(parser)
    try:
        return OK if run(parser.parse_args(argv), _wants_colour) else FOUND
    except (ConfigError, TargetError) as error:
        raise UsageError(str(error)) from None


COMMANDS: dict[str, Callable[[list[str]], int]] = {"check": _check, "show": _show, "rule": _rule, "rules": _rules, "ops": _ops}

