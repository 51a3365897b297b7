"""Which files are found, in which order, and what is said when one cannot be read."""

import io
import os
import sys
from pathlib import Path

import pytest

from shapelint.config import Config
from shapelint.source import Problem, SourceFile
from shapelint.source.files import Found, InputError, discover, parse_bytes, parse_text, read_found, read_source


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(*names: str, text: str = "") -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(*paths: str, config: Config | None = None) -> list[str]:
    return [found.path for found in discover(paths, config)]


def test_a_directory_gives_its_python_files_and_notebooks_in_order_of_name(here: Path) -> None:
    make("src/b.py", "src/a/z.py", "src/a.py", "src/n.ipynb", "src/readme.md", "src/stub.pyi", "src/c/d/e.py")
    assert names("src") == ["src/a/z.py", "src/a.py", "src/b.py", "src/c/d/e.py", "src/n.ipynb"]


def test_the_current_directory_is_not_shown(here: Path) -> None:
    make("a.py", "b/c.py")
    assert names(".") == names("./") == ["a.py", "b/c.py"]


def test_a_named_file_is_read_whatever_its_name_is(here: Path) -> None:
    make("train", "build/gen.py", ".gitignore", text="train\n")
    assert list(discover(["train", "build/gen.py"])) == [Found("train"), Found("build/gen.py")]


def test_no_file_comes_twice(here: Path) -> None:
    make("src/a.py", "src/b.py")
    assert names("src/b.py", "src", "./src", str(here / "src" / "a.py")) == ["src/b.py", "src/a.py"]


@pytest.mark.parametrize("directory", [
    ".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".tox", ".ipynb_checkpoints", "x/site-packages",
])
def test_usual_directories_are_not_entered_unless_named(here: Path, directory: str) -> None:
    make(f"{directory}/a.py", "kept.py")
    assert names(".") == ["kept.py"]
    assert names(directory) == [f"{directory}/a.py"]


def test_a_virtual_environment_is_known_by_its_marker(here: Path) -> None:
    make("env/pyvenv.cfg", "env/lib/a.py", "environments/env/cartpole.py")
    assert names(".") == ["environments/env/cartpole.py"]


def test_links_to_directories_are_not_followed_and_links_to_files_count_once(here: Path) -> None:
    make("src/a.py")
    os.symlink(here / "src", here / "src" / "loop")
    os.symlink(here / "src" / "a.py", here / "src" / "again.py")
    os.symlink("self.py", here / "src" / "self.py")
    os.symlink("nowhere.py", here / "src" / "broken.py")
    assert names("src") == ["src/a.py"]
    os.symlink(here / "src", here / "link")
    assert names("link") == ["link/a.py"]


def test_a_missing_path_is_one_clear_line_before_anything_is_read(here: Path) -> None:
    make("a.py")
    with pytest.raises(InputError, match=r"^nosuch\.py: no such file or directory$"):
        next(discover(["a.py", "nosuch.py"]))


def test_a_quoted_glob_pattern(here: Path) -> None:
    make("src/a.py", "src/b/c.py", "src/b/notes.txt", "src/build/d.py")
    assert names("src/**/*.py") == ["src/a.py", "src/b/c.py"]
    assert names("src/*/c*") == ["src/b/c.py"]
    assert names("src/build/*.py") == ["src/build/d.py"]
    assert names("sr?") == ["src/a.py", "src/b/c.py"]
    assert names("src/**") == ["src/a.py", "src/b/c.py"]


def test_a_pattern_without_a_match(here: Path) -> None:
    with pytest.raises(InputError, match=r"^lib/\*\.py: no Python file or notebook matches this pattern$"):
        names("lib/*.py")


def test_a_file_whose_name_looks_like_a_pattern(here: Path) -> None:
    make("a[1].py", "a1.py")
    assert names("a[1].py") == ["a[1].py"]


def test_gitignore_files_are_respected_and_nested_ones_decide(here: Path) -> None:
    make("a.py", "gen/x.py", "sub/gen_a.py", "sub/gen_b.py", "sub/deep/c.py", "sub/deep/d.py")
    Path(".gitignore").write_text("/gen/\ngen_*.py\n# comment\n\n!\n")
    Path("sub/.gitignore").write_text("!gen_b.py\ndeep/d.py\n")
    assert names(".") == ["a.py", "sub/deep/c.py", "sub/gen_b.py"]


def test_the_repository_above_a_directory_is_asked(here: Path) -> None:
    make(".git/HEAD", "src/a.py", "src/generated/b.py", "out/c.py")
    Path(".gitignore").write_text("generated/\nout/\n")
    assert names("src") == ["src/a.py"]
    assert names("out") == ["out/c.py"]


def test_a_gitignore_above_without_a_repository_is_not_asked(here: Path) -> None:
    make("src/a.py")
    Path(".gitignore").write_text("a.py\n")
    assert names("src") == ["src/a.py"]


def test_pathspec_is_imported_for_a_gitignore_only(here: Path) -> None:
    import subprocess

    make("src/a.py", "src/b/c.py")
    code = "import sys; from shapelint.source.files import discover; list(discover(['src'])); print('pathspec' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}

    def imported() -> str:
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout.strip()

    assert imported() == "False"
    Path("src/.gitignore").write_text("b/\n")
    assert imported() == "True"


def test_exclude_and_include_of_the_configuration(here: Path) -> None:
    make("src/a.py", "src/old/b.py", "src/b_test.py", "src/run.pyw", "lib/old/c.py")
    config = Config({"exclude": ("src/old", "*_test.py"), "include": ("*.py", "*.pyw")}, root=str(here))
    assert names(".", config=config) == ["lib/old/c.py", "src/a.py", "src/run.pyw"]
    assert names("src/b_test.py", config=config) == ["src/b_test.py"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(discover(["-"], stdin_filename="src/net.py"))
    assert found == [Found("src/net.py", stdin=True)]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n")))
    source = read_found(found[0])
    assert isinstance(source, SourceFile) and (source.path, source.text) == ("src/net.py", "x = 1\n")
    assert [one.path for one in discover(["-", "-"])] == ["<stdin>"]


# Reading


def refused(source: SourceFile | Problem) -> Problem:
    assert isinstance(source, Problem), source
    return source


def accepted(source: SourceFile | Problem) -> SourceFile:
    assert isinstance(source, SourceFile), source
    return source


def test_a_file_that_is_gone_a_directory_and_a_bad_name(here: Path) -> None:
    gone = refused(read_source("gone.py"))
    assert (gone.kind, gone.message, gone.span) == ("unreadable", "cannot be read: no such file or directory", ("gone.py", 1, 1, 1, 1))
    assert refused(read_source(str(here))).message == "cannot be read: is a directory"
    assert refused(read_source("a\0b.py")).message == "cannot be read: embedded null byte"


def test_a_file_and_a_directory_without_permission(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("a.py", "d/b.py")

    def deny(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("os.open", deny)
        assert refused(read_source("a.py")).message == "cannot be read: permission denied"
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: deny() if str(path).endswith("d") else real(path))
    problems = [read_found(found) for found in discover(["."])]
    assert [(problem.kind, problem.message, problem.span.file) for problem in problems if isinstance(problem, Problem)] == [
        ("unreadable", "cannot be listed: permission denied", "d")]


@pytest.mark.parametrize(("data", "text", "encoding"), [
    (b"x = 1\r\ny = 2\r\n", "x = 1\r\ny = 2\r\n", "utf-8"),
    ("é = 1\n".encode(), "é = 1\n", "utf-8"),
    (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8-sig"),
    ("# -*- coding: latin-1 -*-\né = 1\n".encode("latin-1"), "# -*- coding: latin-1 -*-\né = 1\n", "latin-1"),
    ("#!/bin/python\n# vim: fileencoding=cp1251 :\nя = 1\n".encode("cp1251"), "#!/bin/python\n# vim: fileencoding=cp1251 :\nя = 1\n", "cp1251"),
    (b"x = 1\n# coding: cp1251\n", "x = 1\n# coding: cp1251\n", "utf-8"),
    (b"# coding: utf-8-sig\n", "# coding: utf-8-sig\n", "utf-8"),
    (b"", "", "utf-8"),
])
def test_encodings_and_line_ends_survive_a_round_trip(data: bytes, text: str, encoding: str) -> None:
    source = accepted(parse_bytes("a.py", data))
    assert (source.text, source.encoding) == (text, encoding)
    assert source.text.encode(source.encoding) == data


NOT_UTF8 = "not valid UTF-8 (byte 0xff): save it as UTF-8 or declare its encoding, as in '# -*- coding: latin-1 -*-'"


@pytest.mark.parametrize(("data", "message", "place"), [
    (b"x = 1\ny = '\xff'\n", NOT_UTF8, (2, 6)),
    ("é = 'é".encode() + b"\xff'", NOT_UTF8, (1, 7)),
    (b"# coding: ascii\nx = '\xe9'\n", "not valid ascii (byte 0xe9): its declared encoding does not fit", (2, 6)),
    (b"#!/bin/sh\n# coding: klingon\n", "unknown encoding 'klingon'", (2, 1)),
    (b"# coding: rot13\n", "unknown encoding 'rot13'", (1, 1)),
    (b"\xef\xbb\xbf# coding: latin-1\n", "the encoding is declared as 'latin-1', but the file starts with the UTF-8 byte order mark", (1, 1)),
])
def test_what_cannot_be_decoded_says_where(data: bytes, message: str, place: tuple[int, int]) -> None:
    problem = refused(parse_bytes("a.py", data))
    assert (problem.kind, problem.message, problem.span[1:3]) == ("unreadable", message, place)


def test_a_syntax_error_has_pythons_words_and_place() -> None:
    problem = refused(parse_text("a.py", "x = 1\nprint 'é', x x\n"))
    assert problem.kind == "syntax" and problem.message.startswith("Missing parentheses in call to 'print'")
    assert problem.span[:3] == ("a.py", 2, 1)
    assert refused(parse_text("a.py", "é = 'é' $\n")).span[1:] == (1, 9, 1, 10)
    assert refused(parse_text("a.py", "def f(:\n")).span[1:3] == (1, 7)
    assert refused(parse_text("a.py", "if x:\n")).message.startswith("expected an indented block")


def test_null_bytes() -> None:
    problem = refused(parse_bytes("a.py", b"x = 1\nab\0c"))
    assert (problem.kind, problem.message, problem.span[1:]) == ("syntax", "contains a null byte: this is not Python source", (2, 3, 2, 4))


@pytest.mark.parametrize("text", ["-" * 100_000 + "1", "x = 1" + " + 1" * 50_000, "x" + ".a" * 50_000])
def test_what_is_nested_too_deeply_is_one_problem(text: str) -> None:
    source = parse_text("a.py", text)
    if sys.version_info >= (3, 11) or text[0] == "-":
        # Python 3.10 builds such trees, however deep.
        assert refused(source).message == "nested too deeply for Python's parser"


def test_half_a_surrogate_pair() -> None:
    assert refused(parse_text("a.py", "x = 1\ny = '\ud800'\n")).span[1:] == (2, 6, 2, 7)


def test_warnings_about_the_users_code_are_silent(recwarn: pytest.WarningsRecorder) -> None:
    import warnings

    accepted(parse_text("a.py", "x = '\\d' if 1is 1 else 0\n"))
    assert not recwarn.list
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        accepted(parse_text("a.py", "x = '\\d'\n"))
