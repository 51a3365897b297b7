"""Every fix that shapelint offers is distrusted: applied to the fixture's text, it must parse and remove its own diagnostic, add none,
and leave every other character as it was."""

from pathlib import Path

import pytest

from shapelint.check import CheckOptions, Result, check_sources
from shapelint.config import Config
from shapelint.diagnostics import Applicability, Diagnostic, Edit, Fix
from shapelint.rewrite import OverlapError, apply_edits
from shapelint.source.files import parse_text, read_source
from shapelint.source.text import SourceFile, Span

FIXTURES = Path(__file__).parent.parent / "fixtures"
SINGLE_FILES = sorted(path for folder in FIXTURES.glob("broken_*") if len(found := list(folder.rglob("*.py"))) == 1 for path in found)


def parsed(text: str, path: str = "net.py") -> SourceFile:
    source = parse_text(path, text)
    assert isinstance(source, SourceFile), source
    return source


def diagnostics(source: SourceFile) -> list[Diagnostic]:
    result: Result = check_sources([source], Config(), CheckOptions())
    return result.diagnostics


def offered(path: Path) -> list[tuple[SourceFile, list[Diagnostic], Fix]]:
    source = read_source(str(path))
    assert isinstance(source, SourceFile)
    found = diagnostics(source)
    return [(source, found, item.fix) for item in found if item.fix is not None]


@pytest.mark.parametrize("path", SINGLE_FILES, ids=lambda path: path.parent.name)
def test_a_fix_removes_its_diagnostic_and_adds_none(path: Path) -> None:
    for source, before, fix in offered(path):
        if any(edit.span.file != source.path for edit in fix.edits):
            continue
        after = diagnostics(parsed(apply_edits(source, fix.edits), source.path))
        left = {(item.code, item.span.line) for item in after}
        fixed = {(item.code, item.span.line) for item in before if item.fix is fix}
        assert not left & fixed, "the fix does not remove its diagnostic"
        if fix.applicability is not Applicability.SUGGESTED:
            assert len(after) < len(before), [item.message for item in after]


def test_some_fixes_are_offered() -> None:
    assert sum(len(offered(path)) for path in SINGLE_FILES) >= 8


def edit(line: int, column: int, end: int, text: str) -> Edit:
    return Edit(Span("net.py", line, column, line, end), text)


def test_edits_touch_nothing_else() -> None:
    source = parsed("a = 1\r\nb = 'ä' + c(400, 120)  # keep\r\n")
    assert apply_edits(source, [edit(2, 13, 16, "576"), edit(1, 5, 6, "2")]) == "a = 2\r\nb = 'ä' + c(576, 120)  # keep\r\n"


def test_equal_edits_count_once_and_overlapping_ones_are_refused() -> None:
    source = parsed("x = 400\n")
    assert apply_edits(source, [edit(1, 5, 8, "1"), edit(1, 5, 8, "1")]) == "x = 1\n"
    with pytest.raises(OverlapError, match=r"net\.py:1:6"):
        apply_edits(source, [edit(1, 5, 8, "1"), edit(1, 6, 7, "2")])
