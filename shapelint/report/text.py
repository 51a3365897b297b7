"""The report for people: each finding with the source lines it is about. Colour goes through rich, which is imported only for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

from ..source.text import Span
from .excerpt import marked, printable
from .summary import summary

if TYPE_CHECKING:
    from ..check import Result
    from ..diagnostics import Diagnostic

Piece = tuple[str, str]  # text and style; "" is plain
Line = list[Piece]

_STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}
_GUTTER = 5


def write(result: "Result", out: TextIO, *, colour: bool = False, **_: Any) -> None:
    """Write every finding and the summary."""
    if colour and result.diagnostics:
        _write_coloured(result, out)
        return
    for line in lines(result):
        out.write("".join(text for text, _ in line) + "\n")


def _write_coloured(result: "Result", out: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, soft_wrap=True, highlight=False, markup=False, emoji=False)
    for line in lines(result):
        console.print(Text.assemble(*line), soft_wrap=True)


def lines(result: "Result") -> Iterator[Line]:
    """The report, line by line."""
    for found in result.diagnostics:
        yield from _finding(result, found)
        yield []
    yield [(summary(result), "bold")]


def _finding(result: "Result", found: "Diagnostic") -> Iterator[Line]:
    style = _STYLES[found.severity.value]
    head: Line = [(f"{result.where(found.span)}: ", "bold"), (found.code, style), (f" {printable(found.message)}", "")]
    yield head + ([("  [*]", "cyan")] if found.fix is not None else [])
    shown: Span | None = None
    parts = [label.span for label in found.labels if _within(label.span, found.span)]
    for span, text, accent in ((found.span, found.label, style), *((label.span, label.text, "blue") for label in found.labels)):
        # Labels under parts of the primary place say more than a line of carets under all of it.
        bare = not text and span is found.span and bool(parts)
        yield from _excerpt(result, span, text, accent, shown, found.span.file, carets=not bare)
        shown = span
    for note in found.notes:
        yield [(f"  {printable(note)}", "dim")]


def _within(inner: Span, outer: Span) -> bool:
    """Whether a place is a proper part of another, in one line."""
    return inner[:2] == outer[:2] and outer.line == outer.end_line == inner.end_line and outer.column <= inner.column and inner != outer


def _excerpt(
    result: "Result", span: Span, text: str, style: str, shown: Span | None, home: str, carets: bool = True,
) -> Iterator[Line]:
    """A source line and its carets. A line that was just shown is not repeated; one of another file is introduced."""
    line = result.line_text(span)
    if not line.strip():
        return
    source, under = marked(line, span)
    if shown is None or (shown.file, shown.line) != (span.file, span.line) or source.startswith("...") or source.endswith("..."):
        if span.file != (shown.file if shown is not None else home):
            yield [(" " * _GUTTER + "--> ", "blue"), (result.where(span), "")]
        yield [(f"{span.line - result.lines_before_cell(span):>{_GUTTER}} | ", "blue"), (source, "")]
    if carets:
        yield [(" " * _GUTTER + " | ", "blue"), (f"{under} {printable(text)}".rstrip(), style)]
