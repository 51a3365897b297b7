"""Text edits at spans. What no edit touches keeps every character, its line ends included."""

from collections.abc import Iterable

from ..diagnostics import Edit
from ..source.text import SourceFile


class OverlapError(ValueError):
    """Two edits want to change the same text."""


def apply_edits(source: SourceFile, edits: Iterable[Edit]) -> str:
    """The text of ``source`` after ``edits``. OverlapError where two of them touch the same characters; equal edits count once."""
    text = source.text
    places = sorted({
        (source.offset(edit.span.line, edit.span.column), source.offset(edit.span.end_line, edit.span.end_column), edit.replacement) for edit in edits
    })
    pieces: list[str] = []
    at = 0
    for start, end, replacement in places:
        if start < at:
            line, column = source.position(start)
            raise OverlapError(f"{source.path}:{line}:{column}: two edits overlap")
        pieces += [text[at:start], replacement]
        at = end
    return "".join([*pieces, text[at:]])
