"""One parsed input: its text, its tree, and every way of naming a place in it.

Lines count from 1 and columns from 1 in characters (code points); ``ast`` counts columns from 0 in UTF-8 bytes, and the
conversion happens here and nowhere else. A notebook is one text whose lines belong to cells, so that a place can be
shown as ``cell 3:2:5``. ``text`` is what a person wrote, ``code`` is what was parsed: the same object for a Python file,
while in a notebook the lines of magics and of broken cells differ (never the number of lines).
"""

import ast
from bisect import bisect_right
from typing import Literal, NamedTuple

Located = ast.expr | ast.stmt | ast.arg | ast.keyword | ast.alias | ast.excepthandler | ast.pattern
"""The nodes that carry positions."""

Kind = Literal["unreadable", "syntax", "notebook", "comment"]


class Span(NamedTuple):
    """A stretch of text. ``file`` is the path as the user gave it; the end is exclusive, as in ``ast``."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """Why an input, or a part of it, could not be read."""

    kind: Kind
    message: str
    span: Span


class Cell(NamedTuple):
    """A code cell: ``number`` counts code cells from 1, ``position`` all cells from 0, and ``line`` is its first line in the joined text."""

    number: int
    position: int
    line: int
    lines: int


class SourceFile:
    """A file, a notebook or standard input that could be parsed.

    ``problems`` holds what was wrong with single notebook cells; the rest of the notebook is still here.
    ``text.encode(encoding)`` gives back the bytes that were read (of a notebook: the joined module, never the JSON).
    """

    __slots__ = ("_code_lines", "_lines", "_starts", "ascii", "cells", "code", "encoding", "path", "problems", "text", "tree")

    def __init__(
        self, path: str, text: str, tree: ast.Module, *, code: str | None = None, encoding: str = "utf-8",
        cells: tuple[Cell, ...] = (), problems: tuple[Problem, ...] = (),
    ) -> None:
        self.path, self.text, self.tree = path, text, tree
        self.code = text if code is None else code
        self.encoding, self.cells, self.problems = encoding, cells, problems
        self.ascii = self.code.isascii()
        self._lines: list[str] | None = None
        self._code_lines: list[str] | None = None
        self._starts: list[int] | None = None

    def __repr__(self) -> str:
        return f"SourceFile({self.path!r})"

    @property
    def lines(self) -> list[str]:
        """The lines of ``text`` without their ends."""
        if self._lines is None:
            self._lines = split_lines(self.text)
        return self._lines

    @property
    def starts(self) -> list[int]:
        """The offset in ``text`` at which each line starts."""
        if self._starts is None:
            self._starts = line_starts(self.text)
        return self._starts

    def span_of(self, node: Located) -> Span:
        """Where ``node`` stands. A decorated definition starts at its ``def`` or ``class``, as in ``ast``."""
        line, end_line, end = node.lineno, node.end_lineno, node.end_col_offset
        if end_line is None or end is None:
            end_line, end = line, node.col_offset
        if self.ascii:
            return Span(self.path, line, node.col_offset + 1, end_line, end + 1)
        return Span(self.path, line, self.column(line, node.col_offset), end_line, self.column(end_line, end))

    def column(self, line: int, byte_offset: int) -> int:
        """The column (from 1, in characters) of a UTF-8 byte offset (from 0) in a line."""
        if self._code_lines is None:
            self._code_lines = self.lines if self.code is self.text else split_lines(self.code)
        written = self._code_lines[line - 1] if 0 < line <= len(self._code_lines) else ""
        if written.isascii():
            return byte_offset + 1
        return len(written.encode("utf-8", "surrogatepass")[:byte_offset].decode("utf-8", "ignore")) + 1

    def line_text(self, line: int) -> str:
        """Line ``line`` without its end; empty where there is no such line."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    def line_span(self, line: int) -> Span:
        """The whole line without its indentation."""
        written = self.line_text(line)
        indent = len(written) - len(written.lstrip())
        return Span(self.path, line, indent + 1, line, max(len(written.rstrip()), indent) + 1)

    def offset(self, line: int, column: int) -> int:
        """The offset in ``text`` of a place; a place past the end of its line is the line's end."""
        if line > len(self.starts):
            return len(self.text)
        return self.starts[line - 1] + min(column - 1, len(self.lines[line - 1]))

    def position(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset in ``text``."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def segment(self, span: Span) -> str:
        """The text of a span, as written."""
        return self.text[self.offset(span.line, span.column):self.offset(span.end_line, span.end_column)]

    def cell_at(self, line: int) -> tuple[int, int] | None:
        """(number of the code cell, line in that cell), both from 1; None outside a notebook."""
        if not self.cells:
            return None
        at = bisect_right(self.cells, line, key=lambda cell: cell.line) - 1
        cell = self.cells[max(at, 0)]
        return cell.number, max(line - cell.line + 1, 1)

    def show(self, span: Span) -> str:
        """The start of a span for a person: ``net.py:9:5``, or ``net.ipynb:cell 3:2:5``."""
        cell = self.cell_at(span.line)
        if cell is None:
            return f"{self.path}:{span.line}:{span.column}"
        return f"{self.path}:cell {cell[0]}:{cell[1]}:{span.column}"


def split_lines(text: str) -> list[str]:
    """The lines of ``text`` as Python counts them; ``str.splitlines`` would also break at form feeds and at U+2028."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def line_starts(text: str) -> list[int]:
    """The offset at which each line of ``text`` starts."""
    starts, at = [0], 0
    if "\r" in text:
        # A lone carriage return ends a line; the one of CRLF belongs to the line feed behind it.
        text = text.replace("\r\n", "\0\n").replace("\r", "\n")
    while at := text.find("\n", at) + 1:
        starts.append(at)
    return starts
