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
    for span, text, accent in ((found.span, found.label, style), *((label.span, label.text, "blue") for label in found.labels)):
        yield from _excerpt(result, span, text, accent, shown, found.span.file)
        shown = span
    for note in found.notes:
        yield [(f"  {printable(note)}", "dim")]


def _excerpt(result: "Result", span: Span, text: str, style: str, shown: Span | None, home: str) -> Iterator[Line]:
    """A source line and its carets. A line that was just shown is not repeated; one of another file is introduced."""
    line = result.line_text(span)
    if not line.strip():
        return
    source, carets = marked(line, span)
    if shown is None or (shown.file, shown.line) != (span.file, span.line) or source.startswith("...") or source.endswith("..."):
        if span.file != (shown.file if shown is not None else home):
            yield [(" " * _GUTTER + "--> ", "blue"), (result.where(span), "")]
        yield [(f"{span.line - result.lines_before_cell(span):>{_GUTTER}} | ", "blue"), (source, "")]
    yield [(" " * _GUTTER + " | ", "blue"), (f"{carets} {printable(text)}".rstrip(), style)]
