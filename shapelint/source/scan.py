"""The comments of a source that may concern us, found fast and without mistaking a ``#`` in a string for one.

One regular expression steps over string literals and comments at the speed of C; ``tokenize`` costs fifty times as much. The
only literals it can misread are f-strings that reuse their own quotes (Python 3.12), so there a line with both an f-string and a
comment of ours is read again with ``tokenize``.
"""

import re
import sys
from bisect import bisect_right
from typing import NamedTuple

from .text import SourceFile, Span, line_starts, split_lines

_TRIPLE = r"{q}{q}{q}[^{q}\\]*(?:(?:\\.|{q}(?!{q}{q}))[^{q}\\]*)*{q}{q}{q}"
_SHORT = r"{q}[^{q}\\\n\r]*(?:\\.[^{q}\\\n\r]*)*{q}"
_LITERALS = "|".join(form.format(q=quote) for form in (_TRIPLE, _SHORT) for quote in "\"'")
_TOKEN = re.compile(rf"#[^\n\r]*|{_LITERALS}", re.DOTALL)
_DIRECTIVE = re.compile(r"#\s*shapelint\s*:", re.IGNORECASE)
# Brackets with a comma, "a x b x c", torch.Size, an arrow, a label: whatever states a shape has one of these.
_MAY_STATE = re.compile(r"[(\[].*,|\w\s?[x×]\s?\w+\s?[x×]|Size\(|=>|->|→|⇒|[Ss]hape\s*[:=]")
_LONGEST = 2_000  # characters of a comment that are read
_FSTRING = re.compile(r"\b(?:[ft]r?|r[ft])[\"']", re.IGNORECASE)


class Comment(NamedTuple):
    """A comment with its ``#``. ``own_line``: nothing but white space stands before it."""

    line: int
    column: int
    text: str
    own_line: bool

    @property
    def directive(self) -> bool:
        return _DIRECTIVE.search(self.text) is not None


class ShapeComment(NamedTuple):
    """Stated shapes: ``input`` and ``output`` are axes separated by commas, without brackets, in the notation of ``spec.py``.

    ``span`` is the comment, ``input_span`` and ``output_span`` the groups as written, with their brackets. ``name`` is the
    value that is described, where one is named; else it is the result of the line.
    """

    line: int
    input: str | None
    output: str | None
    span: Span
    input_span: Span | None = None
    output_span: Span | None = None
    name: str | None = None


class Lines(NamedTuple):
    """The parsed code by line, with the limits that nothing reaches across."""

    code: list[str]
    source: SourceFile

    def next_code(self, line: int) -> int | None:
        """The first line behind ``line`` that holds code, in the same cell."""
        last = len(self.code)
        for cell in self.source.cells:
            if cell.line <= line < cell.line + cell.lines:
                last = cell.line + cell.lines - 1
        for number in range(line + 1, last + 1):
            text = self.code[number - 1].strip()
            if text and not text.startswith("#"):
                return number
        return None


def lines_of(source: SourceFile) -> Lines:
    """The parsed lines of ``source``."""
    return Lines(source.lines if source.code is source.text else split_lines(source.code), source)


def comments_of(source: SourceFile) -> list[Comment]:
    """The comments of ``source`` that hold a directive, or may state a shape and stand behind code; in order."""
    code = source.code
    if "#" not in code:
        return []
    starts = source.starts if code is source.text else line_starts(code)
    found: list[Comment] = []
    for match in _TOKEN.finditer(code):
        start = match.start()
        if code[start] != "#":
            continue
        text = match.group()[:_LONGEST]
        directive = _DIRECTIVE.search(text) is not None
        if not directive and _MAY_STATE.search(text) is None:
            continue
        line = bisect_right(starts, start)
        before = code[starts[line - 1]:start]
        if directive or before.strip():
            found.append(Comment(line, len(before) + 1, text.rstrip(), not before.strip()))
    return _confirmed(source, found) if sys.version_info >= (3, 12) else found


def _confirmed(source: SourceFile, found: list[Comment]) -> list[Comment]:
    lines = lines_of(source).code
    doubtful = {comment.line for comment in found if _FSTRING.search(lines[comment.line - 1])}
    if not doubtful:
        return found
    import tokenize

    kept = [comment for comment in found if comment.line not in doubtful]
    readline = iter([line + "\n" for line in lines]).__next__
    for token in tokenize.generate_tokens(readline):
        line, column = token.start
        if token.type == tokenize.COMMENT and line in doubtful:
            kept.append(Comment(line, column + 1, token.string.rstrip(), not lines[line - 1][:column].strip()))
    return sorted(kept)
