"""Notebooks: cells as one module, magics out of the way, every place where it was."""

import ast
import json
from typing import Any

import pytest

from shapelint.source import Problem, SourceFile
from shapelint.source.comments import read_comments
from shapelint.source.files import parse_bytes
from shapelint.source.magics import neutralise


def notebook(*cells: str | list[str] | dict[str, Any], **rest: Any) -> bytes:
    written = [cell if isinstance(cell, dict) else {"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written, **rest}).encode()


def read(*cells: str | list[str] | dict[str, Any], **rest: Any) -> SourceFile:
    source = parse_bytes("n.ipynb", notebook(*cells, **rest))
    assert isinstance(source, SourceFile), source
    return source


def refused(data: bytes) -> str:
    problem = parse_bytes("n.ipynb", data)
    assert isinstance(problem, Problem)
    assert problem.kind == "notebook" and "\n" not in problem.message
    return problem.message


def calls(source: SourceFile) -> list[tuple[str, str]]:
    """Every call with its place for a person."""
    found = [source.span_of(node) for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    return [(source.segment(span), source.show(span)) for span in sorted(found)]


MARKDOWN = {"cell_type": "markdown", "source": "# Title f(0)", "metadata": {}}


def test_code_cells_are_joined_in_order_and_numbered_without_markdown() -> None:
    source = read("a = f(1)\nb = f(2)", MARKDOWN, ["c = f(\n", "  3)\n"], "")
    assert calls(source) == [("f(1)", "n.ipynb:cell 1:1:5"), ("f(2)", "n.ipynb:cell 1:2:5"), ("f(\n  3)", "n.ipynb:cell 2:1:5")]
    assert [(cell.number, cell.position) for cell in source.cells] == [(1, 0), (2, 2), (3, 3)]
    assert not source.problems


def test_columns_in_characters() -> None:
    source = read("%time é = 'ü'; b = f('é')\nс = f(1)")
    assert calls(source) == [("f('é')", "n.ipynb:cell 1:1:20"), ("f(1)", "n.ipynb:cell 1:2:5")]


@pytest.mark.parametrize(("written", "parsed"), [
    ("%matplotlib inline", "pass"),
    ("!pip install torch", "pass"),
    ("!!ls", "pass"),
    ("?nn.Conv2d", "pass"),
    ("nn.Conv2d?", "pass"),
    ("nn.Conv2d??", "pass"),
    ("model?  # what is it", "pass"),
    ("pip install torch", "pass"),
    ("for i in x:\n    !echo {i}\n    %run a.py\nf(1)", "for i in x:\n    pass\n    pass\nf(1)"),
    ("!pip install \\\n  torch \\\n  numpy\nf(1)", "pass\n\n\nf(1)"),
    ("files = !ls", "files = get_ipython()"),
    ("a.b, c[0] = %sql select 1", "a.b, c[0] = get_ipython()"),
    ("d['k'] = !ls", "d['k'] = get_ipython()"),
    ("%time y = f(1)", "if 1: y = f(1)"),
    ("%time   f(1)", "if 1:   f(1)"),
    ("%time", "pass"),
    ("%timeit f(1)", "pass"),
    ("%%time\ny = f(1)", "\ny = f(1)"),
    ("\n%%capture out\n%matplotlib inline\ny = 1", "\n\npass\ny = 1"),
    ("%%bash\nfor i in *; do echo $i; done", "\n"),
    ("%%!\nls", "\n"),
    ("%%timeit\ny = f(1)", "\n"),
    ("%%time?", "pass"),
    ("x = (a\n  % b)\n%matplotlib", "x = (a\n  % b)\npass"),
    ("s = '''\n%no magic\n!x\n'''\n!ls", "s = '''\n%no magic\n!x\n'''\npass"),
    ("s = 'it\\\n%s'\n!ls", "s = 'it\\\n%s'\npass"),
    ("s = \"\\\"[\" # ((\n!ls", "s = \"\\\"[\" # ((\npass"),
    ("x = a \\\n  % b\n!ls", "x = a \\\n  % b\npass"),
    ("a = b != c\nd = a % b\n%x", "a = b != c\nd = a % b\npass"),
    ("if a == '!b': c = '%d' % d\n!ls", "if a == '!b': c = '%d' % d\npass"),
])
def test_magics_are_neutralised_in_place(written: str, parsed: str) -> None:
    assert "\n".join(neutralise(written.split("\n"))) == parsed
    source = read(written)
    assert not source.problems
    assert source.text == f"# cell 1\n{written}\n"
    assert source.code == f"# cell 1\n{parsed}\n"


def test_a_cell_that_python_understands_is_not_touched() -> None:
    written = "x = (a\n%b)\ny = '''\n!ls\n'''"
    assert read(written).code == f"# cell 1\n{written}\n"


def test_top_level_await_and_trailing_semicolons() -> None:
    source = read("x = await g()\nasync with a: pass\nx;")
    assert not source.problems and len(source.tree.body) == 3


def test_a_broken_cell_is_one_problem_and_the_others_are_read() -> None:
    source = read("a = f(1)", "%matplotlib inline\nb = = 2\nc = f(2)", "d = f(3)\ne = ?x", "g = f(4)")
    assert calls(source) == [("f(1)", "n.ipynb:cell 1:1:5"), ("f(4)", "n.ipynb:cell 4:1:5")]
    assert [(problem.kind, problem.message, source.show(problem.span)) for problem in source.problems] == [
        ("syntax", "invalid syntax", "n.ipynb:cell 2:2:5"), ("syntax", "invalid syntax", "n.ipynb:cell 3:2:5")]
    assert source.line_text(source.problems[0].span.line) == "b = = 2"


def test_a_cell_that_is_indented_as_a_whole() -> None:
    source = read("    a = f(1)\n    b = 2", "  # remark\n\n  !ls\n  f(2)", "    %matplotlib inline\nf(3)")
    assert not source.problems
    assert [place for _, place in calls(source)] == ["n.ipynb:cell 1:1:9", "n.ipynb:cell 2:4:3", "n.ipynb:cell 3:2:1"]
    broken = read("  a = 1\n b = 2")
    assert [problem.span.line for problem in broken.problems] == [2]


def test_no_comment_reaches_into_the_next_cell() -> None:
    source = read("x = 1\n# shapelint: ignore", "y = f(1)\n# shapelint: input=N 3\n", "%%bash\nls # shapelint: nonsense", "z = 1")
    comments = read_comments(source)
    assert not comments.suppressions and not comments.inputs
    assert [source.show(problem.span) for problem in comments.problems] == ["n.ipynb:cell 1:2:1", "n.ipynb:cell 2:2:1"]


def test_suppressions_and_shapes_in_cells() -> None:
    source = read("!ls\nx = f(1)  # shapelint: ignore[SHP102]", "# shapelint: input=N 3\nclass A:\n    b = f(2)  # (N, 3) -> (N, 4)")
    comments = read_comments(source)
    assert comments.suppressions.covers("SHP102", source.cells[0].line + 1)
    assert source.cell_at(comments.inputs[0].line) == (2, 2)
    assert [source.show(shape.span) for shape in comments.shapes] == ["n.ipynb:cell 2:3:15"]


def test_windows_line_ends_and_odd_cells() -> None:
    odd: list[dict[str, Any]] = [{"cell_type": "code"}, {"cell_type": "code", "source": None}, {"cell_type": "raw", "source": "((("}]
    source = read("a = 1\r\nb = f(1)\r\n", *odd, "f(2)")
    assert calls(source) == [("f(1)", "n.ipynb:cell 1:2:5"), ("f(2)", "n.ipynb:cell 4:1:1")]


def test_the_old_format_with_worksheets() -> None:
    cells = [{"cell_type": "code", "input": ["x = f(1)\n"], "language": "python"}, {"cell_type": "code", "input": "y = f(2)"}]
    data = json.dumps({"nbformat": 3, "metadata": {"name": ""}, "worksheets": [{"cells": cells[:1]}, {"cells": cells[1:]}]}).encode()
    source = parse_bytes("n.ipynb", data)
    assert isinstance(source, SourceFile)
    assert [place for _, place in calls(source)] == ["n.ipynb:cell 1:1:5", "n.ipynb:cell 2:1:5"]


def test_a_byte_order_mark_and_an_empty_notebook() -> None:
    assert isinstance(parse_bytes("n.ipynb", b"\xef\xbb\xbf" + notebook("x = 1")), SourceFile)
    assert read().text == "\n"


@pytest.mark.parametrize(("data", "message"), [
    (b"", "not a notebook: not valid JSON: Expecting value"),
    (b'{"cells": [}', "not a notebook: not valid JSON: Expecting value"),
    (b'{"cells": "\xff"}', "not a notebook: not valid UTF-8 (byte 0xff)"),
    (b"[" * 100_000, "not a notebook: not valid JSON: maximum recursion depth exceeded"),
    (b"[]", "not a notebook: the JSON holds no object"),
    (b"{}", "not a notebook: there is no list of cells"),
    (b'{"cells": {}}', "not a notebook: there is no list of cells"),
])
def test_what_is_no_notebook(data: bytes, message: str) -> None:
    assert refused(data).startswith(message)


def test_the_place_of_broken_json() -> None:
    problem = parse_bytes("n.ipynb", b'{\n "cells": [\n  <<<<<<< HEAD\n]}')
    assert isinstance(problem, Problem) and problem.span == ("n.ipynb", 3, 3, 3, 4)


@pytest.mark.parametrize(("metadata", "language"), [
    ({"language_info": {"name": "R"}, "kernelspec": {"name": "ir", "language": "R"}}, "R"),
    ({"kernelspec": {"name": "julia-1.9", "language": "julia"}}, "julia"),
])
def test_another_language_is_one_problem(metadata: dict[str, Any], language: str) -> None:
    assert refused(notebook("x <- 1", metadata=metadata)) == f"the notebook is written in {language}: only Python notebooks are read"


@pytest.mark.parametrize("metadata", [
    {"language_info": {"name": "python"}}, {"kernelspec": {"name": "torch-gpu", "display_name": "x"}}, {"kernelspec": None},
    {"kernelspec": {"language": "Python"}}, {"language_info": {"name": "ipython"}},
])
def test_python_kernels_of_any_name_are_read(metadata: dict[str, Any]) -> None:
    assert read("x = 1", metadata=metadata).tree.body


def test_half_a_surrogate_pair_in_a_cell() -> None:
    source = read("x = '\ud800'", "f(1)")
    assert [problem.message for problem in source.problems] == ["contains half a surrogate pair, which no encoding can store"]
    assert calls(source) == [("f(1)", "n.ipynb:cell 2:1:1")]


def test_a_notebook_on_standard_input_is_recognised() -> None:
    assert isinstance(source := parse_bytes("<stdin>", notebook("x = 1")), SourceFile) and source.cells
