"""A model as a table for people: one line a layer, totals below. Colour goes through rich, which is imported only for it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from .model_parts import COLUMNS, RIGHT, cells, error_lines, footer, title

if TYPE_CHECKING:
    from ..show import ModelSummary

Line = list[tuple[str, str]]  # pieces of text with their styles

_STYLES = ("", "cyan", "bold", "", "", "dim")


def write(summary: "ModelSummary", out: TextIO, *, colour: bool = False) -> None:
    """Write one model, and an empty line behind it."""
    if not colour:
        for line in lines(summary):
            out.write("".join(text for text, _ in line).rstrip() + "\n")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=out, soft_wrap=True, highlight=False, markup=False, emoji=False)
    for line in lines(summary):
        console.print(Text.assemble(*line), soft_wrap=True)


def lines(summary: "ModelSummary") -> Iterator[Line]:
    """The table, line by line."""
    yield [(title(summary), "bold")]
    rows = [COLUMNS, *(cells(summary, row) for row in summary.rows)]
    failed = summary.failed
    if failed is not None:
        rows.append((failed.path or "(model)", failed.op, "", "", "", ""))
    if len(rows) > 1:
        yield []
        widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
        for number, row in enumerate(rows):
            yield [*_pieces(row, widths, heading=number == 0, failed=failed is not None and number == len(rows) - 1)]
    if failed is not None:
        given = ", ".join(summary.shape_text(tensor) for tensor in failed.inputs)
        yield [(f"  ^ error: {failed.error}" + (f"; it receives {given}" if given else ""), "bold red")]
    yield []
    labels = footer(summary)
    width = max((len(label) for label, _ in labels), default=0)
    for label, text in labels:
        yield [(f"{label:<{width}}  ", "bold"), (text, "")]
    for text in error_lines(summary):
        yield [(text, "red")]
    yield []


def _pieces(row: tuple[str, ...], widths: list[int], heading: bool, failed: bool) -> Iterator[tuple[str, str]]:
    for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
        shown = cell.rjust(width) if column in RIGHT else cell.ljust(width)
        yield shown + "  ", "bold" if heading else "bold red" if failed else _STYLES[column]
