"""``torch.nn.utils.parametrizations``: a parameter becomes the result of a module, which torch calls whenever the parameter is read.

The module whose parameter it is then has children (``parametrizations.weight.0``), so it is no leaf any more, whereas what computes the parameter is
one. The old ``torch.nn.utils.weight_norm`` computes it in a hook, and adds no module.
"""

from typing import TYPE_CHECKING

from ..natives import native
from ..values import External, Instance, Tensor, Value

if TYPE_CHECKING:
    from ...shapes import Shape
    from ..machine import Machine

PARAMETRIZED = "parametrized"  # what a module hides: (parameter, class of the child, its dim) in the order of registration
_SPACE = "torch.nn.utils.parametrizations"
_KINDS = {"weight_norm": "_WeightNorm", "spectral_norm": "_SpectralNorm", "orthogonal": "_Orthogonal"}


class Child:
    """One call of a module that computes a parameter."""

    __slots__ = ("inputs", "instance", "output", "path")

    def __init__(self, path: str, kind: str, inputs: "list[Shape | None]", output: "Shape | None") -> None:
        self.path, self.instance = path, Instance(External(f"{_SPACE}.{kind}"))
        self.inputs, self.output = tuple(map(Tensor, inputs)), Tensor(output)


def _register(kind: str) -> None:
    @native(f"{_SPACE}.{kind}")
    def parametrize(m: "Machine", args: list[Value], kwargs: dict[str, Value]) -> Value:
        module = args[0] if args else kwargs.get("module")
        name, dim = args[1] if len(args) > 1 else kwargs.get("name", "weight"), args[2] if len(args) > 2 else kwargs.get("dim", 0)
        if isinstance(module, Instance):
            m.heap.write(module.hidden, PARAMETRIZED, (*_present(module), (name, _KINDS[kind], dim)))
        return module


def _present(module: Instance) -> "tuple[tuple[Value, str, Value], ...]":
    found = module.hidden.get(PARAMETRIZED, ())
    return found if isinstance(found, tuple) else ((None, "_WeightNorm", None),)  # branches have registered others


for _kind in _KINDS:
    _register(_kind)


def children_called(module: Instance) -> list[Child] | None:
    """What a module's ``forward`` calls to compute its parameters. None where it is not known how often it reads them."""
    layer = module.layer
    own = layer.parameters() if layer is not None else {}
    present = _present(module)
    if not all(name in ("weight", "bias") and name in own for name, _, _ in present):
        return None
    found = []
    for wanted in ("weight", "bias"):
        for at, (_, kind, dim) in enumerate(item for item in present if item[0] == wanted):
            shape = own[wanted]
            inputs: list[Shape | None] = [_lengths(shape, dim), shape] if kind == "_WeightNorm" else [shape]
            found.append(Child(f"parametrizations.{wanted}.{at}", kind, inputs, shape))
    return found


def _lengths(shape: "Shape", dim: Value) -> "Shape | None":
    """The shape of the norms of a weight over all axes but one."""
    if dim is None or dim == -1:
        return ()
    return tuple(size if axis == dim else 1 for axis, size in enumerate(shape)) if isinstance(dim, int) and 0 <= dim < len(shape) else None
