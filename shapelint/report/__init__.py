"""How findings are written: one module per output format, each with ``write(result, out, *, colour)``.

The formats are the modules of this package, so a new one needs only its file. Those called ``model_...`` write what ``shapelint show`` found.
"""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, TextIO

from ..rules import modules_of

if TYPE_CHECKING:
    from ..check import Result

_SHARED = frozenset({"coverage", "excerpt", "summary"})


def formats() -> list[str]:
    """The names of the output formats."""
    return sorted((name for name in modules_of(__path__) if name not in _SHARED and not name.startswith("model_")), key=lambda name: (name != "text", name))


def write(format: str, result: "Result", out: TextIO, *, colour: bool = False) -> None:
    """Write ``result`` in ``format``. ``colour`` matters to formats that people read."""
    writer: Callable[..., None] = import_module(f"{__name__}.{format}").write
    writer(result, out, colour=colour)


__all__ = ["formats", "write"]
