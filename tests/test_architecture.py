"""The order of the rooms, and what may be imported when. Each check is shown to be able to fail."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "shapelint"

# A room imports from rooms above it and from itself.
ROOMS = (
    ("dims",), ("formulas", "shapes"), ("spec",), ("config", "source"), ("diagnostics",), ("ops",), ("interp",), ("rewrite",), ("rules",),
    ("check", "show"), ("report",), ("cli", "cli_show", "lsp", "runtime", "builder", "dev"),
)
ORDER = {name: level for level, names in enumerate(ROOMS) for name in names}
# What is not Python's own, and the rooms that may import it at all.
LIBRARIES = {
    "libcst": {"source", "rewrite"}, "rich": {"report", "cli"}, "pathspec": {"source", "config"}, "tomllib": {"config", "source"}, "tomli": {"config", "source"},
    "torch": {"runtime", "builder"}, "pygls": {"lsp"}, "mypy": set(),
}
# Rooms that no other room may import: front doors.
FRONT_DOORS = set(ROOMS[-1])


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(tree: ast.AST, path: Path) -> Iterator[tuple[str, int]]:
    """Absolute dotted names that a file imports, with the line."""
    package = ["shapelint", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield module, node.lineno
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names if module == "shapelint")


def violations(path: Path, tree: ast.AST) -> list[str]:
    room, found = room_of(path), []
    for name, line in imports(tree, path):
        top, _, rest = name.partition(".")
        target = rest.partition(".")[0]
        if top == "shapelint" and target in ORDER and target != room and room in ORDER:
            same_level = ORDER[target] == ORDER[room] and target not in FRONT_DOORS
            lazily_started = room == "cli" and target in FRONT_DOORS
            if not (ORDER[target] < ORDER[room] or same_level or lazily_started):
                found.append(f"{path.name}:{line}: {room} imports {target}")
        if top in LIBRARIES and room not in LIBRARIES[top]:
            found.append(f"{path.name}:{line}: {room} imports {top}")
    return found


FILES = sorted(PACKAGE.rglob("*.py"))


def test_rooms_import_only_from_rooms_above() -> None:
    found = [item for path in FILES for item in violations(path, ast.parse(path.read_text()))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room, line", [
    ("dims/expr.py", "from ..shapes import numel"), ("ops/conv.py", "from ..interp import Program"), ("interp/calls.py", "import torch"),
    ("rules/groups.py", "from ..check import check_paths"), ("source/text.py", "from ..rules import rules"), ("ops/conv.py", "from shapelint import cli"),
])
def test_the_order_can_fail(room: str, line: str) -> None:
    assert violations(PACKAGE / room, ast.parse(line))


def test_every_room_is_on_the_map() -> None:
    rooms = {room_of(path) for path in FILES} - {"__init__", "__main__", "mypy"}
    assert rooms <= set(ORDER), rooms - set(ORDER)


HEAVY = ("torch", "mypy", "libcst", "rich", "pygments", "pathspec", "numpy", "inspect", "dataclasses", "difflib", "unittest")


def loaded_by(code: str, *args: str) -> set[str]:
    """Which heavy modules a fresh process has loaded after running ``code``."""
    report = f"\nimport sys; print(' '.join(name for name in {HEAVY!r} if name in sys.modules))"
    run = subprocess.run([sys.executable, "-c", code + report, *args], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split())


CLEAN_RUN = """
import sys
from shapelint.cli import main
code = main(sys.argv[1:])
assert code == 0, code
"""


def test_a_clean_run_loads_nothing_heavy(tmp_path: Path) -> None:
    net = tmp_path / "net.py"
    net.write_text("import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten())\nprint(net(torch.randn(1, 3, 8, 8)).shape)\n")
    assert loaded_by(CLEAN_RUN, str(net)) == set()


def test_the_import_check_can_fail() -> None:
    assert loaded_by("import dataclasses, difflib") >= {"dataclasses", "difflib"}
