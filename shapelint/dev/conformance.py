"""What shapelint states of published models, held against what torch computed: every call of a leaf module in order, with its path, class and shapes.

The answers of torch are recorded in ``tests/data/zoo`` (see ``tests/zoo_oracle.py``); only the source of the packages is read here.
"""

import json
import lzma
import os
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .corpus import sources_of

if TYPE_CHECKING:
    from ..show.summary import ModelSummary

DATA = os.path.join(os.path.dirname(__file__), *[os.pardir] * 2, "tests", "data", "zoo")
CACHE = os.path.join(tempfile.gettempdir(), "shapelint-corpus")

Shapes = list[list[Any]]


class Call(NamedTuple):
    """One call of a leaf module."""

    path: str
    op: str
    inputs: Shapes
    outputs: Shapes


class Expected(NamedTuple):
    """What torch does with one model."""

    target: str
    spec: str
    calls: list[Call]


class Zoo(NamedTuple):
    """The models of one package in one version."""

    name: str
    versions: dict[str, str]
    models: list[Expected]


def zoo_named(name: str, folder: str = DATA) -> Zoo:
    """The recorded answers for one package."""
    with lzma.open(os.path.join(folder, f"{name}.json.xz")) as file:
        whole = json.load(file)
    texts, shapes = whole["texts"], whole["shapes"]
    models = []
    for target, found in whole["models"].items():
        if "columns" in found:  # torch takes the model
            calls = [Call(texts[path], texts[op], shapes[inputs], shapes[outputs]) for path, op, inputs, outputs in zip(*found["columns"], strict=True)]
            models.append(Expected(target, found["input"], calls))
    return Zoo(name, whole["versions"], models)


def zoos(folder: str = DATA) -> list[str]:
    """The packages of which answers are recorded."""
    return sorted(name.removesuffix(".json.xz") for name in os.listdir(folder) if name.endswith(".json.xz"))


class Verdict(NamedTuple):
    """How one model compares. ``wrong`` are stated shapes that torch contradicts, ``missing`` the calls that are not stated in full."""

    target: str
    status: str
    calls: int
    exact: int
    wrong: list[str]
    missing: list[str]
    why: list[str]
    seconds: float

    @property
    def is_exact(self) -> bool:
        return self.status == "ok" and self.exact == self.calls and not self.wrong and not self.missing


def compared(expected: Expected, summary: "ModelSummary", seconds: float) -> Verdict:
    """Every call of torch's beside the stated one of the same number of the same module; the order is compared as well.

    Of a model that is not known in full, calls that are marked as not certain state nothing.
    """
    stated = [Call(row.path, row.op, _shapes(summary, row.inputs), _shapes(summary, row.outputs)) for row in summary.rows if row.leaf and (row.certain or summary.status != "unknown")]
    exact = sum(one == other for one, other in zip(stated, expected.calls, strict=False)) if len(stated) == len(expected.calls) else 0
    wrong, missing = [], []
    theirs, ours = _numbered(expected.calls), _numbered(stated)
    for key, call in theirs.items():
        found = ours.get(key)
        if found is None:
            missing.append(f"{call.op} {call.path}: not stated")
        elif _contradicts(found.inputs, call.inputs) or _contradicts(found.outputs, call.outputs):
            wrong.append(f"{call.op} {call.path}: {found.inputs} -> {found.outputs}, in torch {call.inputs} -> {call.outputs}")
        elif found != call:
            missing.append(f"{call.op} {call.path}: {found.op} {found.inputs} -> {found.outputs}, in torch {call.inputs} -> {call.outputs}")
    wrong += [f"{call.op} {call.path}: torch does not call it" for key, call in ours.items() if key not in theirs]
    if summary.status == "error":
        wrong += [f"an error where torch has none: {found.message}" for found in summary.diagnostics]
    if not wrong and not missing and exact != len(expected.calls):
        wrong.append("the calls come in another order")
    why = [f"{lost.reason}: {lost.what} ({os.path.basename(lost.file)}:{lost.line})" for lost in summary.lost]
    return Verdict(expected.target, summary.status, len(expected.calls), exact, wrong, missing, why, seconds)


def _shapes(summary: "ModelSummary", tensors: Sequence[Any]) -> Shapes:
    return [summary.shape(tensor) for tensor in tensors]


def _numbered(calls: Sequence[Call]) -> dict[tuple[str, int], Call]:
    made: dict[tuple[str, int], Call] = {}
    seen: dict[str, int] = {}
    for call in calls:
        seen[call.path] = seen.get(call.path, 0) + 1
        made[call.path, seen[call.path]] = call
    return made


def _contradicts(stated: Shapes, true: Shapes) -> bool:
    """Whether a shape that is stated is not torch's. What is not known contradicts nothing."""
    if len(stated) != len(true):
        return not any("..." in shape for shape in stated)
    return any(_differs(one, other) for one, other in zip(stated, true, strict=True))


def _differs(stated: list[Any], true: list[Any]) -> bool:
    if "..." in stated:
        tail = stated[stated.index("...") + 1 :]
        return len(tail) > len(true) or any(isinstance(size, int) and size != other for size, other in zip(reversed(tail), reversed(true), strict=False))
    return len(stated) != len(true) or any(isinstance(size, int) and size != other for size, other in zip(stated, true, strict=True))


def verdicts(zoo: Zoo, sources: Sequence[str], models: Sequence[Expected]) -> Iterator[Verdict]:
    """What shapelint says of each of the ``models``, whose package, and what it needs, lie in ``sources``."""
    from ..config import Config
    from ..show.models import ShowOptions, Wanted, show_targets

    summaries = show_targets([Wanted(model.target, model.spec, zoo.name) for model in models], Config(), ShowOptions(roots=sources))
    start = time.process_time()
    for model, summary in zip(models, summaries, strict=True):
        yield compared(model, summary, time.process_time() - start)
        start = time.process_time()


def sample(zoo: Zoo, count: int, seed: int) -> list[Expected]:
    """Some of the models, always the same ones for a seed."""
    return sorted(random.Random(seed).sample(zoo.models, min(count, len(zoo.models))))


# --- the report -----------------------------------------------------------------------------------------------------


def run(names: Sequence[str], sources: list[str], *, only: str = "", count: int = 0, seed: int = 0, verbose: bool = False) -> int:
    """Print how the models compare, the ones that differ first. 1 where a stated shape is wrong."""
    failed = 0
    for name in names or zoos():
        zoo = zoo_named(name)
        models = [model for model in (sample(zoo, count, seed) if count else zoo.models) if only in model.target]
        found = []
        for verdict in verdicts(zoo, sources_of(zoo.versions, sources, CACHE), models):
            found.append(verdict)
            if not verdict.is_exact:
                print(_line(verdict, 100 if verbose else 3), flush=True)
        print(_total(zoo, found))
        failed += sum(bool(verdict.wrong) for verdict in found)
    return 1 if failed else 0


def _line(verdict: Verdict, most: int) -> str:
    lines = [f"{verdict.target}: {verdict.status}, {verdict.exact} of {verdict.calls} calls, {len(verdict.wrong)} wrong, {verdict.seconds:.1f} s"]
    for title, notes in (("wrong", verdict.wrong), ("lost", verdict.why), ("missing", verdict.missing)):
        lines += [f"    {title}: {note}" for note in notes[:most]]
    return "\n".join(lines)


def _total(zoo: Zoo, found: Sequence[Verdict]) -> str:
    exact, wrong = sum(verdict.is_exact for verdict in found), sum(len(verdict.wrong) for verdict in found)
    calls = sum(verdict.calls for verdict in found)
    versions = ", ".join(f"{name} {version}" for name, version in _ordered(zoo.versions))
    share = 100 * exact / max(1, len(found))
    return (f"{zoo.name}: {exact} of {len(found)} models exact to the last call ({share:.1f} %), {calls} calls, {wrong} stated shapes wrong; "
            f"{sum(verdict.seconds for verdict in found):.0f} s user CPU; against {versions}")


def _ordered(versions: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(versions.items(), key=lambda item: item[0] == "torch")
