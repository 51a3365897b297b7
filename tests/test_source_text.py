"""Places in a text: columns in characters, whatever the encoding and the line ends."""

import ast

import pytest

from shapelint.source import SourceFile, Span
from shapelint.source.files import parse_text


def source(text: str) -> SourceFile:
    found = parse_text("a.py", text)
    assert isinstance(found, SourceFile)
    return found


def calls(found: SourceFile) -> list[Span]:
    return [found.span_of(node) for node in ast.walk(found.tree) if isinstance(node, ast.Call)]


def test_an_ascii_span_counts_from_one() -> None:
    found = source("x = 1\ny = f(x)\n")
    assert calls(found) == [Span("a.py", 2, 5, 2, 9)]
    assert found.segment(calls(found)[0]) == "f(x)"


@pytest.mark.parametrize("text", [
    "é = 'ü'; y = f(x)", "s = '🙂🙂', f(x)", "значение = f(x)  # здесь", "x = ('é',\n 'я', f(x))", "x = 'é'\r\n\r\ny = [f(x)]\r\n",
])
def test_columns_are_characters(text: str) -> None:
    found = source(text)
    (span,) = calls(found)
    assert found.segment(span) == "f(x)"
    assert found.line_text(span.line)[span.column - 1:span.end_column - 1] == "f(x)"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_do_not_move_places(end: str) -> None:
    found = source(f"a = 1{end}{end}b = f(2){end}c = g(3)")
    assert [(span.line, found.segment(span)) for span in calls(found)] == [(3, "f(2)"), (4, "g(3)")]
    assert found.lines == ["a = 1", "", "b = f(2)", "c = g(3)"]
    assert found.line_text(9) == found.line_text(0) == ""


@pytest.mark.parametrize("text", ["s = '''\x0c\u2028\x85'''; f(1)\nf(2)", "\x0cf(1)\nf(2)", "f(1) # \u2029\nf(2)"])
def test_only_pythons_line_ends_count(text: str) -> None:
    found = source(text)
    assert [found.segment(span) for span in calls(found)] == ["f(1)", "f(2)"]
    assert len(found.lines) == 2


def test_offsets_and_places_are_inverse() -> None:
    found = source("a = 'é'\r\nb = f(2)\r\n")
    for offset in range(len(found.text)):
        line, column = found.position(offset)
        if column <= len(found.line_text(line)) + 1:
            assert found.offset(line, column) == offset
    assert found.offset(1, 99) == 7
    assert found.offset(99, 1) == len(found.text)


def test_a_segment_over_lines_is_what_was_written() -> None:
    found = source("y = f(\r\n    1,\r\n)\r\n")
    assert found.segment(calls(found)[0]) == "f(\r\n    1,\r\n)"


def test_the_span_of_a_line_leaves_out_its_indentation() -> None:
    found = source("if 1:\n    pass  \n\n")
    assert found.line_span(2) == Span("a.py", 2, 5, 2, 9)
    assert found.line_span(3) == Span("a.py", 3, 1, 3, 1)


def test_a_place_for_a_person() -> None:
    found = source("y = f(x)\n")
    assert found.show(calls(found)[0]) == "a.py:1:5"
    assert found.cell_at(1) is None


def test_spans_are_values() -> None:
    assert {Span("a", 1, 2, 1, 3): 1}[Span("a", 1, 2, 1, 3)] == 1
    assert sorted([Span("a", 2, 1, 2, 2), Span("a", 1, 9, 1, 9)])[0].line == 1
