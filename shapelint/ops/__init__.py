"""What torch does to shapes: one declaration per operator, found by walking this package."""

import os
from importlib import import_module

from .declare import Layer, Operator, table

_FRAMEWORK = frozenset({"__init__", "composition", "cost", "declare", "dtypes", "examples", "kinds", "problems"})
_loaded = False


def load() -> None:
    """Import every declaration module of this package, once."""
    global _loaded
    if not _loaded:
        _loaded = True
        # Not pkgutil.iter_modules: it imports inspect, which costs as much as all declarations together.
        for name in sorted(os.listdir(os.path.dirname(__file__))):
            stem, extension = os.path.splitext(name)
            if extension == ".py" and stem not in _FRAMEWORK:
                import_module(f"{__name__}.{stem}")


def lookup(name: str) -> Operator | None:
    """The operator with this qualified torch name (``torch.nn.Conv2d``, ``torch.cat``, ``torch.Tensor.view``)."""
    if not _loaded:
        load()
    return table().get(name)


def operators() -> list[Operator]:
    """Every declared operator, by name."""
    load()
    return [table()[name] for name in sorted(table())]


__all__ = ["Layer", "Operator", "load", "lookup", "operators", "table"]
