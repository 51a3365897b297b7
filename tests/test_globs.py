"""Patterns of paths in the program's own folders: what the interpreter lists is what Python lists."""

import ast
from pathlib import Path

import pytest

from shapelint.interp.program import Program
from shapelint.interp.values import IteratorObject, ListObject, Unknown, Value
from shapelint.source.text import SourceFile

FILES = ("main.py", "notes.txt", ".hidden.yaml", "cfg/a.yaml", "cfg/v8/a.yaml", "cfg/v8/b.yaml", "cfg/v9/b.yaml", "cfg/.old/a.yaml", "deep/x/y/z.yaml")
PATTERNS = (
    "glob.glob(os.path.join(HERE, '*.py'))", "glob.glob(os.path.join(HERE, '**', 'b.yaml'), recursive=True)",
    "glob.glob(os.path.join(HERE, '**', 'b.yaml'))", "glob.glob(HERE + '/cfg/*/a.yaml')", "glob.glob(HERE + '/**/*.yaml', recursive=True)",
    "glob.glob(HERE + '/**/missing.yaml', recursive=True)", "glob.glob(HERE + '/cfg/v[89]/?.yaml')", "glob.glob(HERE + '/cfg/a.yaml')", "glob.glob(HERE + '/**/v8/*', recursive=True)",
    "[str(p) for p in Path(HERE).rglob('*.yaml')]", "[str(p) for p in Path(HERE).glob('**/a.yaml')]", "[str(p) for p in Path(HERE).glob('*.yaml')]",
    "[str(p) for p in Path(HERE).glob('cfg/*/b.yaml')]", "[str(p) for p in Path(HERE).rglob('z.yaml')]",
)


def stated(folder: Path, text: str) -> Value:
    """What ``result`` is after the program ran in the interpreter."""
    source = SourceFile(str(folder / "main.py"), text, ast.parse(text))
    run = Program([str(folder)]).enter(source)
    return run.scope.table["result"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_finds_what_python_finds(folder: Path, pattern: str) -> None:
    text = f"import glob, os\nfrom pathlib import Path\nHERE = {str(folder)!r}\nresult = {pattern}\n"
    names: dict[str, list[str]] = {}
    exec(text, names)
    found = stated(folder, text)
    assert isinstance(found, ListObject)
    assert sorted(map(str, found.table["items"])) == sorted(names["result"])


def test_a_folder_that_is_a_link_is_not_looked_through(folder: Path) -> None:
    (folder / "again").symlink_to(folder / "cfg")
    found = stated(folder, f"import glob\nresult = glob.glob({str(folder)!r} + '/**/b.yaml', recursive=True)\n")
    assert isinstance(found, ListObject) and isinstance(found.table["items"], Unknown)


def test_a_folder_of_others_is_not_known(folder: Path) -> None:
    found = stated(folder, "from pathlib import Path\nresult = Path('/somewhere/else').rglob('*.yaml')\n")
    assert isinstance(found, IteratorObject) and isinstance(found.table["items"], Unknown)


@pytest.mark.parametrize("line, expected", [("", "[True, False, False]"), ("os.chdir('cfg')\n", None)], ids=["here", "elsewhere"])
def test_a_relative_path_is_looked_for_where_the_environment_is_known(
    folder: Path, monkeypatch: pytest.MonkeyPatch, line: str, expected: str | None,
) -> None:
    monkeypatch.chdir(folder)
    text = f"import os\nfrom pathlib import Path\n{line}result = [os.path.exists('cfg/a.yaml'), os.path.exists('a.yaml'), Path('a.yaml').is_file()]\n"
    source = SourceFile(str(folder / "main.py"), text, ast.parse(text))
    for environment in (None, {}):
        program = Program([str(folder)])
        program.imports.environment = environment
        found = program.enter(source).scope.table["result"].table["items"]
        if environment is None or expected is None:
            assert isinstance(found[1], Unknown) and isinstance(found[2], Unknown)
        else:
            assert str(list(found)) == expected


@pytest.mark.parametrize("make", ["threading.local()", "types.SimpleNamespace(b=1)"])
def test_an_object_that_holds_only_what_it_was_given_lacks_every_other_name(folder: Path, make: str) -> None:
    text = f"import threading, types\nx = {make}\nbefore = [getattr(x, 'a', 5), hasattr(x, 'a')]\nx.a = 7\nresult = [*before, x.a, hasattr(x, 'a')]\n"
    found = stated(folder, text)
    assert isinstance(found, ListObject) and found.table["items"] == (5, False, 7, True)


def test_a_path_of_the_program_without_wildcards_is_there_or_not_where_the_environment_is_known(folder: Path) -> None:
    text = f"import glob\nresult = [len(glob.glob({str(folder)!r} + '/none/x.yaml')), len(glob.glob('/somewhere/else/x.yaml'))]\n"
    source = SourceFile(str(folder / "main.py"), text, ast.parse(text))
    program = Program([str(folder)])
    program.imports.environment = {}
    own, other = program.enter(source).scope.table["result"].table["items"]
    assert own == 0
    assert isinstance(other, Unknown)
