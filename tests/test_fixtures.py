"""shapelint on every fixture: the diagnostics are those that the markers ask for, and each marked shape is stated.

The same markers are held against torch elsewhere, so a fixture says what is true and not what shapelint does.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shapelint.check import check_paths
from shapelint.config import load_config
from shapelint.interp import Program
from shapelint.interp.values import ListObject, Tensor
from shapelint.rules import rules
from shapelint.source.files import read_source
from shapelint.source.text import SourceFile

from .markers import Found, Place, compare, fits, read_markers, source_files

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROJECTS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


@cache
def cell_positions(path: str) -> tuple[tuple[int, int], ...]:
    """(number among all cells, first line) of each code cell."""
    source = read_source(path)
    assert isinstance(source, SourceFile)
    return tuple((cell.position + 1, cell.line) for cell in source.cells)


def place(path: str, line: int, root: Path) -> Place:
    name = Path(path).relative_to(root).as_posix()
    cells = [(number, first) for number, first in cell_positions(path) if first <= line] if path.endswith(".ipynb") else []
    return Place(name, line - cells[-1][1] + 1, cells[-1][0]) if cells else Place(name, line)


@pytest.mark.parametrize("project", PROJECTS)
def test_diagnostics_are_those_of_the_markers(project: str) -> None:
    root = FIXTURES / project
    files = source_files(root)
    expected = [marker for path in files for marker in read_markers(path, root).errors]
    result = check_paths([str(root)], load_config([str(root)], default_off=frozenset(rule.code for rule in rules() if not rule.default)))
    found = [Found(place(item.span.file, item.span.line, root), item.code, item.span.column, item.message) for item in result.diagnostics]
    assert not compare(expected, found), "\n".join(compare(expected, found))


def flat(value: Any) -> Iterator[Any]:
    """As the markers count: tensors, through tuples and lists; anything else is one value without a shape."""
    items = value.table["items"] if isinstance(value, ListObject) else value
    if isinstance(value, Tensor):
        yield value.shape
    elif isinstance(items, tuple):
        for item in items:
            yield from flat(item)
    else:
        yield None


def statements(root: Path) -> tuple[dict[tuple[str, int], list[Any]], dict[tuple[str, int], range]]:
    """The shapes stated for each statement (by file and first line), and the lines it takes.

    What the program's own calls give comes first; what is only assumed counts where nothing else is stated.
    """
    sources = [source for path in source_files(root) if isinstance(source := read_source(str(path)), SourceFile)]
    program = Program([str(root), str(root / "src")])
    program.offer(sources)
    machines = []
    for source in sources:
        program.begin(source)
        assert program.machine is not None
        machines.append(program.machine)
    called = [entry for machine in machines for entry in machine.sizes]
    for source in sources:
        program.finish(source)
    explored = [entry for machine in machines for entry in machine.sizes if entry not in called]
    stated: dict[tuple[str, int], list[Any]] = {}
    lines: dict[tuple[str, int], range] = {}
    for entries in (called, explored):
        known = set(stated)
        for at, _, value in entries:
            key = (str(Path(at.file.path).resolve()), at.node.lineno)
            if key not in known:
                last = at.node.iter.end_lineno if hasattr(at.node, "iter") else at.node.end_lineno
                lines[key] = range(at.node.lineno, last + 1)
                stated.setdefault(key, []).append(tuple(flat(value)))
    return stated, lines


@pytest.mark.parametrize("project", PROJECTS)
def test_every_marked_shape_is_stated(project: str) -> None:
    root = FIXTURES / project
    complaints = []
    stated, lines = statements(root)
    for path in source_files(root):
        for marker in read_markers(path, root).shapes:
            found = [
                shapes for (file, first), values in stated.items() for shapes in values
                if file == str(path.resolve()) and any(place(str(path), line, root) == marker.place for line in lines[file, first])
            ]
            fitting = {i for i, option in enumerate(marker.alternatives) for shapes in found if _fit(option, shapes)}
            if project.startswith("broken"):  # what follows an error is lost, and torch does not get there
                found = [shapes for shapes in found if known(shapes)] or found
            wrong = [shapes for shapes in found if not any(_fit(option, shapes) for option in marker.alternatives)]
            if wrong or len(fitting) < len(marker.alternatives):
                complaints.append(f"{marker.place}: marked {marker.alternatives}, stated {found or 'nothing'}")
    assert not complaints, "\n".join(complaints)


def known(shapes: Any) -> bool:
    return all(shape is not None and not any(getattr(size, "unread", False) for size in shape) for shape in shapes)


def _fit(option: Any, shapes: Any) -> bool:
    if len(option) != len(shapes):
        return False
    return all(shape is None or (actual is not None and fits(shape, actual)) for shape, actual in zip(option, shapes, strict=True))
