"""Reports: the text people read, character for character, and the JSON other programs read."""

import json
from io import StringIO

import pytest

from shapelint.check import Result
from shapelint.diagnostics import Applicability, Diagnostic, Edit, Fix, Label, Severity
from shapelint.report import formats, write
from shapelint.report.excerpt import caret_line, marked, printable, width
from shapelint.source import Cell, SourceFile
from shapelint.source.files import parse_text
from shapelint.source.text import Span

NET = """\
import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 3)
        self.pool = nn.MaxPool2d(2)
        self.fc1 = nn.Linear(400, 120)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = torch.flatten(x, 1)
        # the first linear layer
        x = self.fc1(x)
        return x
"""

EXPECTED = """\
net.py:12:30: SHP103 fc1 expects 400 features but receives 576 = 16*6*6  [*]
   12 |         self.fc1 = nn.Linear(400, 120)
      |                              ^^^ expects 400
   19 |         x = self.fc1(x)
      |             ^^^^^^^^^^^ receives (4, 576)
  sizes: 32 -conv1-> 28 -pool-> 14 -conv2-> 12 -pool-> 6
  input: (4, 3, 32, 32) from net.py:27  net(torch.randn(4, 3, 32, 32))

Found 1 error in 1 file.
"""


def span_of(text: str, part: str, file: str = "net.py", start: int = 0) -> Span:
    """The span of the first ``part`` at or behind an offset."""
    at = text.index(part, start)
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return Span(file, line, column, line, column + len(part))


def made(text: str = NET, file: str = "net.py", cells: tuple[Cell, ...] = ()) -> Result:
    source = parse_text(file, text)
    assert isinstance(source, SourceFile)
    source.cells = cells
    result = Result()
    result.files[file] = source
    result.file_count = 1
    return result


def mismatch() -> Diagnostic:
    place = span_of(NET, "400")
    return Diagnostic(
        "SHP103", "feature-mismatch", Severity.ERROR, "fc1 expects 400 features but receives 576 = 16*6*6", place, label="expects 400",
        labels=(Label(span_of(NET, "self.fc1(x)"), "receives (4, 576)"),),
        notes=("sizes: 32 -conv1-> 28 -pool-> 14 -conv2-> 12 -pool-> 6", "input: (4, 3, 32, 32) from net.py:27  net(torch.randn(4, 3, 32, 32))"),
        fix=Fix("in_features of fc1: 400 -> 576", (Edit(place, "576"),), Applicability.UNSAFE),
    )


def plain(span: Span, message: str = "message", severity: Severity = Severity.ERROR, **more: object) -> Diagnostic:
    return Diagnostic("SHP101", "channel-mismatch", severity, message, span, **more)  # type: ignore[arg-type]


def written(result: Result, format: str = "text") -> str:
    out = StringIO()
    write(format, result, out)
    return out.getvalue()


def test_the_formats_are_the_modules_of_the_package() -> None:
    assert {"text", "concise", "json"} <= set(formats()) and formats()[0] == "text"


def test_the_text_report_shows_both_places_the_sizes_and_the_input() -> None:
    result = made()
    result.diagnostics = [mismatch()]
    assert written(result) == EXPECTED


def test_the_concise_report_has_one_line_a_finding() -> None:
    result = made()
    result.diagnostics = [mismatch()]
    assert written(result, "concise") == "net.py:12:30: SHP103 fc1 expects 400 features but receives 576 = 16*6*6\n"


def test_the_json_report_is_a_contract() -> None:
    result = made()
    result.diagnostics = [mismatch()]
    place = {"file": "net.py", "line": 12, "column": 30, "end_line": 12, "end_column": 33}
    assert json.loads(written(result, "json")) == [{
        "code": "SHP103", "rule": "feature-mismatch", "severity": "error", "message": "fc1 expects 400 features but receives 576 = 16*6*6",
        **place, "cell": None,
        "labels": [{"file": "net.py", "line": 19, "column": 13, "end_line": 19, "end_column": 24, "text": "receives (4, 576)"}],
        "notes": list(mismatch().notes),
        "fix": {"title": "in_features of fc1: 400 -> 576", "applicability": "unsafe", "edits": [{**place, "replacement": "576"}]},
    }]


def test_json_has_what_the_sizes_of_the_input_have_to_do_with_a_finding() -> None:
    result, found = made(), mismatch()
    found.data = {"model": "Net", "given": {"H": 32}, "good": [{"H": 28}], "contract": {}}
    result.diagnostics = [found]
    assert json.loads(written(result, "json"))[0]["sizes"] == found.data


def test_json_without_findings_is_an_empty_array() -> None:
    assert json.loads(written(made(), "json")) == []


def test_a_clean_run_says_what_was_known() -> None:
    result = made()
    result.file_count, result.coverage.calls, result.coverage.known = 4, 33, 31
    assert written(result) == "All clean: 4 files, 31 of 33 layer calls with known shapes.\n"


def test_the_summary_counts_by_severity() -> None:
    result = made()
    severities = [Severity.ERROR, Severity.WARNING, Severity.ERROR]
    result.diagnostics = [plain(Span(f"{i}.py", 1, 1, 1, 2), severity=severity) for i, severity in enumerate(severities)]
    assert written(result).endswith("Found 2 errors and 1 warning in 3 files.\n")


def test_places_in_one_line_share_the_line() -> None:
    text = "import torch\ny = a + b\n"
    result = made(text)
    result.diagnostics = [plain(span_of(text, "b", start=15), label="is (4, 2)", labels=(Label(span_of(text, "a", start=15), "is (4, 3)"),))]
    assert written(result).splitlines()[1:4] == ["    2 | y = a + b", "      |         ^ is (4, 2)", "      |     ^ is (4, 3)"]


def test_a_label_in_another_file_is_introduced() -> None:
    result = made("x = 1\n", "a.py")
    other = parse_text("b.py", "y = f(2)\n")
    assert isinstance(other, SourceFile)
    result.files["b.py"] = other
    result.diagnostics = [plain(Span("a.py", 1, 5, 1, 6), labels=(Label(Span("b.py", 1, 5, 1, 9), "called here"),))]
    assert written(result).splitlines()[1:6] == [
        "    1 | x = 1", "      |     ^", "     --> b.py:1:5", "    1 | y = f(2)", "      |     ^^^^ called here",
    ]


def test_a_span_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    text = "x = nn.Sequential(\n    a,\n)\n"
    result = made(text)
    result.diagnostics = [plain(Span("net.py", 1, 5, 3, 2))]
    assert written(result).splitlines()[1:3] == ["    1 | x = nn.Sequential(", "      |     ^^^^^^^^^^^^^^"]


def test_notebook_places_count_within_the_cell() -> None:
    text = "import torch\n\nx = 1\ny = x(2)\n"
    result = made(text, "net.ipynb", (Cell(1, 0, 1, 2), Cell(2, 2, 3, 2)))
    place = Span("net.ipynb", 4, 5, 4, 9)
    result.diagnostics = [plain(place, labels=(Label(place, "here"),))]
    assert written(result).splitlines()[:3] == ["net.ipynb:cell 2:2:5: SHP101 message", "    2 | y = x(2)", "      |     ^^^^"]
    found, = json.loads(written(result, "json"))
    assert (found["cell"], found["line"], found["end_line"]) == (2, 2, 2)
    assert (found["labels"][0]["cell"], found["labels"][0]["line"]) == (2, 2)


def test_a_file_that_could_not_be_parsed_is_still_quoted(tmp_path: pytest.TempPathFactory) -> None:
    path = f"{tmp_path}/broken.py"
    with open(path, "w", encoding="utf-8") as file:
        file.write("x = (\n")
    result = Result()
    result.diagnostics = [plain(Span(path, 1, 5, 1, 6))]
    assert "    1 | x = (\n      |     ^\n" in written(result)


@pytest.mark.parametrize(("line", "part", "carets"), [
    ("x = fc(y)", "fc", "    ^^"),
    ("\tx = fc(y)", "fc", "\t    ^^"),
    ("名前 = fc(y)", "fc", "       ^^"),
    ("x = '日本', fc", "fc", "            ^^"),
    ("x = '日本'", "日本", "     ^^^^"),
    ("e\u0301 = fc", "fc", "    ^^"),
])
def test_carets_align_on_the_display(line: str, part: str, carets: str) -> None:
    start = line.index(part)
    assert caret_line(line, start, start + len(part)) == carets


def test_an_empty_span_gets_one_caret() -> None:
    assert caret_line("abc", 3, 3) == "   ^"
    assert caret_line("abc", 9, 12) == "   ^"


def test_long_lines_are_cut_around_the_place() -> None:
    line = "x = [" + "1, " * 200 + "fc, " + "2, " * 200 + "]"
    at = line.index("fc") + 1
    shown, carets = marked(line, Span("net.py", 1, at, 1, at + 2))
    assert len(shown) < 200 and shown.startswith("...") and shown.endswith("...")
    assert shown[len(carets) - 2 : len(carets)] == "fc"


def test_control_characters_never_reach_the_terminal() -> None:
    assert printable("a\x1b[31mb\tc") == "a\ufffd[31mb\tc"
    assert printable("日本") == "日本"
    assert width("日本") == 4


def test_colour_changes_nothing_but_the_colour() -> None:
    pytest.importorskip("rich")
    result = made()
    result.diagnostics = [mismatch()]
    out = StringIO()
    write("text", result, out, colour=True)
    assert out.getvalue() == EXPECTED  # rich writes no codes where there is no terminal
