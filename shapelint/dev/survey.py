"""What real code is made of: Python's constructs and the names of libraries that source trees use, by the share of files that use each, and
which of them shapelint has nothing for. The ranking says what to build next.

Names are read from the syntax: ``itertools.chain`` where ``itertools`` was imported, ``.split()`` as a method of whatever it is called on.
"""

import ast
import builtins
from collections import Counter
from collections.abc import Iterator, Sequence

from ..interp.library import load
from ..interp.natives import METHODS, NAMED_CONSTANTS, NATIVES
from ..interp.operators import is_known
from ..source.files import discover, read_found
from ..source.text import SourceFile

KINDS = ("builtin", "function", "method", "decorator", "dunder", "node")
_LIBRARIES = ("torch", "numpy", "math", "re", "itertools", "functools", "collections", "operator", "copy", "json", "os", "pathlib", "random",
              "warnings", "logging", "typing", "string", "inspect", "contextlib", "einops", "enum", "dataclasses", "abc", "time", "datetime", "types", "sys")


class Survey:
    """Uses by (kind, name): ``sites`` counts each, ``files`` each once a file."""

    def __init__(self) -> None:
        self.sites: Counter[tuple[str, str]] = Counter()
        self.files: Counter[tuple[str, str]] = Counter()
        self.read = 0
        self.own: set[str] = set()  # methods and attributes that the code itself makes

    def add(self, source: SourceFile) -> None:
        found = Counter(_uses(source.tree))
        self.sites.update(found)
        self.files.update(found.keys())
        self.own.update(_made(source.tree))
        self.read += 1


def _uses(tree: ast.Module) -> Iterator[tuple[str, str]]:
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.expr)):
            yield "node", type(node).__name__
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for decorator in node.decorator_list:
                yield "decorator", _dotted(decorator.func if isinstance(decorator, ast.Call) else decorator, names) or "an expression"
            if node.name.startswith("__") and node.name.endswith("__"):
                yield "dunder", node.name
        elif isinstance(node, ast.Call):
            yield from _call(node.func, names)


def _made(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def _call(function: ast.expr, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    dotted = _dotted(function, names)
    if dotted and dotted.partition(".")[0] in _LIBRARIES:
        yield "function", dotted
    elif isinstance(function, ast.Name) and function.id not in names and hasattr(builtins, function.id):
        yield "builtin", function.id
    elif isinstance(function, ast.Attribute):
        yield "method", function.attr


def _imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name means."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update({alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0] for alias in node.names})
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return found


def _dotted(node: ast.expr, names: dict[str, str]) -> str:
    """The full name of ``torch.nn.Linear`` or what was imported from there; empty for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])


def supported(kind: str, name: str) -> bool | None:
    """Whether there is something for it. None where that cannot be told by the name alone."""
    if kind == "builtin":
        return name == "super" or f"builtins.{name}" in NATIVES or f"builtins.{name}" in NAMED_CONSTANTS
    if kind == "function":
        return name in NAMED_CONSTANTS or is_known(name)
    if kind == "method":
        return name in _methods() or is_known(f"torch.Tensor.{name}")
    return None


def _methods() -> set[str]:
    return {name for _, name in METHODS}


def run(sources: Sequence[str], rows: int, unsupported_only: bool) -> int:
    """Print the survey of some folders, most frequent first; what has no support is marked."""
    load()
    survey = Survey()
    for found in discover(sources):
        source = read_found(found)
        if isinstance(source, SourceFile):
            survey.add(source)
    print(f"{survey.read} files")
    for kind in KINDS:
        ranked = [(files, survey.sites[kind, name], name) for (of, name), files in survey.files.items() if of == kind]
        if kind == "method":
            ranked = [row for row in ranked if row[2] not in survey.own]
        if unsupported_only:
            ranked = [row for row in ranked if supported(kind, row[2]) is False]
        ranked.sort(key=lambda row: (-row[0], -row[1], row[2]))
        if ranked:
            print(f"\n{kind}s, {len(ranked)} kinds:")
        for files, sites, name in ranked[:rows]:
            mark = "-" if supported(kind, name) is False else " "
            print(f"{mark} {100 * files / max(survey.read, 1):5.1f} % of files  {sites:6}  {name}")
    return 0
