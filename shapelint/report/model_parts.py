"""What the pictures and tables of a model share: columns, footer lines, and numbers as people read them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..dims import Dim, Expr, evaluate

if TYPE_CHECKING:
    from ..show import ModelSummary
    from ..show.summary import Memory, Row

COLUMNS = ("path", "layer", "output", "params", "MACs", "field")
RIGHT = (3, 4, 5)
_LONGEST_FORMULA = 40
_MOST_LINES = 10  # of one label


def cells(summary: "ModelSummary", row: "Row") -> tuple[str, ...]:
    """The cells of one row."""
    output = ", ".join(summary.shape_text(tensor) for tensor in row.outputs)
    return (
        row.path or "(model)", row.op, output or "-", count_text(summary, row.params, dash=True), count_text(summary, row.macs, dash=True), row.field,
    )


def count_text(summary: "ModelSummary", count: Dim | None, dash: bool = False) -> str:
    """A count with separators, or as a formula where that is short enough to be read."""
    if isinstance(count, int):
        return "-" if dash and count == 0 else f"{count:,}"
    text = str(summary.size(count))
    if len(text) > _LONGEST_FORMULA and isinstance(count, Expr):
        at = point(summary)
        value = value_at(count, at)
        return "..." if value is None else f"{value:,} at {sizes_text(at)}"
    return text


def point(summary: "ModelSummary") -> Mapping[str, int]:
    """The sizes at which long formulas are shown as numbers, for one sample."""
    return summary.sample


def value_at(count: Dim, at: Mapping[str, int]) -> int | None:
    """A formula as a number for one sample."""
    if isinstance(count, Expr) and count.unread:
        return None
    names = count.names if isinstance(count, Expr) else frozenset[str]()
    try:
        return evaluate(count, dict.fromkeys(names, 1) | dict(at)) if at else None
    except (KeyError, ZeroDivisionError):
        return None


def sizes_text(at: Mapping[str, int]) -> str:
    """``H = W = 224``, ``H = 32, W = 64``."""
    if len(set(at.values())) == 1:
        return " = ".join([*at, str(next(iter(at.values())))])
    return ", ".join(f"{name} = {size}" for name, size in at.items())


def bytes_text(size: int) -> str:
    """Bytes as people read them, in powers of 1024."""
    value = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if value < 1024 or unit == "GiB":
            return f"{size} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1024
    return ""


def _memory_text(found: "Memory") -> str:
    where = f" (at {found.path})" if found.path else ""
    return f"{bytes_text(found.bytes)}{f' at {sizes_text(found.at)}' if found.at else ''}{where}"


def title(summary: "ModelSummary") -> str:
    """The target and its input."""
    inputs = ", ".join(summary.shape_text(tensor) for tensor in summary.inputs)
    return f"{summary.target}  input {inputs}" if inputs else summary.target


def footer(summary: "ModelSummary") -> list[tuple[str, str]]:
    """Labels and texts of the lines below the table."""
    lines = []
    if summary.status == "ok" or summary.output:
        lines.append(("output", _output_text(summary)))
    if summary.params is not None:
        lines.append(("parameters", count_text(summary, summary.params)))
    if summary.rows:
        lines.append(("MACs", _macs_text(summary)))
    if summary.contract_text:
        lines.append(("accepts", summary.contract_text + ("" if summary.contract.get("complete") else " (as far as it was followed)")))
        lines += _undecided(summary)
    lines += [("peak memory" if not number else "", _memory_text(found)) for number, found in enumerate(summary.memory)]
    if summary.depends and summary.status != "error":
        lines.append(("peak memory", f"not known: {_depends_text(summary)}"))
    lines += [("not followed" if not number else "", f"{lost.what}: {lost.reason} ({lost.file}:{lost.line})") for number, lost in enumerate(summary.lost[:_MOST_LINES])]
    return lines + ([("", f"and {len(summary.lost) - _MOST_LINES} more")] if len(summary.lost) > _MOST_LINES else [])


def _undecided(summary: "ModelSummary") -> list[tuple[str, str]]:
    """What keeps the contract from being complete although every layer was followed."""
    texts = list(summary.contract.get("undecided", ()))
    if not texts and not summary.contract.get("complete") and not summary.lost:
        texts = ["whether an operation refuses some of these sizes"]
    shown = texts[:_MOST_LINES] + ([f"and {len(texts) - _MOST_LINES} more"] if len(texts) > _MOST_LINES else [])
    return [("not decided" if not number else "", text) for number, text in enumerate(shown)]


def _depends_text(summary: "ModelSummary") -> str:
    names = summary.depends[:_MOST_LINES]
    more = len(summary.depends) - len(names)
    listed = ", ".join(names) if more else " and ".join([*filter(None, [", ".join(names[:-1])]), names[-1]])
    return f"it depends on whether {listed}{f' and {more} more' if more else ''} {'is' if len(summary.depends) == 1 else 'are'} called"


def _output_text(summary: "ModelSummary") -> str:
    def text(value: object) -> str:
        if isinstance(value, list):
            return "[" + ", ".join(map(text, value)) + "]"
        return summary.shape_text(value)  # type: ignore[arg-type]

    return text(summary.output)


def _macs_text(summary: "ModelSummary") -> str:
    parts = [(summary.macs, "in layers"), (summary.function_macs, "in functions")]
    shown = [f"{_total(summary, count)} {where}" for count, where in parts if not (isinstance(count, int) and count == 0 and where == "in functions")]
    unknown = f": {_depends_text(summary)}" if summary.depends and None in (summary.macs, summary.function_macs) else ""
    return ", ".join(shown) + unknown + (f"; not counted: {', '.join(summary.uncounted)}" if summary.uncounted else "")


def _total(summary: "ModelSummary", count: Dim | None) -> str:
    """A total as a number for one sample, and as a formula where that is short."""
    if not isinstance(count, Expr):
        return "an unknown number" if count is None else f"{count:,}"
    text, at = str(summary.size(count)), point(summary)
    value = value_at(count, at)
    if value is None:
        return text if len(text) <= 3 * _LONGEST_FORMULA else "a number that depends on the input"
    number = f"{value:,} at {sizes_text(at)}"
    return number if len(text) > _LONGEST_FORMULA else f"{text} ({number})"


def error_lines(summary: "ModelSummary") -> list[str]:
    """The findings, one line each."""
    result = summary.result
    lines = []
    for found in summary.diagnostics:
        where = result.where(found.span) if result is not None else f"{found.span.file}:{found.span.line}:{found.span.column}"
        lines.append(f"{where}: {found.code} {found.message}")
    return lines
