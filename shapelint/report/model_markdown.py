"""A model as a table in Markdown, for a README or a comment on a pull request."""

from typing import TYPE_CHECKING, TextIO

from .model_parts import COLUMNS, RIGHT, cells, error_lines, footer, title

if TYPE_CHECKING:
    from ..show import ModelSummary


def write(summary: "ModelSummary", out: TextIO, *, colour: bool = False) -> None:
    """Write one model."""
    out.write(f"### {_code(title(summary))}\n\n")
    if summary.rows or summary.failed is not None:
        out.write(_line(COLUMNS))
        out.write(_line(["---:" if column in RIGHT else "---" for column in range(len(COLUMNS))]))
        for row in summary.rows:
            path, op, output, *rest = cells(summary, row)
            out.write(_line([_code(path), op, _code(output), *map(_escaped, rest)]))
        if summary.failed is not None:
            failed = summary.failed
            out.write(_line([_code(failed.path or "(model)"), failed.op, f"**error**: {_escaped(failed.error)}", "", "", ""]))
        out.write("\n")
    for label, text in footer(summary):
        out.write(f"- {f'**{label}**: ' if label else ''}{_escaped(text)}\n")
    for text in error_lines(summary):
        out.write(f"- {_escaped(text)}\n")
    out.write("\n")


def _line(row: "list[str] | tuple[str, ...]") -> str:
    return f"| {' | '.join(row)} |\n"


def _escaped(text: str) -> str:
    for char in "\\|*_<`":
        text = text.replace(char, "\\" + char)
    return text


def _code(text: str) -> str:
    """Text in a code span; a bar would end the cell even there."""
    return f"`{text.replace('|', chr(92) + '|')}`" if "`" not in text else _escaped(text)
