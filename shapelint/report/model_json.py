"""Models as an array of objects for other programs, one for each target. A contract: keys are added, never renamed or dropped.

Sizes are ints, or texts in Python's notation (``/`` stands for a division without a rest); "?" is a size that is not known, "..." in
front of a shape any number of axes. ``layers`` are the calls of modules without children, in order, as forward hooks would see them.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from ..check import Result
from .json import as_object, takes_every_letter

if TYPE_CHECKING:
    from ..dims import Dim
    from ..show import ModelSummary
    from ..show.summary import Row


def write(summaries: "Sequence[ModelSummary]", out: TextIO) -> None:
    """Write all models."""
    json.dump([as_json(summary) for summary in summaries], out, indent=1, ensure_ascii=not takes_every_letter(out))
    out.write("\n")


def as_json(summary: "ModelSummary") -> dict[str, Any]:
    """One model."""
    result = summary.result or Result()
    failed = summary.failed
    return {
        "target": summary.target, "status": summary.status,
        "inputs": [summary.shape(tensor) for tensor in summary.inputs],
        "output": [] if summary.output is None else summary.nested(summary.output),
        "layers": [_layer(summary, row) for row in summary.rows if row.leaf],
        "diagnostics": [as_object(result, found) for found in summary.diagnostics],
        "lost": [{"reason": lost.reason, "what": lost.what, "file": lost.file, "line": lost.line} for lost in summary.lost],
        "contract": summary.contract,
        "failed": None if failed is None else {**_called(summary, failed), "error": failed.error},
        "others": [_layer(summary, row) for row in summary.rows if not row.leaf],
        "totals": {
            "params": _count(summary, summary.params), "macs": _count(summary, summary.macs), "function_macs": _count(summary, summary.function_macs),
            "uncounted": list(summary.uncounted), "depends": list(summary.depends),
        },
        "memory": [{"bytes": found.bytes, "at": found.at, "path": found.path} for found in summary.memory],
    }


def _called(summary: "ModelSummary", row: "Row") -> dict[str, Any]:
    return {"path": row.path, "op": row.op, "inputs": [summary.shape(tensor) for tensor in row.inputs]}


def _layer(summary: "ModelSummary", row: "Row") -> dict[str, Any]:
    return {
        **_called(summary, row), "outputs": [summary.shape(tensor) for tensor in row.outputs],
        "params": _count(summary, row.params), "macs": _count(summary, row.macs), "field": row.field,
        **({} if row.certain else {"certain": False}),
    }


def _count(summary: "ModelSummary", count: "Dim | None") -> "int | str":
    return summary.size(count)
