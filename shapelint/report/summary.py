"""The last line of a report, in words."""

from typing import TYPE_CHECKING

from ..diagnostics import Severity

if TYPE_CHECKING:
    from ..check import Result


def counted(count: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def summary(result: "Result") -> str:
    """``Found 2 errors and 1 warning in 3 files.``, or ``All clean: ...`` with what was known."""
    if not result.diagnostics:
        return f"All clean: {counted(result.file_count, 'file')}{_known(result)}."
    kinds = [found.severity for found in result.diagnostics]
    parts = [counted(kinds.count(kind), kind.value) for kind in (Severity.ERROR, Severity.WARNING, Severity.NOTE) if kind in kinds]
    listed = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    return f"Found {listed} in {counted(len({found.span.file for found in result.diagnostics}), 'file')}."


def _known(result: "Result") -> str:
    calls, known = result.coverage.calls, result.coverage.known
    if not calls:
        return ", no layer calls"
    return f", {known} of {counted(calls, 'layer call')} with known shapes"
