"""An array of objects for other programs. A contract: keys are added, never renamed or dropped.

Lines and columns count from 1 in characters, ends are exclusive. In a notebook they count within the cell, whose number stands
in ``cell``; there labels and edits carry a ``cell`` of their own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from ..check import Result
    from ..diagnostics import Diagnostic, Fix
    from ..source.text import Span


def write(result: Result, out: TextIO, **_: Any) -> None:
    json.dump([as_object(result, found) for found in result.diagnostics], out, indent=2, ensure_ascii=not takes_every_letter(out))
    out.write("\n")


def takes_every_letter(out: TextIO) -> bool:
    """Whether letters may be written as they are; JSON has no other escape for those that the terminal's code lacks than its own."""
    return (getattr(out, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def as_object(result: Result, found: Diagnostic) -> dict[str, Any]:
    """One finding."""
    return {
        "code": found.code, "rule": found.rule, "severity": found.severity.value, "message": found.message,
        **_range(result, found.span), "cell": result.cell(found.span),
        "labels": [{**_place(result, label.span), "text": label.text} for label in found.labels],
        "notes": list(found.notes), "fix": None if found.fix is None else _fix(result, found.fix), **({} if found.data is None else {"sizes": found.data}),
    }


def _fix(result: Result, fix: Fix) -> dict[str, Any]:
    edits = [{**_place(result, edit.span), "replacement": edit.replacement} for edit in fix.edits]
    return {"title": fix.title, "applicability": fix.applicability.value, "edits": edits}


def _place(result: Result, span: Span) -> dict[str, Any]:
    cell = result.cell(span)
    return _range(result, span) | ({} if cell is None else {"cell": cell})


def _range(result: Result, span: Span) -> dict[str, Any]:
    before = result.lines_before_cell(span)
    return {
        "file": span.file, "line": span.line - before, "column": span.column, "end_line": span.end_line - before, "end_column": span.end_column,
    }
