"""One line per finding: ``path:line:column: CODE message``."""

from typing import TYPE_CHECKING, Any, TextIO

from .excerpt import printable

if TYPE_CHECKING:
    from ..check import Result


def write(result: "Result", out: TextIO, **_: Any) -> None:
    for found in result.diagnostics:
        out.write(f"{result.where(found.span)}: {found.code} {printable(found.message)}\n")
