"""What torch does to shapes: one declaration per operator, found by walking this package."""

from importlib import import_module
from pkgutil import iter_modules

from .declare import Layer, Operator, table

_FRAMEWORK = frozenset({"declare", "dtypes", "examples", "kinds", "problems"})
_loaded = False


def load() -> None:
    """Import every declaration module of this package, once."""
    global _loaded
    if not _loaded:
        _loaded = True
        for found in iter_modules(__path__):
            if found.name not in _FRAMEWORK:
                import_module(f"{__name__}.{found.name}")


def lookup(name: str) -> Operator | None:
    """The operator with this qualified torch name (``torch.nn.Conv2d``, ``torch.cat``, ``torch.Tensor.view``)."""
    load()
    return table().get(name)


def operators() -> list[Operator]:
    """Every declared operator, by name."""
    load()
    return [table()[name] for name in sorted(table())]


__all__ = ["Layer", "Operator", "load", "lookup", "operators", "table"]
