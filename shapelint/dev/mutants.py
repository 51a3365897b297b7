"""Edited models: one place of a published model's source is changed, and what shapelint says of the model is held against what torch does.

The edits and torch's answers are recorded in ``tests/data/mutants.json.xz`` (see ``tests/mutant_oracle.py``); only the source of the packages is read here.

A breaking edit is *found* when shapelint reports an error; what it cannot follow is missed. It is found at the *right line* when the error, or one of the labels
that its message points to, stands in the statement of torch's innermost line in the package's own files or of the edited line; *strictly* when the error itself
stands at such a line.
An error on a harmless edit, or on the unedited model, is a *false alarm*.
"""

import ast
import json
import lzma
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import FrameType
from typing import Any, NamedTuple

from ..source.text import SourceFile
from .conformance import CACHE
from .corpus import source_of

DATA = os.path.join(os.path.dirname(__file__), *[os.pardir] * 2, "tests", "data", "mutants.json.xz")
_SECONDS = 60  # for one edited model


class Edit(NamedTuple):
    """Replace ``old``, which stands at ``line`` and ``column`` (from 1 and 0, in code points), by ``new``. ``kind`` is what a person would call the mistake."""

    kind: str
    line: int
    column: int
    old: str
    new: str

    def applied(self, text: str) -> str:
        """The edited text. Raises ``ValueError`` where ``old`` does not stand there."""
        lines = text.split("\n")
        start = sum(len(line) + 1 for line in lines[: self.line - 1]) + self.column
        if not text.startswith(self.old, start):
            raise ValueError(f"line {self.line}: another text than {self.old!r}")
        return text[:start] + self.new + text[start + len(self.old) :]

    @property
    def lines(self) -> range:
        """The lines of the new text."""
        return range(self.line, self.line + self.new.count("\n") + 1)


Line = tuple[str, int]  # a file, relative to its package, and a line
Lines = tuple[str, int, int]  # the same with a first and a last line


class Mutant(NamedTuple):
    """An edited model. ``label`` is "breaks", "harmless" or "other"; ``chain`` the lines of the package's own files in torch's traceback, the innermost last."""

    target: str
    input: str
    family: str
    file: str
    edit: Edit
    label: str
    error: str = ""
    message: str = ""
    chain: Sequence[Line] = ()

    @property
    def package(self) -> str:
        return self.target.partition(":")[0].partition(".")[0]

    @property
    def unedited(self) -> "Mutant":
        """The model as it was published."""
        return self._replace(edit=Edit("unedited", 1, 0, "", ""), label="harmless", error="", message="", chain=())

    @property
    def right(self) -> frozenset[Line]:
        """Where an error is in its place."""
        return frozenset([*self.chain[-1:], *((self.file, line) for line in self.edit.lines)])

    def text(self) -> str:
        edit = self.edit
        return f"{self.target}: {self.file}:{edit.line} {edit.kind}: {edit.old!r} -> {edit.new!r}" + (f"; torch: {self.error}: {self.message}" if self.error else "")


class Labelled(NamedTuple):
    """All edited models, and the versions that torch's answers are of."""

    versions: Mapping[str, str]
    mutants: Sequence[Mutant]


def labelled(path: str = DATA) -> Labelled:
    """The recorded answers."""
    with lzma.open(path) as file:
        whole = json.load(file)
    return Labelled(whole["versions"], [
        Mutant(**{**found, "edit": Edit(*found["edit"]), "chain": tuple((file, line) for file, line in found.get("chain", ()))}) for found in whole["mutants"]])


# --- judging ----------------------------------------------------------------------------------------------------------


class Verdict(NamedTuple):
    """What shapelint says. ``places`` are the lines of its errors, ``labels`` those that their messages point to as well; ``statements`` those where an error is in
    its place; ``why`` what was lost first."""

    mutant: Mutant
    status: str
    message: str
    places: frozenset[Lines]
    labels: frozenset[Lines]
    statements: frozenset[Lines]
    why: str
    seconds: float

    @property
    def right(self) -> bool:
        return any(_meet(place, statement) for place in self.places | self.labels for statement in self.statements)

    @property
    def strictly_right(self) -> bool:
        return any(_meet(place, (file, line, line)) for place in self.places for file, line in self.mutant.right)


def _meet(one: Lines, other: Lines) -> bool:
    """A place may stretch over lines, as a call does."""
    return one[0] == other[0] and one[1] <= other[2] and other[1] <= one[2]


class Judge:
    """Reads every file of the packages once; each edited model is then run in a child that shares them."""

    def __init__(self, folders: Mapping[str, str]) -> None:
        self.folders = folders  # package: where it lies
        self.sources = {path: source for package, folder in folders.items() for path, source in _read(os.path.join(folder, package))}

    def verdict(self, mutant: Mutant) -> Verdict:
        """What ``shapelint show`` says of the edited model."""
        from ..config import Config
        from ..show.models import ShowOptions, Wanted, show_targets

        folder = self.folders[mutant.package]
        package, start = os.path.join(folder, mutant.package), time.process_time()
        path = os.path.join(package, mutant.file)
        text = mutant.edit.applied(self.sources[path].text)
        sources = {**self.sources, path: SourceFile(path, text, ast.parse(text))}
        options = ShowOptions(roots=[folder], sources=sources.values())
        summary = next(show_targets([Wanted(mutant.target, mutant.input, "mutants")], Config(), options))
        errors = [found for found in summary.diagnostics if found.severity.value == "error"] if summary.status == "error" else []
        places = frozenset(_lines(found.span, package) for found in errors)
        labels = frozenset(_lines(label.span, package) for found in errors for label in found.labels)
        lost = summary.lost[0] if summary.lost else None
        why = f"{lost.reason}: {lost.what} ({os.path.relpath(lost.file, package)}:{lost.line})" if lost is not None else ""
        message = f"{errors[0].code} {errors[0].message}" if errors else ""
        trees = {mutant.file: sources[path].tree} | {file: self.sources[os.path.join(package, file)].tree for file, _ in mutant.chain[-1:] if file != mutant.file}
        statements = frozenset((file, *_statement(trees[file], line)) for file, line in mutant.right)
        return Verdict(mutant, summary.status, message, places, labels, statements, why, time.process_time() - start)

    def guarded(self, mutant: Mutant) -> Verdict:
        """The same within bounds of time."""
        signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(_SECONDS)
        try:
            return self.verdict(mutant)
        except _TooLong:
            return Verdict(mutant, "timeout", "", frozenset(), frozenset(), frozenset(), f"no answer in {_SECONDS} s", _SECONDS)
        finally:
            signal.alarm(0)


class _TooLong(BaseException):
    pass


def _too_long(number: int, frame: FrameType | None) -> None:
    raise _TooLong


def _statement(tree: ast.Module, line: int) -> tuple[int, int]:
    """The lines of the statement in which a line is: of one that holds others, the lines before them."""
    first = last = line
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            end = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
            if node.lineno <= line <= end:
                first, last = min(first, node.lineno), max(last, end)
    return first, last


def _lines(span: Any, package: str) -> Lines:
    return os.path.relpath(span.file, package), span.line, span.end_line


def _read(package: str) -> Iterator[tuple[str, SourceFile]]:
    from ..source.files import read_source

    for folder, _, names in os.walk(package):
        for name in names:
            if name.endswith(".py"):
                source = read_source(os.path.join(folder, name))
                if isinstance(source, SourceFile):
                    yield source.path, source


_judge: Judge | None = None


def _of(mutant: Mutant) -> Verdict:
    assert _judge is not None
    return _judge.guarded(mutant)


def verdicts(mutants: Sequence[Mutant], folders: Mapping[str, str], jobs: int = 1) -> Iterator[Verdict]:
    """What shapelint says of each, every one in a process of its own, so that none knows what another has made."""
    global _judge
    _judge = Judge(folders)
    with multiprocessing.get_context("fork").Pool(jobs, maxtasksperchild=1) as pool:
        yield from pool.imap(_of, mutants)


def folders_of(mutants: Iterable[Mutant], versions: Mapping[str, str], sources: list[str]) -> dict[str, str]:
    """Where the packages lie; what is in none of the ``sources`` is fetched. Raises :class:`.corpus.NoSource`."""
    return {name: source_of(name, versions[name], sources, CACHE) for name in sorted({mutant.package for mutant in mutants})}


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Some of them, always the same ones for a seed."""
    return sorted(random.Random(seed).sample([mutant for mutant in mutants if mutant.label != "other"], count))


# --- the report -------------------------------------------------------------------------------------------------------


class Tally:
    """Counts over verdicts."""

    def __init__(self) -> None:
        self.breaking = self.found = self.right = self.strict = self.harmless = self.alarms = self.unknown = self.other = self.other_found = 0
        self.seconds = 0.0
        self.missed: Counter[str] = Counter()

    def add(self, verdict: Verdict) -> None:
        found = verdict.status == "error"
        self.seconds += verdict.seconds
        if verdict.mutant.label == "other":
            self.other += 1
            self.other_found += found
        elif verdict.mutant.label == "harmless":
            self.harmless += 1
            self.alarms += found
            self.unknown += verdict.status != "ok" and not found
        else:
            self.breaking += 1
            self.found += found
            self.right += found and verdict.right
            self.strict += found and verdict.strictly_right
            if not found:
                self.missed[verdict.why.partition(" (")[0] or "nothing was lost"] += 1

    def lines(self) -> Iterator[str]:
        yield f"{self.breaking} break: {_share(self.found, self.breaking)} found, {_share(self.right, self.found)} of these at the right line ({_share(self.strict, self.found)} strictly)"
        yield f"{self.harmless} harmless: {self.alarms} false alarms, {self.unknown} not followed to the end"
        yield f"{self.other} break for other reasons (names, attributes, time; not counted): {self.other_found} found"
        yield f"{self.seconds:.0f} s user CPU"
        for why, count in self.missed.most_common():
            yield f"  missed {count}: {why}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"


def run(path: str, sources: list[str], *, only: str = "", count: int = 0, seed: int = 0, jobs: int = 1, verbose: bool = False) -> int:
    """Print how shapelint does; 1 where there is a false alarm. ``verbose``: every miss and every wrong line."""
    whole = labelled(path)
    mutants = [mutant for mutant in (sample(whole.mutants, count, seed) if count else whole.mutants) if only in mutant.text()]
    if not count:
        mutants += {(mutant.target, mutant.input): mutant.unedited for mutant in mutants}.values()
    tally = Tally()
    for verdict in verdicts(mutants, folders_of(mutants, whole.versions, sources), jobs):
        tally.add(verdict)
        said = _said(verdict)
        if said.startswith("false") or (said and verbose):
            print(f"{said}: {verdict.mutant.text()}\n    {verdict.status}: {verdict.message or verdict.why}", flush=True)
            if said == "wrong line":
                print(f"    at {sorted(verdict.places)} {sorted(verdict.labels)}, in torch {verdict.mutant.chain[-3:]}")
    families = {mutant.family for mutant in mutants}
    print(f"{len(mutants)} models of {len(families)} families; against {', '.join(f'{name} {version}' for name, version in whole.versions.items())}")
    print(*tally.lines(), sep="\n")
    return 1 if tally.alarms else 0


def _said(verdict: Verdict) -> str:
    found, label = verdict.status == "error", verdict.mutant.label
    if label == "harmless":
        return "false alarm" if found else "not followed" if verdict.status != "ok" else ""
    if label == "breaks":
        return "missed" if not found else "" if verdict.right else "wrong line"
    return ""
