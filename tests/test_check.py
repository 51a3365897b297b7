"""The pipeline: reading, selection, suppression, repetitions, order, and crashes."""

import ast
from pathlib import Path
from typing import Any

import pytest

import shapelint.interp
from shapelint.check import CheckOptions, Result, check_paths, check_sources
from shapelint.config import Config
from shapelint.interp.coverage import Coverage
from shapelint.interp.events import Event, Misnamed
from shapelint.interp.values import Place
from shapelint.source import SourceFile
from shapelint.source.files import InputError, parse_text

MISSPELT = "from torch import nn\n\npool = nn.MaxPooling2d(2)\n"
GROUPS = "from torch import nn\n\nconv = nn.Conv2d(16, 30, 3, groups=4)\n"


def found(result: Result) -> list[tuple[str, str, int]]:
    return [(Path(each.span.file).name, each.code, each.span.line) for each in result.diagnostics]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_mistake_is_found_in_a_file_of_a_folder(folder: Path) -> None:
    (folder / "net.py").write_text(GROUPS)
    (folder / "other.py").write_text("x = 1\n")
    result = check_paths(["."], Config())
    assert found(result) == [("net.py", "SHP110", 3)]
    assert result.file_count == 2 and result.statistics == {"SHP110": 1}


def test_files_that_never_mention_torch_are_not_parsed(folder: Path) -> None:
    (folder / "broken.py").write_text("x = (\n")
    assert found(check_paths(["."], Config())) == []
    assert found(check_paths(["broken.py"], Config())) == [("broken.py", "SHP002", 1)]


def test_a_path_that_does_not_exist_is_the_user_s_mistake() -> None:
    with pytest.raises(InputError):
        check_paths(["nowhere.py"], Config())


def test_problems_of_a_file_do_not_hide_the_others(folder: Path) -> None:
    (folder / "a.py").write_text("import torch\nx = (\n")
    (folder / "b.py").write_bytes(b"import torch\nx = '\xff'\n")
    (folder / "c.py").write_text(GROUPS)
    assert found(check_paths(["."], Config())) == [("a.py", "SHP002", 2), ("b.py", "SHP001", 2), ("c.py", "SHP110", 3)]


@pytest.mark.parametrize(("settings", "codes"), [
    ({}, ["SHP110"]), ({"ignore": ("SHP1",)}, []), ({"select": ("SHP2",)}, []), ({"select": ("SHP110",), "ignore": ("SHP1",)}, ["SHP110"]),
    ({"per-file-ignores": {"net.py": ("SHP110",)}}, []), ({"per-file-ignores": {"other.py": ("SHP110",)}}, ["SHP110"]),
])
def test_selection(folder: Path, settings: dict[str, Any], codes: list[str]) -> None:
    (folder / "net.py").write_text(GROUPS)
    assert [code for _, code, _ in found(check_paths(["net.py"], Config(settings)))] == codes


def test_a_suppression_silences_its_line_and_counts_as_used(folder: Path) -> None:
    (folder / "net.py").write_text(GROUPS.replace("groups=4)", "groups=4)  # shapelint: ignore[SHP110]"))
    assert found(check_paths(["net.py"], Config())) == []


def test_a_suppression_of_another_rule_silences_nothing_and_is_reported(folder: Path) -> None:
    (folder / "net.py").write_text(GROUPS.replace("groups=4)", "groups=4)  # shapelint: ignore[SHP103]"))
    result = check_paths(["net.py"], Config())
    assert found(result) == [("net.py", "SHP006", 3), ("net.py", "SHP110", 3)] or found(result) == [("net.py", "SHP110", 3), ("net.py", "SHP006", 3)]
    unused = next(each for each in result.diagnostics if each.code == "SHP006")
    source = result.files["net.py"]
    assert unused.fix is not None
    edit, = unused.fix.edits
    assert source.segment(edit.span) == "  # shapelint: ignore[SHP103]" and edit.replacement == ""


def test_a_suppression_of_a_rule_that_did_not_run_is_not_judged(folder: Path) -> None:
    (folder / "net.py").write_text("from torch import nn\nx = nn.Linear(2, 2)  # shapelint: ignore[SHP203]\n")
    assert found(check_paths(["net.py"], Config(default_off=frozenset({"SHP203"})))) == []


def test_a_mistyped_directive_is_reported(folder: Path) -> None:
    (folder / "net.py").write_text("x = 1  # shapelint: ignroe\n")
    assert found(check_paths(["net.py"], Config())) == [("net.py", "SHP004", 1)]


def test_a_stated_input_that_is_no_shape_is_reported(folder: Path) -> None:
    (folder / "net.py").write_text("x = 1  # shapelint: input=N 3 (\n")
    assert found(check_paths(["net.py"], Config())) == [("net.py", "SHP004", 1)]


def test_skip_file_silences_the_file(folder: Path) -> None:
    (folder / "net.py").write_text("# shapelint: skip-file\n" + GROUPS)
    assert found(check_paths(["net.py"], Config())) == []


def test_a_block_that_is_built_twice_is_reported_once(folder: Path) -> None:
    (folder / "net.py").write_text(
        "from torch import nn\n\n\nclass Block(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.conv = nn.Conv2d(16, 30, 3, groups=4)\n\n\na = Block()\nb = Block()\n"
    )
    assert found(check_paths(["net.py"], Config())) == [("net.py", "SHP110", 7)]


def test_a_mistake_in_an_imported_file_is_shown_there(folder: Path) -> None:
    (folder / "blocks.py").write_text(GROUPS)
    (folder / "train.py").write_text("import torch\nfrom blocks import conv\n\nconv\n")
    assert found(check_paths(["train.py"], Config())) == [("blocks.py", "SHP110", 3)]
    assert found(check_paths(["train.py", "blocks.py"], Config())) == [("blocks.py", "SHP110", 3)]


def test_an_imported_file_that_is_excluded_or_suppressed_stays_silent(folder: Path) -> None:
    (folder / "train.py").write_text("import torch\nfrom blocks import conv\n\nconv\n")
    (folder / "blocks.py").write_text(GROUPS)
    assert found(check_paths(["train.py"], Config({"exclude": ("blocks.py",)}))) == []
    (folder / "blocks.py").write_text("# shapelint: skip-file\n" + GROUPS)
    assert found(check_paths(["train.py"], Config())) == []


def test_findings_come_in_the_order_of_files_and_lines(folder: Path) -> None:
    (folder / "b.py").write_text(GROUPS)
    (folder / "a.py").write_text(GROUPS + "pool = nn.MaxPooling2d(2)\n")
    assert found(check_paths(["b.py", "a.py"], Config())) == [("b.py", "SHP110", 3), ("a.py", "SHP110", 3), ("a.py", "SHP113", 4)]


def test_sources_can_come_from_memory() -> None:
    source = parse_text("buffer.py", GROUPS)
    assert isinstance(source, SourceFile)
    assert found(check_sources([source], Config())) == [("buffer.py", "SHP110", 3)]


class Crashing:
    """A program whose interpretation of one file fails."""

    def __init__(self, roots: object, options: object) -> None:
        self.options = options
        self.coverage = Coverage()
        self.place: Place | None = None
        self.sizes: list[object] = []

    def offer(self, sources: object) -> None:
        pass

    def finish(self, source: SourceFile) -> list[Event]:
        assert "crash" not in source.path, "what crashed at the first step gets no second one"
        return []

    def begin(self, source: SourceFile) -> list[Event]:
        if "crash" in source.path:
            self.place = Place(source, source.tree.body[1])
            raise LookupError("a defect")
        statement = source.tree.body[1]
        assert isinstance(statement, ast.Assign)
        return [Misnamed("torch.nn.MaxPooling2d", ("torch.nn.MaxPool2d",), Place(source, statement.value), True)]


def test_a_crash_is_one_finding_and_the_other_files_are_checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapelint.interp, "Program", Crashing)
    for name in ("a.py", "crash.py", "z.py"):
        (folder / name).write_text(MISSPELT)
    result = check_paths(["."], Config())
    assert found(result) == [("a.py", "SHP113", 3), ("crash.py", "SHP005", 3), ("z.py", "SHP113", 3)]
    assert "LookupError: a defect (at test_check.py:" in result.diagnostics[1].message


def test_after_a_crash_suppressions_are_not_called_unused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapelint.interp, "Program", Crashing)
    (folder / "crash.py").write_text(MISSPELT.rstrip() + "  # shapelint: ignore[SHP103]\n")
    assert found(check_paths(["crash.py"], Config())) == [("crash.py", "SHP005", 3)]


def test_progress_is_told_of_every_file(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    (folder / "net.py").write_text(GROUPS)
    check_paths(["net.py"], Config(), CheckOptions(progress=lambda done, total: seen.append((done, total))))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_coverage_and_sizes_are_collected(folder: Path) -> None:
    (folder / "net.py").write_text("import torch\nfrom torch import nn\n\ny = nn.Linear(3, 5)(torch.randn(2, 3))\n")
    result = check_paths(["net.py"], Config(), CheckOptions(sizes=True))
    assert result.coverage.calls == result.coverage.known >= 1
    assert [(span.line, shape) for span, _, shape in result.sizes] == [(4, "(2, 5)")]


def test_a_diagnostic_about_an_imported_file_is_named_as_the_user_named_it(folder: Path) -> None:
    (folder / "pkg").mkdir()
    (folder / "pkg" / "blocks.py").write_text(GROUPS)
    (folder / "pkg" / "train.py").write_text("import torch\nfrom blocks import conv\n\nconv\n")
    result = check_paths(["pkg/train.py", "pkg/blocks.py"], Config())
    assert [each.span.file for each in result.diagnostics] == ["pkg/blocks.py"]


