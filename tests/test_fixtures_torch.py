"""Every fixture in torch: its shape markers are what torch produces, clean programs run, broken ones raise where they say.

A fixture is a folder; the Python files and notebooks directly inside it are its programs, each run as ``__main__`` with the folder and its
``src`` on the path. Marked statements are rewritten (in the syntax tree, so that line numbers stay) to record the shapes of their values.
After a program has run, its ``# torch:`` expressions are evaluated, each as one more run.
"""

import ast
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from .markers import Cell, Markers, Place, Shape, fits, read_cells, read_markers, source_files
from .offline_data import black_pictures

torch = pytest.importorskip("torch")

FIXTURES = Path(__file__).parent.parent / "fixtures"
FOLDERS = sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path.name.startswith(("clean_", "broken_")))
RECORD = "__record_shape__"
Simple = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Expr)


@dataclass
class Run:
    """One exception-free or failed run of a program or of one expression; ``place`` is the deepest line of the fixture."""

    what: str
    error: BaseException | None = None
    place: Place | None = None


@dataclass
class Trace:
    """What happened while a fixture ran: the shapes of marked statements, in order, and how each run ended."""

    folder: Path
    markers: dict[str, Markers]
    shapes: dict[Place, list[tuple[Any, ...]]] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def record(self, place: Place, value: Any) -> Any:
        self.shapes.setdefault(place, []).append(tuple(flat_shapes(value)))
        return value


def flat_shapes(value: Any) -> Iterator[Any]:
    """The shapes of tensors in a value, through tuples, lists and packed outputs; other values as their type's name."""
    if isinstance(value, torch.Tensor):
        yield tuple(value.shape)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from flat_shapes(part)
    else:
        yield type(value).__name__


class Recorder(ast.NodeTransformer):
    """Wraps the value of each marked statement; ``unmet`` keeps the marked lines that hold no such statement."""

    def __init__(self, lines: Sequence[int], place: Place) -> None:
        self.unmet, self.place = set(lines), place

    def visit(self, node: ast.AST) -> Any:
        node = self.generic_visit(node)
        if isinstance(node, Simple):
            line = self._claim(range(node.lineno, (node.end_lineno or node.lineno) + 1))
            return node if line is None else self._recorded(node, line)
        if isinstance(node, ast.For):
            line = self._claim(range(node.lineno, node.body[0].lineno))
            if line is not None:
                node.body.insert(0, self._statement(self._call(line, loaded(node.target)), node))
        return node

    def _claim(self, lines: range) -> int | None:
        line = next((line for line in lines if line in self.unmet), None)
        self.unmet.discard(line or 0)
        return line

    def _recorded(self, node: Any, line: int) -> Any:
        if isinstance(node, ast.AugAssign):
            return [node, self._statement(self._call(line, loaded(node.target)), node)]
        node.value = self._call(line, node.value)
        return node

    def _call(self, line: int, value: ast.expr) -> ast.expr:
        place = ast.parse(repr((self.place.file, line, self.place.cell)), mode="eval").body
        return ast.fix_missing_locations(ast.copy_location(ast.Call(ast.Name(RECORD, ast.Load()), [place, value], []), value))

    def _statement(self, value: ast.expr, like: ast.stmt) -> ast.stmt:
        return ast.copy_location(ast.Expr(value), like)


def loaded(target: ast.expr) -> ast.expr:
    """A target of an assignment as an expression to read."""
    return ast.parse(ast.unparse(target), mode="eval").body


def compiled(trace: Trace, name: str, cell: Cell) -> types.CodeType:
    """A file or cell with its marked statements recorded. The code's file name carries the cell."""
    place = Place(name, 0, cell.number)
    lines = [marker.place.line for marker in trace.markers[name].shapes if marker.place.cell == cell.number]
    recorder = Recorder(lines, place)
    tree = ast.fix_missing_locations(recorder.visit(ast.parse(cell.text)))
    assert not recorder.unmet, f"{name}, cell {cell.number}: no assignment, return, expression or loop at marked lines {sorted(recorder.unmet)}"
    return compile(tree, code_name(trace.folder / name, cell.number), "exec")


def code_name(path: Path, cell: int) -> str:
    return f"{path}#{cell}" if cell else str(path)


class Loader(importlib.machinery.SourceFileLoader):
    """Imports a fixture's own module with its marked statements recorded."""

    trace: Trace

    def get_code(self, fullname: str) -> types.CodeType:
        path = Path(self.path)
        return compiled(self.trace, path.relative_to(self.trace.folder).as_posix(), read_cells(path)[0])

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__[RECORD] = recorder(self.trace)
        super().exec_module(module)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that lie in the fixture's folder before anything else does."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None) -> Any:
        roots = list(path) if path is not None else [str(self.trace.folder), str(self.trace.folder / "src")]
        spec = importlib.machinery.PathFinder.find_spec(fullname, roots)
        origin = Path(spec.origin) if spec is not None and spec.origin else None
        if spec is None or origin is None or not origin.is_relative_to(self.trace.folder):
            return None
        loader = Loader(fullname, str(origin))
        loader.trace = self.trace
        return importlib.util.spec_from_file_location(fullname, origin, loader=loader, submodule_search_locations=spec.submodule_search_locations)


def recorder(trace: Trace) -> Any:
    return lambda place, value: trace.record(Place(*place), value)


@contextlib.contextmanager
def at_home(trace: Trace) -> Iterator[types.ModuleType]:
    """A fresh ``__main__`` in the fixture's folder; afterwards the modules, the path and the folder are as before."""
    modules, path, arguments, home = set(sys.modules), list(sys.path), sys.argv, Path.cwd()
    main, finder = types.ModuleType("__main__"), Finder(trace)
    main.__dict__[RECORD] = recorder(trace)
    before = sys.modules["__main__"]
    sys.modules["__main__"] = main
    sys.meta_path.insert(0, finder)
    sys.path[:0] = [str(trace.folder), str(trace.folder / "src")]
    sys.argv = ["program"]
    os.chdir(trace.folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield main
    finally:
        os.chdir(home)
        sys.modules["__main__"], sys.path[:], sys.argv = before, path, arguments
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", None)).startswith(str(trace.folder)):
                del sys.modules[name]


def execute(trace: Trace, what: str, code: types.CodeType, namespace: dict[str, Any]) -> bool:
    """Run a piece of code, note how it ended, and say whether it came through."""
    torch.manual_seed(0)
    run = Run(what)
    trace.runs.append(run)
    try:
        exec(code, namespace)
    except (Exception, SystemExit) as error:
        run.error, run.place = error, deepest(trace.folder, error)
    return run.error is None


def deepest(folder: Path, error: BaseException) -> Place | None:
    """The innermost line of the fixture in a traceback."""
    found = None
    step = error.__traceback__
    while step is not None:
        path, _, cell = step.tb_frame.f_code.co_filename.partition("#")
        if Path(path).is_relative_to(folder):
            found = Place(Path(path).relative_to(folder).as_posix(), step.tb_lineno, int(cell or 0))
        step = step.tb_next
    return found


def run_fixture(folder: Path) -> Trace:
    """Run every program of a fixture, and then the expressions that its files ask for."""
    trace = Trace(folder, {path.relative_to(folder).as_posix(): read_markers(path, folder) for path in source_files(folder)})
    for path in (path for path in source_files(folder) if path.parent == folder):
        with at_home(trace) as main:
            main.__file__ = str(path)
            if not all(execute(trace, path.name, compiled(trace, path.name, cell), main.__dict__) for cell in read_cells(path)):
                continue
            for marker in trace.markers[path.name].torch:
                tree = ast.increment_lineno(ast.parse(marker.text, mode="eval"), marker.place.line - 1)
                code = compile(tree, code_name(path, marker.place.cell), "eval")
                execute(trace, f"{marker.place}: {marker.text}", code, main.__dict__)
    return trace


def shape_complaints(trace: Trace) -> list[str]:
    """Markers that say something else than torch did, or that were never reached."""
    complaints: list[str] = []
    for marker in (marker for markers in trace.markers.values() for marker in markers.shapes):
        seen = trace.shapes.get(marker.place, [])
        for shapes in dict.fromkeys(seen):
            if not any(all_fit(option, shapes) for option in marker.alternatives):
                complaints.append(f"{marker.place}: torch gives {shapes}, marked {marker.alternatives}")
        for option in marker.alternatives:
            if not any(all_fit(option, shapes) for shapes in seen):
                complaints.append(f"{marker.place}: {option} never occurs")
    return complaints


def all_fit(option: Sequence[Shape | None], shapes: Sequence[Any]) -> bool:
    return len(option) == len(shapes) and all(
        shape is None or (isinstance(got, tuple) and fits(shape, got)) for shape, got in zip(option, shapes, strict=True)
    )


def raise_complaints(trace: Trace) -> list[str]:
    """Runs that raise at an unmarked line or with another type, and marked lines that no run raises at."""
    marked = {marker.place: marker for markers in trace.markers.values() for marker in markers.raises}
    complaints: list[str] = []
    for run in trace.runs:
        if run.error is None:
            continue
        kind = type(run.error).__name__
        marker = marked.get(run.place) if run.place else None
        if marker is None or marker.type not in (None, kind):
            complaints.append(f"{run.what}: torch raises at {run.place}: {kind}: {run.error}")
    reached = {run.place for run in trace.runs}
    return complaints + [f"{place}: nothing raises here" for place in marked if place not in reached]


def expected_codes(trace: Trace) -> list[str]:
    return [marker.code for markers in trace.markers.values() for marker in markers.errors]


def needs_torchvision(folder: Path) -> bool:
    return any("torchvision" in path.read_text("utf-8") for path in source_files(folder))


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def trace(request: pytest.FixtureRequest) -> Trace:
    if not needs_torchvision(request.param):
        return run_fixture(request.param)
    pytest.importorskip("torchvision")
    with black_pictures():
        return run_fixture(request.param)


def test_shapes_and_raises_are_what_torch_does(trace: Trace) -> None:
    assert shape_complaints(trace) + raise_complaints(trace) == []


def test_a_fixture_is_what_its_name_says(trace: Trace) -> None:
    codes = expected_codes(trace)
    raises = [marker for markers in trace.markers.values() for marker in markers.raises]
    assert trace.runs, "no program directly in the folder"
    if trace.folder.name.startswith("clean_"):
        assert not codes and not raises
        assert any(markers.shapes for markers in trace.markers.values()), "a clean fixture states shapes"
    else:
        assert codes
        assert bool(raises) == any(code.startswith("SHP1") for code in codes)


def test_marked_columns_are_where_an_expression_starts(trace: Trace) -> None:
    for name, markers in trace.markers.items():
        for cell in read_cells(trace.folder / name):
            nodes = [node for node in ast.walk(ast.parse(cell.text)) if isinstance(node, ast.expr)]
            # A byte offset is a character offset here: no fixture has other characters before a marked column.
            starts = {(node.lineno, node.col_offset + 1) for node in nodes}
            for marker in markers.errors:
                if marker.place.cell == cell.number and marker.column is not None and not marker.code.startswith("SHP3"):
                    assert (marker.place.line, marker.column) in starts, f"{marker.place}: nothing starts at column {marker.column}"


def planted(folder: Path, text: str, name: str = "net.py") -> list[str]:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    found = run_fixture(folder)
    return shape_complaints(found) + raise_complaints(found)


@pytest.mark.parametrize(("text", "complaint"), [
    ("x = torch.ones(2, 3)  # shape: 2 3", ""),
    ("x = torch.ones(2, 3)  # shape: 2 4", "torch gives ((2, 3),)"),
    ("for n in (1, 2):\n    x = torch.ones(n)  # shape: 1 | 2", ""),
    ("for n in (1, 2):\n    x = torch.ones(n)  # shape: 1", "torch gives ((2,),)"),
    ("for n in (1, 2):\n    x = torch.ones(n)  # shape: 1 | 2 | 3", "never occurs"),
    ("def f():\n    return torch.ones(2)  # shape: 2", "never occurs"),
    ("x = (torch.ones(2), [torch.ones(())])  # shape: 2, ()", ""),
    ("x = 5  # shape: ()", "torch gives ('int',)"),
    ("for x, n in [(torch.ones(2), 1)]:  # shape: 2, _\n    pass", ""),
    ("x = torch.ones(2)\nx = x[None]; x += 1  # shape: 1 2", ""),
    ("x = torch.ones(2) @ torch.ones(3)  # raises", ""),
    ("x = torch.ones(2) @ torch.ones(3)  # raises ValueError", "RuntimeError"),
    ("x = torch.ones(2) @ torch.ones(3)", "torch raises at net.py:2"),
    ("x = torch.ones(2)  # raises", "nothing raises here"),
    ("def f():\n    return torch.ones(2, 3).view(5)  # raises\n# torch: f()", ""),
    ("# torch: torch.ones(2)[3]", "torch raises at net.py:2: IndexError"),
])
def test_the_harness_sees_what_torch_does(tmp_path: Path, text: str, complaint: str) -> None:
    complaints = planted(tmp_path / "clean_x", f"import torch\n{text}\n")
    assert bool(complaints) == bool(complaint)
    assert not complaint or any(complaint in found for found in complaints)


def test_modules_of_a_fixture_are_recorded_too_and_forgotten_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "clean_package"
    (folder / "src" / "parts").mkdir(parents=True)
    (folder / "src" / "parts" / "__init__.py").write_text("from .net import net\n", "utf-8")
    (folder / "src" / "parts" / "net.py").write_text("import torch\ndef net():\n    return torch.ones(2)  # shape: 3\n", "utf-8")
    complaints = planted(folder, "from parts import net\nx = net()  # shape: 2\n")
    assert complaints and all("src/parts/net.py:3" in found for found in complaints)
    assert "parts" not in sys.modules
